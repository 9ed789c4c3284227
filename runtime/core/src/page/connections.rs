//! The page of one's own connections: which clients hold grants, and the way to end them.

use http::StatusCode;
use toolgate_config::Config;

use crate::page::target::host_in_words;
use crate::page::text::name;
use crate::page::{Document, brand, date, escape};
use crate::paths::CONNECTIONS_PATH;
use crate::reply::Reply;

/// Text for a connection whose tokens two programs hold.
const SHARED: &str = "<br><b>Used from two places.</b> If only one of them is yours, revoke it and \
                      connect again.";

/// One client that may act for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection<'a> {
    /// Handle of the grant, for the form alone.
    pub id: &'a str,
    /// The client's name.
    pub client: &'a str,
    /// The host that it is reached at, when it has one.
    pub domain: Option<&'a str>,
    /// Time of the connection, in seconds since 1970.
    pub since: u64,
    /// Time of its last token, in seconds since 1970.
    pub last_used: u64,
    /// Two programs use it, as far as its refresh tokens tell.
    pub is_shared: bool,
}

/// Contents of the page and of its forms.
#[derive(Debug)]
pub struct ConnectionsPage<'a> {
    /// Name of the person.
    pub person: &'a str,
    /// Proof that a form comes from this page.
    pub csrf: &'a str,
    /// The person's connections, in the order they are shown in.
    pub connections: Vec<Connection<'a>>,
    /// Markup of what else is connected.
    pub more: &'a str,
    /// Result of the last form.
    pub notice: Option<&'a str>,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// The page at `/connections`. Its forms post `csrf`, `action` (`revoke`, `revoke-all` or
/// `sign-out`) and, to revoke one, `grant`.
#[must_use]
pub fn connections(config: &Config, page: &ConnectionsPage<'_>) -> Reply {
    let main = format!(
        "<h1>Your connections</h1>\n{notice}{list}{more}<div class=\"end\">\n\
         <p>Signed in as <b>{person}</b></p>\n{sign_out}</div>\n",
        notice = page
            .notice
            .map(|text| format!("<p class=\"note\" role=\"status\">{}</p>\n", escape(text)))
            .unwrap_or_default(),
        list = list(brand::title(config), page),
        more = page.more,
        person = name(page.person),
        sign_out = form(page, "", "<button name=\"action\" value=\"sign-out\">Sign out</button>"),
    );
    Document {
        status: StatusCode::OK,
        title: &format!("Your connections to {}", brand::title(config)),
        config: Some(config),
        main,
        has_form: true,
    }
    .into_reply()
}

fn list(server: &str, page: &ConnectionsPage<'_>) -> String {
    let server = name(server);
    if page.connections.is_empty() {
        return format!(
            "<p>No application is connected to {server} for you. Once you connect one from an MCP \
             client, it is listed here.</p>\n"
        );
    }
    let items: String =
        page.connections.iter().enumerate().map(|(i, one)| item(page, i, one)).collect();
    // Two steps without a script: one press must not end everything.
    let all = form(
        page,
        "",
        "<button class=\"danger\" name=\"action\" value=\"revoke-all\">Revoke all now</button>",
    );
    format!(
        "<p>These applications may use {server} for you until you revoke them. One that is revoked \
         has to ask you again.</p>\n<ul class=\"list\" role=\"list\">\n{items}</ul>\n\
         <details>\n<summary>Revoke all</summary>\n\
         <p>Every application above loses its access.</p>\n{all}</details>\n"
    )
}

fn item(page: &ConnectionsPage<'_>, index: usize, connection: &Connection<'_>) -> String {
    let fields =
        format!("<input type=\"hidden\" name=\"grant\" value=\"{}\">\n", escape(connection.id));
    // Read out as “Revoke” and the client's name: buttons of one name could not be told apart.
    let button = format!(
        "<button id=\"b{index}\" aria-labelledby=\"b{index} c{index}\" name=\"action\" \
         value=\"revoke\">Revoke</button>"
    );
    format!(
        "<li>\n<div>\n<h2 id=\"c{index}\">{client}</h2>\n\
         <p class=\"soft\">{domain}Connected {since}<br>Last used {used}{shared}</p>\n</div>\n{form}</li>\n",
        client = name(connection.client),
        domain = connection
            .domain
            .map(|host| format!("{}<br>", host_in_words(host)))
            .unwrap_or_default(),
        since = date::day(connection.since),
        used = date::day_or_recently(connection.last_used, page.now),
        shared = if connection.is_shared { SHARED } else { "" },
        form = form(page, &fields, &button),
    )
}

fn form(page: &ConnectionsPage<'_>, fields: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{CONNECTIONS_PATH}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n{fields}{button}\n</form>\n",
        escape(page.csrf)
    )
}

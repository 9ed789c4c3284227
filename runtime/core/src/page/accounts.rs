//! Pages of connected accounts: the one that connects an account at a third party, and the list of those that are.

use http::StatusCode;
use toolgate_config::{Config, Connection};

use crate::page::text::name;
use crate::page::{Document, brand, date, escape};
use crate::paths::{ACCOUNT_CONNECT_PATH, ACCOUNT_END_PATH};
use crate::reply::Reply;

/// Contents of the page that connects an account.
#[derive(Debug)]
pub struct ConnectPage<'a> {
    /// The third party.
    pub connection: &'a Connection,
    /// Name of the MCP client that the person was asked through; anyone can claim any name.
    pub client: &'a str,
    /// The tool that needs the account.
    pub tool: &'a str,
    /// Name of the person.
    pub person: &'a str,
    /// The link that led here, for the form.
    pub link: &'a str,
    /// Proof that the form comes from this page.
    pub csrf: &'a str,
}

/// One account that is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedAccount<'a> {
    /// Name of the connection, for the form.
    pub connection: &'a str,
    /// The third party.
    pub title: &'a str,
    /// Time of the connection, in seconds since 1970.
    pub since: u64,
    /// When a tool used it last, in seconds since 1970.
    pub last_used: u64,
}

/// The page at `/connections/connect`. Its form posts `csrf` and `link`.
#[must_use]
pub fn connect(config: &Config, page: &ConnectPage<'_>) -> Reply {
    let title = name(&page.connection.title);
    let scopes = &page.connection.scopes;
    let asked = if scopes.is_empty() {
        "<li>What it gives by itself: this server asks for no scope</li>".to_owned()
    } else {
        scopes.iter().map(|scope| format!("<li>{}</li>", name(scope))).collect()
    };
    let row =
        |what: &str, value: &str| format!("<div>\n<dt>{what}</dt>\n<dd>{value}</dd>\n</div>\n");
    let rows = [
        row("Asked by", &format!("{}, for the tool {}", name(page.client), name(page.tool))),
        row(&format!("At {title} it asks for"), &format!("<ul>{asked}</ul>")),
        row("Used at", &escape(&page.connection.hosts.join(", "))),
        row("For your account here", &name(page.person)),
    ];
    let main = format!(
        "<h1>Connect your {title} account</h1>\n\
         <p>Tools of {server} will use the account that you choose at {title}, for every application that you approved \
         with it. No application sees its password or tokens.</p>\n\
         <dl>\n{rows}</dl>\n\
         <section class=\"warn\" aria-labelledby=\"warning\">\n\
         <h2 id=\"warning\">Is it you who was asked?</h2>\n\
         <p>Go on only if you have just been asked in {client}. You can end this at any time on the page of your \
         connections.</p>\n</section>\n\
         <form method=\"post\" action=\"{ACCOUNT_CONNECT_PATH}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\n\
         <input type=\"hidden\" name=\"link\" value=\"{link}\">\n\
         <button name=\"decision\" value=\"approve\">Go to {title}</button>\n</form>\n",
        server = name(brand::title(config)),
        rows = rows.concat(),
        client = name(page.client),
        csrf = escape(page.csrf),
        link = escape(page.link),
    );
    Document {
        status: StatusCode::OK,
        title: &format!("Connect your {} account", page.connection.title),
        config: Some(config),
        main,
        has_form: true,
    }
    .into_reply()
}

/// The part of the page of connections that lists accounts; empty where there is none. Its forms post `csrf` and
/// `connection`.
#[must_use]
pub fn accounts(accounts: &[ConnectedAccount<'_>], csrf: &str, now: u64) -> String {
    if accounts.is_empty() {
        return String::new();
    }
    let items: String =
        accounts.iter().enumerate().map(|(index, one)| item(one, index, csrf, now)).collect();
    format!(
        "<h2>Connected accounts</h2>\n\
         <p>Tools of this server use these accounts of yours, for every application that you approved with them.</p>\n\
         <ul class=\"list\" role=\"list\">\n{items}</ul>\n"
    )
}

fn item(account: &ConnectedAccount<'_>, index: usize, csrf: &str, now: u64) -> String {
    format!(
        "<li>\n<div>\n<h2 id=\"a{index}\">{title}</h2>\n\
         <p class=\"soft\">Connected {since}<br>Last used {used}</p>\n</div>\n\
         <form method=\"post\" action=\"{ACCOUNT_END_PATH}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\n\
         <input type=\"hidden\" name=\"connection\" value=\"{connection}\">\n\
         <button id=\"d{index}\" aria-labelledby=\"d{index} a{index}\">Disconnect</button>\n</form>\n</li>\n",
        title = name(account.title),
        since = date::day(account.since),
        used = date::day_or_recently(account.last_used, now),
        csrf = escape(csrf),
        connection = escape(account.connection),
    )
}

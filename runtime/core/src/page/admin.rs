//! The page at which the grants of others are ended.

use http::StatusCode;
use toolgate_config::Config;

use crate::page::text::name;
use crate::page::{Document, brand, date, escape};
use crate::paths::ADMIN_PATH;
use crate::reply::Reply;

/// Ways to search, by the value of the `by` parameter.
const WAYS: [(&str, &str); 4] = [
    ("address", "E-mail address"),
    ("subject", "Subject at the identity provider"),
    ("client", "Application: client id or key"),
    ("person", "Pseudonym, as the audit trail has it"),
];

/// One grant.
#[derive(Debug)]
pub struct AdminGrant<'a> {
    /// Handle of the grant, for the form alone.
    pub id: &'a str,
    /// Key of its client.
    pub client: &'a str,
    /// The client's name.
    pub name: &'a str,
    /// Time of the sign-in, in seconds since 1970.
    pub since: u64,
    /// Time of the last use, in seconds since 1970.
    pub last_used: u64,
}

/// One person.
#[derive(Debug)]
pub struct AdminPerson<'a> {
    /// Pseudonym.
    pub person: &'a str,
    /// Address or name.
    pub label: &'a str,
    /// True for the administrator.
    pub is_own: bool,
    /// Number of connected accounts at third parties.
    pub accounts: usize,
    /// The live grants.
    pub grants: Vec<AdminGrant<'a>>,
}

/// Contents of the page and of its forms.
#[derive(Debug)]
pub struct AdminPage<'a> {
    /// Name of the administrator.
    pub administrator: &'a str,
    /// Proof that a form comes from this page.
    pub csrf: &'a str,
    /// People, in the order they are shown in.
    pub people: Vec<AdminPerson<'a>>,
    /// The way of the search, and what was searched for.
    pub by: &'a str,
    /// See `by`.
    pub query: &'a str,
    /// Key of the client that was searched for.
    pub client: Option<&'a str>,
    /// Where the next page begins.
    pub next: Option<&'a str>,
    /// Result of the last form.
    pub notice: Option<&'a str>,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// A form of the page: `csrf` and its fields.
#[derive(Debug)]
pub struct AdminForm<'a> {
    /// Proof that it comes from our page.
    pub csrf: &'a str,
    /// Its hidden fields.
    pub fields: Vec<(&'a str, &'a str)>,
}

impl AdminForm<'_> {
    fn markup(&self, button: &str) -> String {
        let fields: String = self
            .fields
            .iter()
            .map(|(name, value)| {
                format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n", escape(value))
            })
            .collect();
        format!(
            "<form method=\"post\" action=\"{ADMIN_PATH}\">\n\
             <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n{fields}{button}\n</form>\n",
            escape(self.csrf)
        )
    }
}

/// The page at `/admin`.
#[must_use]
pub fn admin(config: &Config, page: &AdminPage<'_>) -> Reply {
    let items: String =
        page.people.iter().enumerate().map(|(index, one)| person(page, index, one)).collect();
    let list = if items.is_empty() {
        "<p>Nobody is connected here, or nobody whom this search finds.</p>\n".to_owned()
    } else {
        format!("<ul class=\"list\" role=\"list\">\n{items}</ul>\n")
    };
    let next = page.next.map(|next| next_link(page, next)).unwrap_or_default();
    let form = |fields| AdminForm { csrf: page.csrf, fields };
    let main = format!(
        "<h1>Connections of everybody</h1>\n{notice}{search}{client}{list}{next}{all}\
         <div class=\"end\">\n<p>Signed in as <b>{administrator}</b></p>\n{sign_out}</div>\n",
        notice = page
            .notice
            .map(|text| format!("<p class=\"note\" role=\"status\">{}</p>\n", escape(text)))
            .unwrap_or_default(),
        search = search(page),
        client = page.client.map(|key| of_client(page, key)).unwrap_or_default(),
        all = format_args!(
            "<details>\n<summary>End everybody's</summary>\n\
             <p>Everybody has to sign in again, with every application.</p>\n{}</details>\n",
            form(vec![("action", "end-all")])
                .markup("<button class=\"danger\">End everybody's connections</button>")
        ),
        administrator = name(page.administrator),
        sign_out = form(vec![("action", "sign-out")]).markup("<button>Sign out</button>"),
    );
    document(config, "Connections of everybody", main)
}

/// Asks a second time before something ends that the administrator signed in with.
#[must_use]
pub fn confirm_end(config: &Config, form: &AdminForm<'_>, what: &str) -> Reply {
    let main = format!(
        "<h1>This ends your own connections, too</h1>\n\
         <p>{what} will be ended, and yours are among them. You can sign in again as long as your account at the \
         identity provider and the policy of this page let you.</p>\n{form}\
         <p class=\"links\"><a href=\"{ADMIN_PATH}\">Back, without ending anything</a></p>\n",
        what = escape(what),
        form = form.markup("<button class=\"danger\">End them</button>"),
    );
    document(config, "End your own connections", main)
}

fn document(config: &Config, title: &str, main: String) -> Reply {
    Document {
        status: StatusCode::OK,
        title: &format!("{title}: {}", brand::title(config)),
        config: Some(config),
        main,
        has_form: true,
    }
    .into_reply()
}

fn search(page: &AdminPage<'_>) -> String {
    let options: String = WAYS
        .iter()
        .map(|(way, words)| {
            let selected = if page.by == *way { " selected" } else { "" };
            format!("<option value=\"{way}\"{selected}>{words}</option>")
        })
        .collect();
    format!(
        "<form method=\"get\" action=\"{ADMIN_PATH}\" role=\"search\">\n\
         <select name=\"by\" aria-label=\"Search by\">{options}</select>\n\
         <input name=\"q\" aria-label=\"Search for\" value=\"{}\">\n<button>Search</button>\n</form>\n",
        escape(page.query)
    )
}

fn of_client(page: &AdminPage<'_>, key: &str) -> String {
    let fields = vec![("action", "end-client"), ("client", key)];
    let button = "<button class=\"danger\">End this application's connections now</button>";
    format!(
        "<details>\n<summary>End this application for everybody</summary>\n\
         <p>Nobody can use it until they connect it again.</p>\n{}</details>\n",
        AdminForm { csrf: page.csrf, fields }.markup(button)
    )
}

fn next_link(page: &AdminPage<'_>, next: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if page.client.is_some() {
        query.append_pair("by", page.by).append_pair("q", page.query);
    }
    let query = query.append_pair("after", next).finish();
    format!("<p class=\"links\"><a href=\"{ADMIN_PATH}?{}\">Next page</a></p>\n", escape(&query))
}

fn person(page: &AdminPage<'_>, index: usize, one: &AdminPerson<'_>) -> String {
    let grants: String = one.grants.iter().map(|grant| item(page, one, grant)).collect();
    let fields = vec![("action", "end-person"), ("person", one.person)];
    let button = format!(
        "<button class=\"danger\" aria-labelledby=\"a{index} p{index}\" id=\"a{index}\">End all</button>"
    );
    let accounts = match one.accounts {
        0 => String::new(),
        1 => "One account at a third party".to_owned(),
        many => format!("{many} accounts at third parties"),
    };
    format!(
        "<li>\n<div>\n<h2 id=\"p{index}\">{label}{own}</h2>\n\
         <p class=\"soft\">{accounts}<br>Pseudonym <code>{person}</code></p>\n{grants}</div>\n{form}</li>\n",
        label = name(one.label),
        own = if one.is_own { " (you)" } else { "" },
        person = escape(one.person),
        form = AdminForm { csrf: page.csrf, fields }.markup(&button),
    )
}

fn item(page: &AdminPage<'_>, one: &AdminPerson<'_>, grant: &AdminGrant<'_>) -> String {
    let fields = vec![("action", "end-grant"), ("person", one.person), ("grant", grant.id)];
    format!(
        "<p>{name}<br><span class=\"soft\">Since {since}, last used {used}. \
         <a href=\"{ADMIN_PATH}?by=client&amp;q={client}\">Everybody who uses it</a></span></p>\n{form}",
        name = name(grant.name),
        since = date::day(grant.since),
        used = date::day_or_recently(grant.last_used, page.now),
        client = escape(grant.client),
        form = AdminForm { csrf: page.csrf, fields }.markup("<button>End it</button>"),
    )
}

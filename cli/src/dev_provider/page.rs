//! The page at the root: what was called and decided of late, by whom, and how to connect.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::activity::Event;
use super::answer::{document, escape};
use super::provider::Provider;

/// Seconds until the browser asks again.
const REFRESH: u32 = 3;

/// Characters of a client's key, enough to tell those of one machine apart.
const CLIENT_SHOWN: usize = 8;

const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;

/// Filter of the page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    person: Option<String>,
    function: Option<String>,
}

/// `GET /`.
pub(super) async fn get(
    State(provider): State<Arc<Provider>>,
    Query(filter): Query<Filter>,
) -> Response {
    let people = provider.people();
    let rows: String = provider
        .activity
        .recent()
        .iter()
        .map(|event| (event, person(event, &people.pseudonyms)))
        .filter(|(event, person)| filter.takes(event, person))
        .map(|(event, person)| row(event, &person))
        .collect();
    let table = if rows.is_empty() {
        "<p class=\"soft\">Nothing yet. Calls, sign-ins and refusals appear here by \
         themselves.</p>"
            .to_owned()
    } else {
        format!(
            "<div class=\"wide\"><table><thead><tr><th>Time (UTC)<th>Person<th>Event<th>Function\
             <th>Decision<th>Policy<th>Client</tr></thead><tbody>{rows}</tbody></table></div>"
        )
    };
    let name = escape(&provider.server.name);
    let body = format!(
        "<header>{name} <span class=\"soft\">cargo toolgate dev</span></header><main>\
         <h1>Calls and decisions</h1>{}{table}</main>{}",
        filter.shown(),
        about(&provider)
    );
    let head = format!("<meta http-equiv=\"refresh\" content=\"{REFRESH}\">");
    document(StatusCode::OK, &format!("{name}: calls and decisions"), STYLE, &head, &body)
}

/// The account of this pseudonym; the pseudonym of somebody whose account is gone.
fn person(event: &Event, people: &BTreeMap<String, String>) -> String {
    let user = event.user.as_deref().unwrap_or_default();
    people.get(user).map_or_else(|| user.to_owned(), Clone::clone)
}

fn row(event: &Event, person: &str) -> String {
    let function = event.tool.as_deref().unwrap_or_default();
    let link = |key: &str, value: &str| {
        if value.is_empty() {
            return String::new();
        }
        let query =
            url::form_urlencoded::Serializer::new(String::new()).append_pair(key, value).finish();
        format!("<a href=\"/?{}\">{}</a>", escape(&query), escape(value))
    };
    let optional = |text: &Option<String>| escape(text.as_deref().unwrap_or_default());
    let end = event.outcome.as_deref().filter(|end| *end != "ok");
    let (class, decision) = match (verdict(&event.event), end) {
        (_, Some("panicked" | "timed_out" | "lost" | "error" | "tool_error")) => ("bad", "failed"),
        (Some(true), _) => ("good", "allowed"),
        (Some(false), _) => ("bad", "denied"),
        (None, _) => ("plain", "done"),
    };
    let end = end.map(|end| format!(" · {}", escape(&end.replace('_', " ")))).unwrap_or_default();
    let ms = event.ms.map(|ms| format!(" · {ms} ms")).unwrap_or_default();
    let detail = event.detail.as_deref().map(|detail| format!(" · {}", escape(detail)));
    format!(
        "<tr><td>{}<td>{}<td>{}<td>{}<td><b class=\"{class}\">{decision}</b> \
         <code>{}</code>{}{end}{ms}<td>{}<td><small>{}</small></tr>",
        clock(event.time),
        link("person", person),
        escape(&event.event.replace('_', " ")),
        link("function", function),
        escape(&event.reason),
        detail.unwrap_or_default(),
        optional(&event.policy),
        escape(
            &event.client.iter().flat_map(|key| key.chars()).take(CLIENT_SHOWN).collect::<String>()
        ),
    )
}

/// True if an event lets in; `None` where nothing was asked for that could be denied.
fn verdict(event: &str) -> Option<bool> {
    match event.rsplit('_').next()? {
        "allowed" => Some(true),
        "denied" | "refused" | "limited" | "unconfirmed" => Some(false),
        _ => None,
    }
}

/// The time of day.
fn clock(time: u64) -> String {
    let of_day = time % SECONDS_OF_A_DAY;
    format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// Instructions for connecting, and the accounts that can sign in.
fn about(provider: &Provider) -> String {
    let commands = escape(&provider.server.commands.join("\n"));
    let accounts: String = provider
        .people()
        .users
        .iter()
        .map(|user| {
            let groups = escape(&user.groups.join(", "));
            let name = escape(user.name.as_deref().unwrap_or_default());
            format!("<tr><td>{}<td>{name}<td>{groups}</tr>", escape(&user.email))
        })
        .collect();
    let accounts = if accounts.is_empty() {
        "<p class=\"soft\">Nobody: add <code>[[dev.users]]</code> to mcp.toml.</p>".to_owned()
    } else {
        format!(
            "<table><thead><tr><th>Account<th>Name<th>Groups</tr></thead><tbody>{accounts}\
             </tbody></table>"
        )
    };
    format!(
        "<main><h2>Connect</h2><p>The server is at <code>{}/mcp</code>.</p>\
         <pre>{commands}</pre><h2>Accounts</h2>{accounts}</main>",
        escape(&provider.server.url)
    )
}

impl Filter {
    fn takes(&self, event: &Event, person: &str) -> bool {
        let is = |wanted: &Option<String>, found: &str| match wanted.as_deref() {
            None | Some("") => true,
            Some(wanted) => wanted == found,
        };
        is(&self.person, person) && is(&self.function, event.tool.as_deref().unwrap_or_default())
    }

    fn shown(&self) -> String {
        let names = [&self.person, &self.function].into_iter().flatten();
        let names: Vec<_> =
            names.filter(|name| !name.is_empty()).map(|name| escape(name)).collect();
        if names.is_empty() {
            return String::new();
        }
        format!("<p>Only {}. <a href=\"/\">Show everything</a></p>", names.join(", "))
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--back:#f1f3f5;\
--line:#d8dee4;--main:#1a5fb4;--good:#116329;--goodback:#e6f6ea;--bad:#7a4100;--badback:#fff5e6}\
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b3;--paper:#161b22;\
--back:#0d1117;--line:#30363d;--main:#6cb0ff;--good:#7ee2a0;--goodback:#12261a;--bad:#ffc277;\
--badback:#2b2111}}\
*{box-sizing:border-box}\
body{margin:0;padding:min(1rem,4vw);background:var(--back);color:var(--ink);\
font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
header,main{max-width:72rem;margin:0 auto 1rem}\
header{padding:1rem .25rem 0;font-weight:600}\
main{padding:min(1.5rem,5vw);background:var(--paper);border:1px solid var(--line);\
border-radius:1rem}\
h1{margin:0 0 .75rem;font-size:1.5rem}h2{margin:1rem 0 .25rem;font-size:1rem}\
h2:first-child{margin-top:0}\
.wide{overflow-x:auto}table{width:100%;border-collapse:collapse;font-size:.875rem}\
th{color:var(--soft);font-weight:400}\
th,td{padding:.5rem .75rem .5rem 0;text-align:left;vertical-align:top;\
border-bottom:1px solid var(--line)}\
a{color:var(--main)}td a,td code{white-space:nowrap}.soft,small{color:var(--soft)}small{font-size:.75rem}.soft{font-weight:400}\
b{padding:0 .5rem;border-radius:.5rem;font-weight:400}\
.good{background:var(--goodback);color:var(--good)}.bad{background:var(--badback);color:var(--bad)}\
.plain{border:1px solid var(--line)}\
code,pre{font:.875rem/1.5 ui-monospace,monospace;white-space:pre-wrap}\
pre{margin:.25rem 0;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;\
background:var(--back)}\
:focus-visible{outline:3px solid var(--main);outline-offset:2px}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_is_written_out() {
        assert_eq!(clock(1_790_000_000), "14:13:20");
        assert_eq!(clock(86_399), "23:59:59");
    }

    #[test]
    fn an_event_that_lets_nobody_in_or_out_is_no_verdict() {
        assert_eq!(verdict("tool_allowed"), Some(true));
        assert_eq!(verdict("resource_denied"), Some(false));
        assert_eq!(verdict("refused"), Some(false));
        assert_eq!(verdict("rate_limited"), Some(false));
        assert_eq!(verdict("token_issued"), None);
    }
}

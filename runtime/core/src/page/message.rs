//! A page that says one thing: what went wrong and what to do.

use http::StatusCode;

use crate::page::{Document, escape};
use crate::reply::Reply;

/// A page with a heading, what happened, and what to do about it.
#[must_use]
pub fn message(status: StatusCode, heading: &str, what: &str, help: &str) -> Reply {
    page(status, heading, what, help, "")
}

/// The same for a refusal: with its reason code, which the documentation and the audit trail have
/// too, so that a person can quote it to whoever runs the server.
#[must_use]
pub fn refusal(status: StatusCode, heading: &str, what: &str, help: &str, reason: &str) -> Reply {
    let reason = format!("<p class=\"soft\">Reason: <code>{}</code></p>\n", escape(reason));
    page(status, heading, what, help, &reason)
}

fn page(status: StatusCode, heading: &str, what: &str, help: &str, reason: &str) -> Reply {
    let main = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n{reason}",
        escape(heading),
        escape(what),
        escape(help)
    );
    Document { status, title: heading, config: None, main, form_targets: String::new() }
        .into_reply()
}

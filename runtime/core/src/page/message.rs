//! A page that says one thing: what went wrong and what to do.

use http::StatusCode;

use crate::page::{Document, escape};
use crate::reply::Reply;

/// Heading of the page of a sign-in that ends before anything was granted.
pub const CANNOT_GO_ON: &str = "This sign-in cannot go on";

/// A page with a heading, what happened, and what to do about it.
#[must_use]
pub fn message(status: StatusCode, heading: &str, what: &str, help: &str) -> Reply {
    page(status, heading, what, help, "")
}

/// The same for a refusal: with its reason code, which the documentation and the audit trail have
/// too, so that a person can quote it to whoever runs the server.
#[must_use]
pub fn refusal(status: StatusCode, heading: &str, what: &str, help: &str, reason: &str) -> Reply {
    page(status, heading, what, help, &code(reason))
}

/// A refusal that the person may take back, by a link, to the web site that sent them.
#[must_use]
pub fn way_back(what: &str, host: &str, url: &str, reason: &str) -> Reply {
    let help = format!(
        "Nothing was granted. An application that nobody has verified sent you here. Go back to \
         {host} only if that is where you came from."
    );
    let link = format!(
        "<p class=\"links\"><a href=\"{}\" rel=\"noopener noreferrer\">Back to {}</a></p>\n{}",
        escape(url),
        escape(host),
        code(reason)
    );
    page(StatusCode::BAD_REQUEST, CANNOT_GO_ON, what, &help, &link)
}

fn code(reason: &str) -> String {
    format!("<p class=\"soft\">Reason: <code>{}</code></p>\n", escape(reason))
}

fn page(status: StatusCode, heading: &str, what: &str, help: &str, more: &str) -> Reply {
    let main = format!(
        "<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n{more}",
        escape(heading),
        escape(what),
        escape(help)
    );
    Document { status, title: heading, config: None, main, has_form: false }.into_reply()
}

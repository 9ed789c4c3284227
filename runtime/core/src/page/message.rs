//! A page that says one thing: what went wrong and what to do.

use http::StatusCode;

use crate::page::{document, escape};
use crate::reply::Reply;

/// A page with a heading, what happened, and what to do about it.
#[must_use]
pub fn message(status: StatusCode, heading: &str, what: &str, help: &str) -> Reply {
    let body =
        format!("<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n", escape(heading), escape(what), escape(help));
    document(status, heading, &body, "")
}

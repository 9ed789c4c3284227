//! Reading cookies and opening the sealed ones.
//!
//! Input: `Cookie` headers, one a line, as a template of the real cookies (see [`values`]).

use http::header::COOKIE;
use http::{HeaderMap, Request};
use toolgate_core::cookie::{APPROVALS, read};

use super::server::{self, Issued, issued};
use super::support::{World, get, post, query};
use super::template::expand;

fn values(issued: &Issued) -> [&str; 9] {
    [
        &issued.consent.1,
        &issued.login.1,
        &issued.approvals,
        &issued.consent.0,
        &issued.login.0,
        APPROVALS,
        &issued.access,
        &issued.client,
        &issued.code,
    ]
}

pub fn run(input: &[u8]) -> bool {
    let issued = issued();
    let headers = server::headers(COOKIE, &expand(input, &values(issued)));
    for name in [&issued.consent.0, &issued.login.0, APPROVALS, "__Host-toolgate", "a", ""] {
        assert_eq!(read(&headers, name), first(&headers, name), "{name} of {headers:?}");
    }
    let mut world = World::new();
    let silent = show(&mut world, issued, &headers);
    let decided = decide(&mut world, issued, &headers);
    let returned = callback(&mut world, issued, &headers);
    silent || decided || returned
}

/// The first cookie of exactly this name, in the order in which they came, if its value is ASCII as
/// ours are; what others hold does not matter.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    for header in headers.get_all(COOKIE) {
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
            if &pair[..equals] == name.as_bytes() {
                let value = std::str::from_utf8(&pair[equals + 1..]).ok();
                return value.filter(|value| value.is_ascii());
            }
        }
    }
    None
}

fn with(mut request: Request<Vec<u8>>, headers: &HeaderMap) -> Request<Vec<u8>> {
    request.headers_mut().extend(headers.clone());
    request
}

/// No approval page only for the browser that holds the approval.
fn show(world: &mut World, issued: &Issued, headers: &HeaderMap) -> bool {
    let request = get("/authorize", &query(&issued.client, &issued.challenge));
    let reply = server::show(world, &with(request, headers));
    let is_approved = first(headers, APPROVALS) == Some(&issued.approvals);
    assert_eq!(reply.status(), if is_approved { 303 } else { 200 }, "{headers:?}");
    assert_eq!(server::is_upstream(&reply), is_approved, "{reply:?}");
    is_approved
}

/// A decision only from the browser that was shown the page.
fn decide(world: &mut World, issued: &Issued, headers: &HeaderMap) -> bool {
    let (attempt, csrf) = &issued.form;
    let form = [("attempt", &**attempt), ("csrf", csrf), ("decision", "approve")];
    let reply = server::decide(world, &with(post("/authorize", &form), headers));
    let is_shown = first(headers, &issued.consent.0) == Some(&issued.consent.1);
    assert_eq!(reply.status(), if is_shown { 303 } else { 400 }, "{headers:?}");
    is_shown
}

/// A return from the identity provider only to the browser that was sent there.
fn callback(world: &mut World, issued: &Issued, headers: &HeaderMap) -> bool {
    let request = get("/callback", &[("state", &issued.state), ("code", "upstream")]);
    let result = server::callback(world, &with(request, headers));
    let is_sent = first(headers, &issued.login.0) == Some(&issued.login.1);
    assert_eq!(result.is_ok(), is_sent, "{headers:?}");
    is_sent
}

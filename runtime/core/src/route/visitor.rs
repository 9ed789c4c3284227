//! People who look at routes with a browser: their sign-in, and the cookie that remembers it.
//!
//! ```text
//! GET of a route without the cookie ─► identity provider ─► /callback ─► the same path with it
//! ```
//!
//! The sign-in is that of `/connections`; a second sealed cookie, bound to this very attempt, tells the
//! callback that it is for a route. The visitor's cookie says nothing at `/connections`, and the other
//! way round.

use http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use http::{Method, Request, StatusCode};
use serde::Serialize;
use toolgate_policy::Caller;

use super::RouteInfo;
use super::matching::{self, Matched};
use crate::audit::{EventKind, Reason, because};
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::ATTEMPT_TTL;
use crate::oauth::callback::{Identified, Returned, subject_key};
use crate::oauth::consent::start_login;
use crate::oauth::context::OAuthContext;
use crate::oauth::login::{Start, Target, state_of};
use crate::page;
use crate::reply::{self, Reply};
use crate::seal::{Purpose, sha256};

/// Cookie of somebody who is signed in for routes.
const VISITOR: &str = "__Host-toolgate-visitor";

/// Cookie of the path that a sign-in returns to; a part of the attempt's name follows.
const RETURN: &str = "__Host-toolgate-return-";

/// Lifetime of a visitor's sign-in, in seconds. Nobody can end one before, and what the identity provider
/// said of the person stands for as long.
const VISITOR_TTL: u64 = 900;

/// Characters of the attempt's name in the name of a cookie: enough that two do not meet.
const NAME_LENGTH: usize = 12;

/// Sign-ins for routes that a browser may have begun; one more gives up those before. Any page can make
/// a browser begin one.
const MAX_RETURNS: usize = 4;

/// The client that audit events and functions read of a visitor.
const CLIENT: &str = "browser";

/// A signed-in visitor, sealed in a cookie.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct Visitor {
    /// The person, without any OAuth scope.
    pub caller: Caller,
    /// Pseudonym of the person.
    pub subject_key: String,
    /// Until when, in seconds since 1970.
    pub expires: u64,
}

/// What a browser keeps while somebody signs in for a route.
#[derive(Serialize, FromJson)]
struct Return {
    path: String,
    expires: u64,
}

impl Visitor {
    /// The visitor whose cookie came with the request.
    #[must_use]
    pub fn read(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::read(headers, oauth.cookie(VISITOR))?;
        let visitor: Self = oauth.keys.open(Purpose::Visitor, oauth.origin, value)?;
        (visitor.expires > oauth.now).then_some(visitor)
    }
}

/// True if the request is a browser's that shows what is answered, so that a sign-in may begin. Pages that
/// fetch, embed or frame a route do not make their visitor sign in.
#[must_use]
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| {
        headers.get(name).is_none_or(|value| value.as_bytes() == wanted.as_bytes())
    };
    *method == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// Sends the browser to the identity provider, to come back to this path.
pub fn sign_in(oauth: &mut OAuthContext<'_>, headers: &HeaderMap, path: &str) -> Reply {
    let from = Start { headers, approved: false, ending: None };
    let mut reply = start_login(oauth, &from, Target::Connections);
    let Some(state) = state_of(&reply) else { return reply };
    let attempt = sha256(&state);
    let value = Return { path: path.to_owned(), expires: oauth.now + ATTEMPT_TTL };
    let bound_to = oauth.attempt(&attempt);
    let value = oauth.keys.seal(Purpose::Visitor, &bound_to, &value, oauth.entropy);
    let kept = cookie::set(&return_cookie(oauth, &attempt), &value, ATTEMPT_TTL);
    if cookie::oversize(&kept).is_some() {
        return reply::text(StatusCode::URI_TOO_LONG, "This address is too long to sign in for.");
    }
    for given_up in too_many(oauth, headers) {
        reply.headers_mut().append(SET_COOKIE, given_up);
    }
    reply.headers_mut().append(SET_COOKIE, kept);
    reply
}

fn return_cookie(oauth: &OAuthContext<'_>, attempt: &str) -> String {
    [oauth.cookie(RETURN), &attempt[..NAME_LENGTH]].concat()
}

/// What removes the cookies of earlier sign-ins, where there are as many as there may be.
fn too_many(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Vec<HeaderValue> {
    let prefix = oauth.cookie(RETURN);
    let names: Vec<&str> = if headers.contains_key(COOKIE) {
        cookie::all(headers)
            .filter_map(|(name, _)| std::str::from_utf8(name).ok())
            .filter(|name| name.strip_prefix(prefix).is_some_and(is_id))
            .collect()
    } else {
        Vec::new()
    };
    let is_full = names.len() >= MAX_RETURNS;
    names.into_iter().filter(|_| is_full).map(cookie::clear).collect()
}

/// True if the text can stand in a `Set-Cookie` of ours without harm.
fn is_id(text: &str) -> bool {
    text.len() == NAME_LENGTH
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The end of a sign-in that was begun for a route: the visitor's cookie, and back to the path. `None` for
/// one that was begun for anything else. The path has to be one of a route that takes the cookie now.
pub fn returned(
    oauth: &mut OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    returned: &Returned,
    identified: &Identified,
    routes: &[RouteInfo],
) -> Option<Reply> {
    let attempt = returned.attempt();
    let name = return_cookie(oauth, attempt);
    let value = cookie::read(request.headers(), &name)?;
    let kept: Return = oauth.keys.open(Purpose::Visitor, &oauth.attempt(attempt), value)?;
    if kept.expires <= oauth.now || !is_readable(routes, &kept.path) {
        return None;
    }
    let subject = &identified.caller.subject;
    let subject_key = subject_key(oauth.keys, oauth.provider, subject);
    oauth.log.person(&subject_key, &identified.caller);
    let mut reply = signed_in(oauth, subject_key, &identified.caller, &kept.path);
    let headers = reply.headers_mut();
    headers.append(SET_COOKIE, cookie::clear(&name));
    headers.append(SET_COOKIE, returned.cleared());
    Some(reply)
}

fn is_readable(routes: &[RouteInfo], path: &str) -> bool {
    match matching::find(routes, &Method::GET, path) {
        Matched::Route(index, _) => routes.get(index).is_some_and(RouteInfo::takes_cookie),
        _ => false,
    }
}

fn signed_in(
    oauth: &mut OAuthContext<'_>,
    subject_key: String,
    caller: &Caller,
    path: &str,
) -> Reply {
    let mut caller = caller.clone();
    CLIENT.clone_into(&mut caller.client_id);
    caller.scopes.clear();
    let visitor = Visitor { caller, subject_key, expires: oauth.now + VISITOR_TTL };
    let value = oauth.keys.seal(Purpose::Visitor, oauth.origin, &visitor, oauth.entropy);
    let cookie = cookie::set(oauth.cookie(VISITOR), &value, VISITOR_TTL);
    if cookie::oversize(&cookie).is_some() {
        let reason = Reason::IdTokenTooLarge;
        let reply = page::refusal(
            StatusCode::FORBIDDEN,
            page::CANNOT_GO_ON,
            "You have more groups or claims than fit into a cookie.",
            "Ask the owner of this server to name fewer of them in its policies.",
            reason.code(),
        );
        return because(reply, reason);
    }
    oauth.log.tell(EventKind::SignIn, Reason::SignedIn);
    let mut reply = reply::redirect(&[oauth.origin, path].concat());
    reply.headers_mut().append(SET_COOKIE, cookie);
    reply
}

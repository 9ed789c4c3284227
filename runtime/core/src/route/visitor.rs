//! People who look at routes with a browser: their sign-in, and the cookie that remembers it.
//!
//! ```text
//! GET of a route without the cookie ─► identity provider ─► /callback ─► the same address with it
//! ```
//!
//! The sign-in has a target of its own, sealed into the login cookie with the address to return to. So
//! it ends with the visitor's cookie or with a refusal, and never as a sign-in to `/connections`. The
//! visitor's cookie says nothing there, and the other way round.

use http::header::{HeaderMap, SET_COOKIE};
use http::{Method, StatusCode, Uri};
use serde::Serialize;
use toolgate_policy::Caller;

use super::RouteInfo;
use super::matching::{self, Matched};
use crate::audit::{EventKind, Reason, because};
use crate::cookie;
use crate::from_json::FromJson;
use crate::oauth::callback::{Identified, Returned, subject_key};
use crate::oauth::consent::start_login;
use crate::oauth::context::OAuthContext;
use crate::oauth::login::{Start, Target};
use crate::page;
use crate::reply::{self, Reply};
use crate::seal::Purpose;

/// Cookie of somebody who is signed in for routes.
const VISITOR: &str = "__Host-toolgate-visitor";

/// Lifetime of a visitor's sign-in, in seconds. Nobody can end one before, and what the identity provider
/// said of the person stands for as long.
const VISITOR_TTL: u64 = 900;

/// Longest path with its query that a sign-in returns to, in bytes: sealed it takes 3 KiB of the login
/// cookie, which browsers keep up to 4 KiB.
const MAX_RETURN: usize = 2048;

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

impl Visitor {
    /// The visitor whose cookie came with the request.
    #[must_use]
    pub fn read(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::read(headers, oauth.cookie(VISITOR))?;
        let visitor: Self = oauth.keys.open(Purpose::Visitor, oauth.origin, value)?;
        (visitor.expires > oauth.now).then_some(visitor)
    }
}

/// Sends the browser to the identity provider, to come back to this path and query.
pub fn sign_in(oauth: &mut OAuthContext<'_>, headers: &HeaderMap, uri: &Uri) -> Reply {
    let address = uri.path_and_query().map_or(uri.path(), |address| address.as_str());
    if address.len() > MAX_RETURN {
        let text = format!(
            "This address is too long to sign in for: it has {} bytes, and {MAX_RETURN} can be returned to.",
            address.len()
        );
        return because(reply::text(StatusCode::URI_TOO_LONG, &text), Reason::UrlTooLong);
    }
    let from = Start { headers, approved: false, ending: None, address };
    start_login(oauth, &from, Target::Route)
}

/// The end of a sign-in that was begun for a route: the visitor's cookie, and back to the address. `None`
/// for one that was begun for anything else. The address has to be one of a route that takes the cookie
/// now.
pub fn returned(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
    routes: &[RouteInfo],
) -> Option<Reply> {
    let address = returned.route()?;
    let mut reply = if is_readable(routes, address) {
        let subject = &identified.caller.subject;
        let subject_key = subject_key(oauth.keys, oauth.provider, subject);
        oauth.log.person(&subject_key, &identified.caller);
        signed_in(oauth, subject_key, &identified.caller, address)
    } else {
        nowhere()
    };
    reply.headers_mut().append(SET_COOKIE, returned.cleared());
    Some(reply)
}

fn is_readable(routes: &[RouteInfo], address: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    match matching::find(routes, &Method::GET, path) {
        Matched::Route(index, _) => routes.get(index).is_some_and(RouteInfo::takes_cookie),
        _ => false,
    }
}

/// The answer to a sign-in for an address that a browser cannot look at any more.
fn nowhere() -> Reply {
    let reason = Reason::InvalidState;
    let reply = page::refusal(
        StatusCode::NOT_FOUND,
        page::CANNOT_GO_ON,
        "There is no page any more at the address that this sign-in was for.",
        "Nothing was granted.",
        reason.code(),
    );
    because(reply, reason)
}

fn signed_in(
    oauth: &mut OAuthContext<'_>,
    subject_key: String,
    caller: &Caller,
    address: &str,
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
    let mut reply = reply::redirect(&[oauth.origin, address].concat());
    reply.headers_mut().append(SET_COOKIE, cookie);
    reply
}

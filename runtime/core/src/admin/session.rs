//! The administrator: signed in to this server for a short while, by a sign-in that was asked for just now.

use http::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};
use serde::Serialize;
use serde_json::json;
use toolgate_policy::{Arguments, Caller, Vars};
use url::Url;

use super::policy;
use crate::audit::{EventKind, Reason, because};
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::PERSON_TTL;
use crate::mcp::guard::{self, Asking};
use crate::oauth::callback::{Identified, Returned, subject_key, subject_keys};
use crate::oauth::consent::start_login;
use crate::oauth::context::OAuthContext;
use crate::oauth::login::{Start, Target};
use crate::oauth::token::AccessToken;
use crate::page;
use crate::paths::ADMIN_PATH;
use crate::reply::{self, Reply};
use crate::scope;
use crate::seal::Purpose;

/// Cookie of an administrator.
const COOKIE: &str = "__Host-toolgate-admin";

/// The client that audit events name.
const CLIENT: &str = "browser";

/// A signed-in administrator, sealed in a cookie.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct Administrator {
    /// The person, without any OAuth scope.
    pub caller: Caller,
    /// Their pseudonyms, one for each encryption key, the current one first.
    pub subject_keys: Vec<String>,
    /// Proof that a form comes from a page made for this sign-in.
    pub csrf: String,
    /// Until when, in seconds since 1970.
    pub expires: u64,
}

impl Administrator {
    /// The administrator whose cookie came with the request.
    #[must_use]
    pub fn read(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::read(headers, oauth.cookie(COOKIE))?;
        let one: Self = oauth.keys.open(Purpose::Admin, oauth.origin, value)?;
        (one.expires > oauth.now).then_some(one)
    }

    /// True if the policy lets them, which the audit trail hears of otherwise.
    #[must_use]
    pub fn is_allowed(&self, oauth: &OAuthContext<'_>, vars: &dyn Vars) -> bool {
        let own = self.subject_keys.first().map(String::as_str).unwrap_or_default();
        oauth.log.person(own, &self.caller);
        is_allowed(oauth, &self.caller, vars)
    }

    /// True if a pseudonym is one of theirs.
    #[must_use]
    pub fn is(&self, person: &str) -> bool {
        self.subject_keys.iter().any(|own| own == person)
    }

    /// Removes the cookie.
    pub(super) fn sign_out(oauth: &OAuthContext<'_>) -> HeaderValue {
        cookie::clear(oauth.cookie(COOKIE))
    }
}

fn is_allowed(oauth: &OAuthContext<'_>, caller: &Caller, vars: &dyn Vars) -> bool {
    let Some(policy) = policy(oauth.config) else { return false };
    let asking = Asking { config: oauth.config, caller, vars };
    let is_allowed = guard::allows(asking, policy, Arguments::Unknown);
    if !is_allowed {
        oauth.log.tell(EventKind::Refused, Reason::AdminDenied);
    }
    is_allowed
}

/// Sends the browser to the identity provider, for a sign-in of now and not one that it remembers.
pub fn sign_in(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> Reply {
    let headers = request.headers();
    let from = Start { headers, approved: false, ending: None, address: ADMIN_PATH };
    let mut reply = start_login(oauth, &from, Target::Route);
    demand(&mut reply);
    reply
}

/// Has the provider ask who it is again (OpenID Connect Core section 3.1.2.1).
fn demand(reply: &mut Reply) {
    let address = reply.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let Some(mut url) = address.and_then(|address| Url::parse(address).ok()) else { return };
    let others: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| name != "prompt").collect();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("prompt", "login")
        .append_pair("max_age", "0");
    if let Ok(value) = HeaderValue::try_from(url.as_str()) {
        reply.headers_mut().insert(LOCATION, value);
    }
}

/// The end of a sign-in that was begun for the page: the administrator's cookie, and back to it. `None` for one
/// that was begun for anything else.
pub fn signed_in(
    oauth: &mut OAuthContext<'_>,
    returned: &Returned,
    identified: &Identified,
) -> Option<Reply> {
    returned.route().filter(|address| *address == ADMIN_PATH)?;
    let subject = &identified.caller.subject;
    oauth.log.person(&subject_key(oauth.keys, oauth.provider, subject), &identified.caller);
    // The policy is asked at each request with the cookie, and so at the one that follows.
    let subject_keys = subject_keys(oauth.keys, oauth.provider, subject);
    let mut reply = cookie_of(oauth, subject_keys, &identified.caller);
    reply.headers_mut().append(SET_COOKIE, returned.cleared());
    Some(reply)
}

/// Leaves the scope of administrators out of what a client gets, unless the policy lets the person.
pub fn narrow(
    oauth: &OAuthContext<'_>,
    returned: &mut Returned,
    identified: &Identified,
    vars: &dyn Vars,
) {
    let Some(scopes) = returned.scopes() else { return };
    let asks = scopes.iter().any(|scope| scope == scope::ADMIN);
    if asks && !is_allowed(oauth, &identified.caller, vars) {
        scopes.retain(|scope| scope != scope::ADMIN);
    }
}

/// The administrator behind an access token with the scope `admin`: it is for the command line.
///
/// # Errors
/// The refusal of a token without that scope, of somebody whom the policy does not let, or of a sign-in that is too
/// long ago. `signed_in` is when that was.
pub fn by_token(
    oauth: &OAuthContext<'_>,
    token: AccessToken,
    signed_in: u64,
    vars: &dyn Vars,
) -> Result<Administrator, Box<Reply>> {
    let refuse = |status, error, text: &str| {
        let body = json!({ "error": error, "error_description": text });
        Box::new(because(reply::json(status, &body), Reason::AdminDenied))
    };
    oauth.log.person(&token.address.subject_key, &token.caller);
    if !token.caller.scopes.iter().any(|scope| scope == scope::ADMIN) {
        let text = "The access token has not the scope admin";
        return Err(refuse(StatusCode::FORBIDDEN, "insufficient_scope", text));
    }
    if signed_in + PERSON_TTL <= oauth.now {
        let text = "The sign-in is longer than 15 minutes ago; sign in again";
        return Err(refuse(StatusCode::UNAUTHORIZED, "invalid_token", text));
    }
    if !is_allowed(oauth, &token.caller, vars) {
        let text = "The policy of [admin] does not let this account";
        return Err(refuse(StatusCode::FORBIDDEN, "access_denied", text));
    }
    let subject_keys = subject_keys(oauth.keys, oauth.provider, &token.caller.subject);
    let expires = signed_in + PERSON_TTL;
    // No form of the page belongs to it.
    Ok(Administrator { caller: token.caller, subject_keys, csrf: String::new(), expires })
}

fn cookie_of(oauth: &mut OAuthContext<'_>, subject_keys: Vec<String>, caller: &Caller) -> Reply {
    let mut caller = caller.clone();
    CLIENT.clone_into(&mut caller.client_id);
    caller.scopes.clear();
    let (csrf, expires) = (oauth.entropy.token(), oauth.now + PERSON_TTL);
    let one = Administrator { caller, subject_keys, csrf, expires };
    let value = oauth.keys.seal(Purpose::Admin, oauth.origin, &one, oauth.entropy);
    let cookie = cookie::set(oauth.cookie(COOKIE), &value, PERSON_TTL);
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
    let mut reply = reply::redirect(&[oauth.origin, ADMIN_PATH].concat());
    reply.headers_mut().append(SET_COOKIE, cookie);
    reply
}

/// The answer to somebody whom the policy does not let.
#[must_use]
pub fn denied() -> Reply {
    page::refusal(
        StatusCode::FORBIDDEN,
        "This page is not for your account",
        "It is for those who look after this server.",
        "If you should be one of them, ask the owner of this server.",
        Reason::AdminDenied.code(),
    )
}

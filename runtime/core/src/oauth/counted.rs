//! Counting requests to OAuth endpoints.
//!
//! People behind one network address, and all people of a hosted client, must not use up each
//! other's requests. So a request that proves to belong to a grant or to a sign-in under way counts
//! for that one, and only the others count for their address. What proves it is sealed by us and
//! opened here: nothing is stored or asked for it.

use http::{Method, Request};

use crate::cookie;
use crate::from_json::FromJson;
use crate::oauth::attempts;
use crate::oauth::callback::Code;
use crate::oauth::context::OAuthContext;
use crate::oauth::credentials::Credentials;
use crate::oauth::grant::GrantKey;
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::oauth::token::{AccessToken, check_verifier, open_refresh};
use crate::paths::{CALLBACK_PATH, CONNECTIONS_PATH, REVOKE_PATH, TOKEN_PATH};
use crate::rate::Route;
use crate::seal::Purpose;

/// Expiry of an attempt's cookie; one that is over proves nothing.
#[derive(FromJson)]
struct Attempt {
    #[serde(rename = "e")]
    expires: u64,
}

/// Route and key under which the request is counted; `None` where it counts for its network
/// address.
#[must_use]
pub fn by_proof(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> Option<(Route, String)> {
    match request.uri().path() {
        TOKEN_PATH | REVOKE_PATH => Some((Route::Grant, grant(oauth, request)?)),
        CALLBACK_PATH => Some((Route::Return, returning(oauth, request)?)),
        path if path.starts_with(CONNECTIONS_PATH) => {
            let person = Person::read(oauth, request.headers())?;
            Some((Route::Attempt, person.csrf))
        }
        _ if request.method() == Method::POST => Some((Route::Attempt, attempt(oauth, request)?)),
        _ => None,
    }
}

/// The grant of the code or token that the request presents, if it presents it for the client that
/// it was issued to.
fn grant(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::form(request).ok()?;
    let credentials = Credentials::read(request.headers(), &params).ok()?;
    let (address, owner) = match (request.uri().path(), params.get("grant_type")) {
        (REVOKE_PATH, _) => {
            let text = params.get("token")?;
            refresh(oauth, text).or_else(|| {
                let token: AccessToken =
                    oauth.keys.open(Purpose::AccessToken, oauth.origin, text)?;
                let is_over = token.expires < oauth.now;
                (!is_over).then_some((token.address, token.caller.client_id))
            })
        }
        (_, Some("authorization_code")) => code(oauth, &params),
        _ => refresh(oauth, params.get("refresh_token")?),
    }?;
    // What a wrong secret is tried with is not what its owner sends.
    let secret = credentials.fingerprint();
    (owner == credentials.client_key()).then(|| [&address.id, secret.as_str()].concat())
}

fn refresh(oauth: &OAuthContext<'_>, text: &str) -> Option<(GrantKey, String)> {
    open_refresh(oauth, text).map(|token| (token.address, token.client))
}

/// A code proves something only for as long as it can be redeemed, and only with its verifier: used
/// codes stand in histories and logs.
fn code(oauth: &OAuthContext<'_>, params: &Params) -> Option<(GrantKey, String)> {
    let code: Code = oauth.keys.open(Purpose::Code, oauth.origin, params.get("code")?)?;
    let verifier = params.get("code_verifier")?;
    let is_good = code.expires >= oauth.now
        && check_verifier(verifier, &code.authorization.challenge).is_ok();
    is_good.then_some((code.address, code.authorization.client))
}

fn attempt(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::form(request).ok()?;
    let id = params.get("attempt")?;
    open(oauth, request, Purpose::Consent, id, &attempts::page_cookie(oauth, id)?)
}

/// The attempt that comes back from the identity provider.
fn returning(oauth: &OAuthContext<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::query(request);
    let state = params.get("state")?;
    open(oauth, request, Purpose::Login, state, &attempts::login_cookie(oauth, state)?)
}

fn open(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    purpose: Purpose,
    id: &str,
    cookie: &str,
) -> Option<String> {
    let value = cookie::read(request.headers(), cookie)?;
    let (attempt, _): (Attempt, _) = attempts::open(oauth, purpose, id, value)?;
    (attempt.expires >= oauth.now).then(|| id.to_owned())
}

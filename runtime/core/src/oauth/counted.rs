//! What a request to an OAuth endpoint is counted by.
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
use crate::oauth::credentials::Credentials;
use crate::oauth::gate::Gate;
use crate::oauth::params::Params;
use crate::oauth::person::Person;
use crate::oauth::token::{AccessToken, open_refresh};
use crate::paths::{CALLBACK_PATH, CONNECTIONS_PATH};
use crate::rate::Route;
use crate::seal::Purpose;

/// What tells how long the cookie of an attempt is good; one that is over proves nothing.
#[derive(FromJson)]
struct Attempt {
    #[serde(rename = "e")]
    expires: u64,
}

/// What the request is counted by, and whose count it is; `None` where it counts for its network
/// address.
#[must_use]
pub fn by_proof(gate: &Gate<'_>, request: &Request<Vec<u8>>) -> Option<(Route, String)> {
    match request.uri().path() {
        "/token" | "/revoke" => Some((Route::Grant, grant(gate, request)?)),
        CALLBACK_PATH => Some((Route::Return, returning(gate, request)?)),
        CONNECTIONS_PATH => {
            let person = Person::read(gate, request.headers())?;
            Some((Route::Attempt, person.csrf))
        }
        _ if request.method() == Method::POST => Some((Route::Attempt, attempt(gate, request)?)),
        _ => None,
    }
}

/// The grant of the code or token that the request presents, if it presents it for the client that
/// it was issued to.
fn grant(gate: &Gate<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::form(request).ok()?;
    let client = Credentials::read(request.headers(), &params).ok()?.client_key();
    let refresh = |text| open_refresh(gate, text).map(|token| (token.address, token.client));
    let (address, owner) = match (request.uri().path(), params.get("grant_type")) {
        ("/revoke", _) => {
            let text = params.get("token")?;
            refresh(text).or_else(|| {
                let token: AccessToken = gate.keys.open(Purpose::AccessToken, gate.origin, text)?;
                Some((token.address, token.caller.client_id))
            })
        }
        (_, Some("authorization_code")) => {
            let code: Code = gate.keys.open(Purpose::Code, gate.origin, params.get("code")?)?;
            Some((code.address, code.authorization.client))
        }
        _ => refresh(params.get("refresh_token")?),
    }?;
    (owner == client).then_some(address.id)
}

/// The attempt of an approval page whose form the request is.
fn attempt(gate: &Gate<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::form(request).ok()?;
    let id = params.get("attempt")?;
    open(gate, request, Purpose::Consent, id, &attempts::page_cookie(gate, id)?)
}

/// The attempt that comes back from the identity provider.
fn returning(gate: &Gate<'_>, request: &Request<Vec<u8>>) -> Option<String> {
    let params = Params::query(request);
    let state = params.get("state")?;
    open(gate, request, Purpose::Login, state, &attempts::login_cookie(gate, state)?)
}

fn open(
    gate: &Gate<'_>,
    request: &Request<Vec<u8>>,
    purpose: Purpose,
    id: &str,
    cookie: &str,
) -> Option<String> {
    let value = cookie::read(request.headers(), cookie)?;
    let (attempt, _): (Attempt, _) = attempts::open(gate, purpose, id, value)?;
    (attempt.expires >= gate.now).then(|| id.to_owned())
}

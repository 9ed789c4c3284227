//! The exchange of a person's access token for one of an API: OAuth 2.0 Token Exchange (RFC 8693), and the
//! on-behalf-of flow of Microsoft Entra ID.

use std::fmt;

use http::{Request, Response};
use serde_json::Value;
use toolgate_config::{Exchange, IdentityUpstream};

use crate::from_json::FromJson;
use crate::upstream::login;
use crate::upstream::provider::Provider;
use crate::upstream::tokens::{printable, seconds};
use crate::upstream::trouble::undecided;

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Lifetime of a token whose provider tells none, in seconds: few tokens live shorter, and one that does is
/// renewed when the API refuses it.
const UNKNOWN_LIFETIME: u64 = 300;

/// The consent that this server needs at the provider. The sign-in does not ask for it, so no person gives it there.
const CONSENT: &str = "consent_required";

/// Errors by which a provider asks the person to come back (OpenID Connect Core section 3.1.2.6, RFC 9470
/// section 5): Entra's conditional access has the first of them.
const OF_THE_PERSON: [&str; 3] =
    ["interaction_required", "login_required", "unmet_authentication_requirements"];

/// Errors that whoever calls gets, until the owner changes something here or there (RFC 6749 section 5.2, RFC
/// 8693 section 2.2.2), and Entra's own. By `access_denied` Keycloak and Okta refuse this server the exchange.
const OF_THE_SERVER: [&str; 9] = [
    CONSENT,
    "access_denied",
    "invalid_target",
    "invalid_scope",
    "invalid_resource",
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_token_type",
];

/// A token for the API. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The token.
    pub text: String,
    /// Time of its expiry, in seconds since 1970.
    pub expires: u64,
}

impl fmt::Debug for Exchanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchanged([redacted])")
    }
}

/// Why the provider gave no token for the API; the text is for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The person's token is over, or good for no exchange.
    Subject(String),
    /// Something of the request, which may be the person's token, too (RFC 8693 section 2.2.2).
    Request(String),
    /// The person has to sign in again.
    Person(String),
    /// This server gets no such token, whoever calls.
    Server(String),
    /// It decided nothing.
    Undecided(String),
}

#[derive(FromJson)]
struct ExchangeResponse {
    access_token: Option<String>,
    issued_token_type: Option<String>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    error: Option<String>,
    /// Entra's: it tells a consent that is missing from a token that is over.
    suberror: Option<String>,
}

/// The request for a token of the API; `None` where nothing is exchanged, or the endpoints are not known.
#[must_use]
pub fn request(
    provider: &Provider,
    calls: &IdentityUpstream,
    subject_token: &str,
) -> Option<Request<Vec<u8>>> {
    let mut pairs = match calls.exchange? {
        Exchange::Rfc8693 => vec![
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject_token),
            ("subject_token_type", ACCESS_TOKEN),
            ("requested_token_type", ACCESS_TOKEN),
        ],
        Exchange::EntraObo => vec![
            ("grant_type", JWT_BEARER),
            ("assertion", subject_token),
            ("requested_token_use", "on_behalf_of"),
        ],
    };
    pairs.extend(calls.target.lines().filter_map(|line| line.split_once(' ')));
    let endpoints = provider.endpoints.as_ref()?;
    login::post(provider, endpoints, &endpoints.token_url, &pairs)
}

/// Reads the answer to such a request.
///
/// # Errors
/// Why there is no token that the API could be sent.
pub fn read(
    exchange: Exchange,
    answer: &Response<Vec<u8>>,
    now: u64,
) -> Result<Exchanged, Refusal> {
    let status = answer.status();
    if undecided(answer).is_some() {
        return Err(Refusal::Undecided(format!("status {status}, no decision")));
    }
    let Ok(body) = crate::from_json::read_foreign::<ExchangeResponse>(answer.body()) else {
        return Err(Refusal::Undecided(format!("status {status}, unreadable answer")));
    };
    if let Some(error) = body.error.as_ref().filter(|error| !error.is_empty()) {
        let mut text = format!("status {status}, error {}", printable(error));
        let suberror = body.suberror.as_deref().unwrap_or_default();
        if !suberror.is_empty() {
            text.push_str(&format!(", suberror {}", printable(suberror)));
        }
        return Err(refusal(if suberror == CONSENT { CONSENT } else { error }, text));
    }
    let unfit = |reason: String| Refusal::Server(format!("status {status}, {reason}"));
    let token_type = body.token_type.unwrap_or_default();
    if !token_type.eq_ignore_ascii_case("bearer") {
        return Err(unfit(format!("a token of type {:?}, not bearer", printable(&token_type))));
    }
    // Entra's answer has no such member.
    let issued = body.issued_token_type.as_deref();
    if exchange == Exchange::Rfc8693 && issued != Some(ACCESS_TOKEN) {
        return Err(unfit("a token that is no access token by its issued_token_type".to_owned()));
    }
    let lifetime = match &body.expires_in {
        None => UNKNOWN_LIFETIME,
        Some(value) => {
            seconds(value).ok_or_else(|| unfit("expires_in is no number of seconds".to_owned()))?
        }
    };
    match body.access_token.filter(|token| !token.is_empty() && status.is_success()) {
        Some(text) => Ok(Exchanged { text, expires: now.saturating_add(lifetime) }),
        None => Err(unfit("no access token".to_owned())),
    }
}

fn refusal(error: &str, text: String) -> Refusal {
    match error {
        "invalid_grant" => Refusal::Subject(text),
        "invalid_request" => Refusal::Request(text),
        error if OF_THE_PERSON.contains(&error) => Refusal::Person(text),
        error if OF_THE_SERVER.contains(&error) => Refusal::Server(text),
        _ => Refusal::Undecided(text),
    }
}

//! The approval page, and the person's decision on it.

use http::header::{HeaderValue, ORIGIN, SET_COOKIE};
use http::{Request, StatusCode};
use serde::Serialize;

use crate::audit::{self, Reason};
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::{ATTEMPT_TTL, MAX_COOKIE};
use crate::oauth::answer::{client_error_url, error_page, failed, refuse_client};
use crate::oauth::attempts;
use crate::oauth::authorization::AuthorizationRequest;
use crate::oauth::client::Voucher;
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::login::{self, NotStarted, Start, Target};
use crate::oauth::params::Params;
use crate::page::{self, ConsentPage, Trust};
use crate::reply::{self, Reply};
use crate::scope;
use crate::seal::Purpose;
use crate::secret::constant_time_eq;

/// The sealed cookie of an open approval page.
#[derive(Debug, Serialize, FromJson)]
struct Attempt {
    #[serde(rename = "a")]
    authorization: AuthorizationRequest,
    #[serde(rename = "c")]
    csrf: String,
    #[serde(rename = "e")]
    expires: u64,
}

/// Parts of the page beside the request itself.
pub(crate) struct Shown<'a> {
    pub(crate) client_name: &'a str,
    pub(crate) client_uri: Option<&'a str>,
    /// The person who is signed in, if any.
    pub(crate) person: Option<&'a str>,
}

/// The page that asks for an approval; its cookie holds the request.
pub(crate) fn ask(
    oauth: &mut OAuthContext<'_>,
    shown: &Shown<'_>,
    authorization: AuthorizationRequest,
) -> Reply {
    let id = attempts::page_id(oauth);
    let csrf = attempts::secret(oauth);
    let tokens = &oauth.config.tokens;
    let mut reply = page::consent(
        oauth.config,
        &ConsentPage {
            client_name: shown.client_name,
            client_uri: shown.client_uri,
            person: shown.person,
            trust: trust(&authorization.voucher),
            redirect_uri: &authorization.redirect_uri,
            scopes: authorization
                .scopes
                .iter()
                // How long it lasts is on the page anyway.
                .filter(|scope| *scope != scope::OFFLINE)
                .map(|scope| scope::in_words(oauth.config, scope))
                .chain(oauth.config.identity.upstream.as_ref().map(|calls| &*calls.meaning))
                .chain(oauth.config.connections.iter().map(|connection| &*connection.meaning))
                .collect(),
            longest: if authorization.code_only {
                tokens.access_token_ttl
            } else {
                tokens.refresh_token_ttl
            },
            attempt: &id,
            csrf: &csrf,
        },
    );
    let attempt = Attempt { authorization, csrf, expires: oauth.now + ATTEMPT_TTL };
    let texts = attempt.authorization.texts();
    let value = attempts::seal(oauth, Purpose::Consent, &id, &attempt, &texts);
    let name = attempts::page_cookie(oauth, &id).expect("our own id names a cookie");
    let cookie = cookie::set(&name, &value, ATTEMPT_TTL);
    if let Some(length) = cookie::oversize(&cookie) {
        return error_page(&too_long(length));
    }
    reply.headers_mut().append(SET_COOKIE, cookie);
    reply
}

fn trust(voucher: &Voucher) -> Trust<'_> {
    match voucher {
        Voucher::Owner => Trust::Known,
        Voucher::Host(host) => Trust::Domain(host),
        Voucher::Nobody => Trust::Unverified,
    }
}

/// `POST /authorize`: the person's decision. The request is recovered from the sealed cookie;
/// nothing of it is taken from the form.
pub fn decide(oauth: &mut OAuthContext<'_>, request: &Request<Vec<u8>>) -> Reply {
    let (cookie, authorization, approved) = match read_decision(oauth, request) {
        Ok(decision) => decision,
        Err(error) => return error_page(&error),
    };
    oauth.log.client(&authorization.client);
    let mut reply = if approved {
        oauth.log.tell(audit::EventKind::Consent, Reason::ConsentApproved);
        let from =
            Start { headers: request.headers(), approved, ending: Some(&cookie), address: "" };
        start_login(oauth, &from, Target::Client(Box::new(authorization)))
    } else {
        oauth.log.tell(audit::EventKind::Consent, Reason::ConsentDenied);
        let error = OAuthError::new("access_denied", "The request was denied")
            .because(Reason::ConsentDenied);
        reply::redirect(&client_error_url(oauth, &authorization, &error))
    };
    reply.headers_mut().append(SET_COOKIE, cookie::clear(&cookie));
    reply
}

/// The name of the page's cookie, the request that is in it, and whether it was approved.
fn read_decision(
    oauth: &OAuthContext<'_>,
    request: &Request<Vec<u8>>,
) -> Result<(String, AuthorizationRequest, bool), OAuthError> {
    if request.headers().get(ORIGIN).is_some_and(|origin| !is_own(oauth, origin)) {
        return Err(OAuthError::invalid_request("The form was sent from another site")
            .because(Reason::FormFromAnotherSite));
    }
    let params = Params::form(request)?;
    let id = params.require("attempt")?;
    let expired = || {
        OAuthError::invalid_request(
            "This page has expired, or was opened in another browser; start again from your \
             MCP client",
        )
        .because(Reason::AttemptExpired)
    };
    let name = attempts::page_cookie(oauth, id).ok_or_else(expired)?;
    let value = cookie::read(request.headers(), &name).ok_or_else(expired)?;
    let (attempt, texts): (Attempt, _) =
        attempts::open(oauth, Purpose::Consent, id, value).ok_or_else(expired)?;
    if attempt.expires < oauth.now {
        return Err(expired());
    }
    if !constant_time_eq(params.require("csrf")?.as_bytes(), attempt.csrf.as_bytes()) {
        return Err(OAuthError::invalid_request("The form does not belong to this page")
            .because(Reason::FormMismatch));
    }
    let approved = match params.get("decision") {
        Some("approve") => true,
        Some("deny") => false,
        _ => {
            return Err(OAuthError::invalid_request("decision must be approve or deny")
                .because(Reason::DecisionUnknown));
        }
    };
    Ok((name, attempt.authorization.with_texts(&texts), approved))
}

fn is_own(oauth: &OAuthContext<'_>, origin: &HeaderValue) -> bool {
    origin.as_bytes() == oauth.origin.as_bytes()
}

/// The refusal of a request of which not everything fits a cookie.
fn too_long(length: usize) -> OAuthError {
    OAuthError::invalid_request(format!(
        "The request is too long: remembering it takes a cookie of {length} bytes, and browsers \
         keep {MAX_COOKIE}; send a shorter state or redirect_uri"
    ))
    .because(Reason::RequestTooLong)
}

/// Sends the browser to the identity provider. One that cannot be reached is told to the client,
/// which is proven by now, and to whoever reads the page.
pub(crate) fn start_login(oauth: &mut OAuthContext<'_>, from: &Start<'_>, target: Target) -> Reply {
    let client = match &target {
        Target::Client(authorization) => Some(authorization.clone()),
        Target::Connections | Target::Route => None,
    };
    match (login::start(oauth, from, target), client) {
        (Ok(reply), _) => reply,
        (Err(NotStarted::TooLong(length)), _) => error_page(&too_long(length)),
        (Err(NotStarted::Unreachable), Some(client)) => {
            let error = login::unreachable();
            refuse_client(&client_error_url(oauth, &client, &error), &error)
        }
        (Err(NotStarted::Unreachable), None) => {
            failed(StatusCode::SERVICE_UNAVAILABLE, &login::unreachable())
        }
    }
}

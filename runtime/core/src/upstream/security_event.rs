//! Security Event Tokens of a transmitter of Shared Signals (RFC 8417, OpenID SSF 1.0, CAEP 1.0).

use http::Request;
use http::header::ACCEPT;
use serde_json::{Map, Value};
use url::Url;

use crate::from_json::FromJson;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::jwt::{Expected, Prepared, SignedClaims, check_parties};
use crate::upstream::provider::{is_local, safe_url};
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::Algorithm;

/// Where the metadata of a transmitter are (SSF 1.0 section 7.2).
const METADATA: &str = "/.well-known/ssf-configuration";

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const SSF: &str = "https://schemas.openid.net/secevent/ssf/event-type/";

/// The only type that the header may name (SSF 1.0 section 4.1.7).
const TYPES: [&str; 2] = ["secevent+jwt", "application/secevent+jwt"];

/// The oldest event, in seconds before now: a transmitter that was away delivers what it kept, and what was signed years
/// ago says nothing of today.
const MAX_AGE: u64 = 7 * 86_400;

/// Clock difference that is tolerated, in seconds.
const LEEWAY: u64 = 60;

/// The person that an event is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Subject {
    /// By the subject of an issuer.
    Issuer(String, String),
    /// By an address, in lower case.
    Email(String),
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Signal {
    /// The person's sign-ins of until then are over.
    End(Subject, u64),
    /// Nothing: it tests the way, or is about something that is not kept here.
    Nothing,
    /// It answers a question that was not asked.
    WrongState,
}

/// The members of the metadata that are used.
#[derive(FromJson)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

/// The request for a transmitter's metadata; `None` for an issuer that is no address.
#[must_use]
pub fn request(issuer: &str) -> Option<Request<Vec<u8>>> {
    let mut url = safe_url(issuer)?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&[METADATA, &path].concat());
    Request::get(url.as_str()).header(ACCEPT, "application/json").body(Vec::new()).ok()
}

/// The address of a transmitter's keys, out of its metadata.
///
/// # Errors
/// Why they cannot be used, for the log.
pub fn keys_of(issuer: &str, answer: &http::Response<Vec<u8>>) -> Result<Url, String> {
    if answer.status() != http::StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    let metadata: Metadata = crate::from_json::read_foreign(answer.body())
        .map_err(|_| "not metadata of a transmitter".to_owned())?;
    if metadata.issuer != issuer {
        return Err("the metadata name another issuer".to_owned());
    }
    let is_own = safe_url(issuer).is_some_and(|url| is_local(&url));
    safe_url(&metadata.jwks_uri)
        .filter(|url| !is_local(url) || is_own)
        .ok_or_else(|| "jwks_uri is not an https URL".to_owned())
}

/// Finds the key that an event says it is signed by.
///
/// # Errors
/// It is not one, or cannot be verified.
pub fn prepare<'a>(keys: &'a Jwks, token: &'a str) -> Result<Prepared<'a>, Rejection> {
    let unverified = Unverified::parse(token).ok_or(Rejection::Malformed)?;
    let typ = unverified.typ().map_err(|_| Rejection::Malformed)?;
    if !typ.is_some_and(|typ| TYPES.contains(&&*typ.to_ascii_lowercase())) {
        return Err(Rejection::Claim("typ"));
    }
    Prepared::by_one_key(keys, &Algorithm::ALL, token)
}

/// Checks the claims, and tells what is to be done.
///
/// # Errors
/// The first rule that they break.
pub fn verify(
    issuer: &str,
    audience: &str,
    claims: SignedClaims,
    now: u64,
) -> Result<Signal, Rejection> {
    let expected = Expected { issuer, audience, required: &["iat", "jti", "events"] };
    let claims = check_parties(&expected, claims)?;
    // SSF 1.0 section 4.1: they tell an event from tokens that let somebody in.
    for name in ["exp", "sub", "nonce"] {
        if claims.contains_key(name) {
            return Err(Rejection::Claim(name));
        }
    }
    if claims.get("jti").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(Rejection::Claim("jti"));
    }
    let issued = time(claims.get("iat")).ok_or(Rejection::Claim("iat"))?;
    if issued > now + LEEWAY {
        return Err(Rejection::NotYetValid);
    }
    if issued + MAX_AGE < now {
        return Err(Rejection::Expired);
    }
    let events = claims.get("events").and_then(Value::as_object).filter(|all| all.len() == 1);
    let event = events.and_then(|events| events.iter().next());
    let (kind, event) = event.ok_or(Rejection::Claim("events"))?;
    let event = event.as_object().ok_or(Rejection::Claim("events"))?;
    if kind.strip_prefix(SSF) == Some("verification") {
        return Ok(if event.contains_key("state") { Signal::WrongState } else { Signal::Nothing });
    }
    if !ends(kind, event)? {
        return Ok(Signal::Nothing);
    }
    let subject = claims.get("sub_id").and_then(Value::as_object);
    let subject = subject.ok_or(Rejection::Claim("sub_id"))?;
    // An event of the future would end sign-ins that are yet to come.
    let at = time(event.get("event_timestamp")).unwrap_or(issued).min(now);
    Ok(person(subject)?.map_or(Signal::Nothing, |person| Signal::End(person, at)))
}

fn time(value: Option<&Value>) -> Option<u64> {
    let time = value?.as_f64().filter(|time| time.is_finite() && *time >= 0.0)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Some(time as u64)
}

/// True for an event after which sign-ins of before are not to be trusted.
fn ends(kind: &str, event: &Map<String, Value>) -> Result<bool, Rejection> {
    if let Some(kind) = kind.strip_prefix(RISC) {
        return Ok(matches!(kind, "account-disabled" | "account-purged" | "sessions-revoked"));
    }
    match kind.strip_prefix(CAEP) {
        Some("session-revoked") => Ok(true),
        Some("credential-change") => {
            let text = |name| event.get(name).and_then(Value::as_str);
            let (Some(credential), Some(change)) = (text("credential_type"), text("change_type"))
            else {
                return Err(Rejection::Claim("events"));
            };
            Ok(matches!(change, "revoke" | "delete")
                || change == "update" && matches!(credential, "password" | "pin"))
        }
        _ => Ok(false),
    }
}

/// The person of a subject; `None` for one that is not known here. Each member of a complex subject narrows it, so
/// one that cannot be compared matches nobody.
fn person(subject: &Map<String, Value>) -> Result<Option<Subject>, Rejection> {
    let text = |name: &str| subject.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let wrong = || Rejection::Claim("sub_id");
    match text("format").ok_or_else(wrong)? {
        "iss_sub" => {
            let (issuer, subject) = text("iss").zip(text("sub")).ok_or_else(wrong)?;
            Ok(Some(Subject::Issuer(issuer.to_owned(), subject.to_owned())))
        }
        "email" => {
            let address = text("email").ok_or_else(wrong)?;
            Ok(Some(Subject::Email(address.to_ascii_lowercase())))
        }
        "complex" => {
            let is_user = |name: &str| matches!(name, "format" | "user");
            if subject.keys().any(|name| !is_user(name)) {
                return Ok(None);
            }
            let user = subject.get("user").and_then(Value::as_object).ok_or_else(wrong)?;
            // Subjects are nested once only.
            if user.get("format").and_then(Value::as_str) == Some("complex") {
                return Err(wrong());
            }
            person(user)
        }
        _ => Ok(None),
    }
}

//! `/signals`: a transmitter of Shared Signals pushes its events (RFC 8935).

use std::cell::RefCell;

use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use serde_json::json;
use toolgate_core::admin::index::address_keys;
use toolgate_core::audit::{Event, EventKind, Reason, because};
use toolgate_core::limits::{DISCOVERY_RETRY, DISCOVERY_TTL};
use toolgate_core::oauth::callback::subject_keys;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::reply::{self, Reply};
use toolgate_core::upstream::SignedClaims;
use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::jwks_cache::{JwksCache, Plan};
use toolgate_core::upstream::security_event::{self, Signal, Subject};
use worker::Url;

use super::end;
use crate::http::fetch;
use crate::identity::keys;
use crate::platform::console::log_error;
use crate::platform::{now, signature};
use crate::ports::request_context::RequestContext;

/// The media type of an event.
const MEDIA_TYPE: &str = "application/secevent+jwt";

/// What is known of the transmitter: its keys, and when its metadata were read.
#[derive(Clone)]
struct Transmitter {
    keys: JwksCache,
    read: u64,
}

thread_local! {
    static TRANSMITTER: RefCell<Option<Transmitter>> = const { RefCell::new(None) };
    /// When its metadata could not be read last.
    static FAILED: RefCell<u64> = const { RefCell::new(0) };
}

/// Serves an event.
pub(super) async fn serve(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let Some(signals) = &oauth.config.signals else {
        return reply::text(StatusCode::NOT_FOUND, "");
    };
    let Some(issuer) = signals.transmitter.as_deref() else {
        return reply::text(StatusCode::NOT_FOUND, "");
    };
    let media = http_request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.and_then(|media| media.split(';').next()).unwrap_or_default().trim();
    let token = std::str::from_utf8(http_request.body()).unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case(MEDIA_TYPE) {
        return refuse("invalid_request", "the body is not application/secevent+jwt");
    }
    let claims = match verify(issuer, token).await {
        Ok(Ok(claims)) => claims,
        Ok(Err(rejection)) => return rejected(&rejection),
        Err(error) => {
            log_error!("an event of the transmitter could not be checked: {error}");
            return failed();
        }
    };
    let audience = signals.audience.as_deref().unwrap_or(oauth.origin);
    match security_event::verify(issuer, audience, claims, oauth.now) {
        Ok(Signal::End(subject, at)) => end(request, oauth, &subject, at).await,
        Ok(Signal::Nothing) => accepted(),
        Ok(Signal::WrongState) => refuse("invalid_state", "this server has asked for no event"),
        Err(rejection) => rejected(&rejection),
    }
}

/// Ends what the event is about. It is stored when this answers.
async fn end(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    subject: &Subject,
    at: u64,
) -> Reply {
    match try_end(request, oauth, subject, at).await {
        Ok(true) => accepted(),
        // A good event about somebody whom this transmitter has no say about, or who is not known here.
        Ok(false) => because(accepted(), Reason::SignalInvalid),
        Err(error) => {
            log_error!("an event of the transmitter could not be carried out: {error}");
            failed()
        }
    }
}

async fn try_end(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    subject: &Subject,
    at: u64,
) -> worker::Result<bool> {
    let deployment = request.deployment();
    let people = match subject {
        Subject::Issuer(issuer, subject) if *issuer == oauth.provider.issuer => {
            subject_keys(oauth.keys, oauth.provider, subject)
        }
        Subject::Issuer(..) => return Ok(false),
        Subject::Email(address) => {
            let domain = address.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
            let domains =
                oauth.config.signals.iter().flat_map(|signals| signals.email_domains.iter());
            if !domains.into_iter().any(|owned| *owned == domain) {
                return Ok(false);
            }
            end::by_addresses(deployment, &address_keys(oauth.keys, address)).await?
        }
    };
    for person in people {
        let count = end::person(deployment, &person, Some(at)).await?;
        let mut event = Event::new(EventKind::Revoked, Reason::RevokedBySignal);
        event.user = Some(person);
        event.detail = Some(count.to_string());
        oauth.log.record(event);
    }
    Ok(true)
}

/// The claims of an event that the transmitter signed.
async fn verify(issuer: &str, token: &str) -> worker::Result<Result<SignedClaims, Rejection>> {
    let address = locate(issuer).await?;
    let plan = with_keys(|keys| keys.plan(now()));
    let known = match plan {
        Some(Plan::Serve(keys) | Plan::ServeAndRenew(keys)) => keys,
        Some(Plan::Wait) => return Err("its keys could not be had a moment ago".into()),
        Some(Plan::Fetch) | None => renew(&address).await?,
    };
    match check(&known, token).await {
        Err(Rejection::UnknownKey | Rejection::AmbiguousKey)
            if with_keys(|keys| keys.may_refetch(now())) == Some(true) =>
        {
            Ok(check(&renew(&address).await?, token).await)
        }
        verdict => Ok(verdict),
    }
}

async fn check(keys: &Jwks, token: &str) -> Result<SignedClaims, Rejection> {
    signature::conclude(security_event::prepare(keys, token)?).await
}

async fn renew(address: &Url) -> worker::Result<Jwks> {
    let fetched = keys::ask(address, now()).await;
    with_keys(|keys| keys.keep(fetched.as_ref().ok(), now()));
    fetched
}

fn with_keys<T>(work: impl FnOnce(&mut JwksCache) -> T) -> Option<T> {
    TRANSMITTER.with_borrow_mut(|known| known.as_mut().map(|known| work(&mut known.keys)))
}

/// The address of the transmitter's keys. Its metadata are read once an hour; while it is away, what was read last
/// counts.
async fn locate(issuer: &str) -> worker::Result<Url> {
    let now = now();
    let known = TRANSMITTER.with_borrow(Clone::clone);
    let known = known.and_then(|known| Some((Url::parse(known.keys.address()).ok()?, known.read)));
    if let Some((address, read)) = &known
        && now < read + DISCOVERY_TTL
    {
        return Ok(address.clone());
    }
    if now < FAILED.with_borrow(|failed| failed + DISCOVERY_RETRY) {
        return known.map(|(address, _)| address).ok_or_else(|| "no answer a moment ago".into());
    }
    match ask(issuer).await {
        Ok(address) => {
            TRANSMITTER.with_borrow_mut(|known| {
                let kept = known.take().filter(|known| known.keys.address() == address.as_str());
                let keys = kept.map_or_else(|| JwksCache::new(address.as_str()), |kept| kept.keys);
                *known = Some(Transmitter { keys, read: now });
            });
            Ok(address)
        }
        Err(error) => {
            FAILED.set(now);
            known.map(|(address, _)| address).ok_or(error)
        }
    }
}

async fn ask(issuer: &str) -> worker::Result<Url> {
    let request = security_event::request(issuer).ok_or("the transmitter is no address")?;
    let answer = fetch::send(request).await?;
    Ok(security_event::keys_of(issuer, &answer)?)
}

fn accepted() -> Reply {
    let mut reply = reply::text(StatusCode::ACCEPTED, "");
    reply.headers_mut().remove(CONTENT_TYPE);
    reply
}

/// RFC 8935 section 2.4.
fn rejected(rejection: &Rejection) -> Reply {
    let code = match rejection {
        Rejection::Claim("iss") => "invalid_issuer",
        Rejection::Claim("aud") => "invalid_audience",
        Rejection::UnknownKey | Rejection::AmbiguousKey => "invalid_key",
        Rejection::Signature => "authentication_failed",
        _ => "invalid_request",
    };
    refuse(code, &rejection.to_string())
}

fn refuse(code: &str, why: &str) -> Reply {
    let body = json!({ "err": code, "description": why });
    because(reply::json(StatusCode::BAD_REQUEST, &body), Reason::SignalInvalid)
}

fn failed() -> Reply {
    let body = json!({ "err": "invalid_request", "description": "not now; send it again" });
    reply::json(StatusCode::SERVICE_UNAVAILABLE, &body)
}

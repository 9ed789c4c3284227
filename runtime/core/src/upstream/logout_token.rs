//! Logout tokens of the identity provider (OpenID Connect Back-Channel Logout 1.0 section 2).

use serde_json::Value;
use toolgate_config::Config;

use crate::limits::ATTEMPT_TTL;
use crate::seal::sha256;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::jwt::{Expected, Prepared, SignedClaims, check_parties, check_times};
use crate::upstream::provider::Provider;
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::Algorithm;

/// The member of `events` that makes a token one of logout.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The types that a header may name: providers that name none or the general one are common, and every other names a
/// token of another purpose (RFC 8725 section 3.11).
const TYPES: [&str; 3] = ["logout+jwt", "application/logout+jwt", "jwt"];

/// The oldest `iat`, in seconds before now. With the tolerated difference of clocks it is less than the time for which
/// a token that came is remembered.
const MAX_AGE: u64 = 300;

/// The most of `[identity] leeway` that counts here, for the same reason.
const MAX_LEEWAY: u64 = 60;

const _: () =
    assert!(MAX_AGE + 2 * MAX_LEEWAY < ATTEMPT_TTL, "a token is remembered until it is too old");

/// A good logout token.
#[derive(Debug, PartialEq, Eq)]
pub struct Logout {
    /// The person, as the identity provider calls them.
    pub subject: String,
    /// Names the token among all of the provider.
    pub id: String,
    /// When it was issued, in seconds since 1970.
    pub issued: u64,
}

/// Finds the key that a logout token says it is signed by.
///
/// # Errors
/// It is not one, or cannot be verified.
pub fn prepare<'a>(keys: &'a Jwks, token: &'a str) -> Result<Prepared<'a>, Rejection> {
    let unverified = Unverified::parse(token).ok_or(Rejection::Malformed)?;
    let typ = unverified.typ().map_err(|_| Rejection::Malformed)?;
    if typ.is_some_and(|typ| !TYPES.contains(&&*typ.to_ascii_lowercase())) {
        return Err(Rejection::Claim("typ"));
    }
    Prepared::by_one_key(keys, &Algorithm::ALL, token)
}

/// Checks the claims (section 2.6).
///
/// # Errors
/// The first rule that they break.
pub fn verify(
    config: &Config,
    provider: &Provider,
    claims: SignedClaims,
    now: u64,
) -> Result<Logout, Rejection> {
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &provider.client_id,
        required: &["exp", "iat", "jti", "events"],
    };
    let claims = check_parties(&expected, claims)?;
    let leeway = u64::from(config.identity.leeway).min(MAX_LEEWAY);
    check_times(&claims, leeway, now)?;
    let issued = claims.get("iat").and_then(Value::as_f64).ok_or(Rejection::Claim("iat"))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    let issued = issued as u64;
    if issued + MAX_AGE + leeway < now {
        return Err(Rejection::Expired);
    }
    // An id_token has a nonce, and no events.
    if claims.contains_key("nonce") {
        return Err(Rejection::Claim("nonce"));
    }
    let events = claims.get("events").and_then(Value::as_object);
    if !events.and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
        return Err(Rejection::Claim("events"));
    }
    let text = |name: &'static str| match claims.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
        _ => Err(Rejection::Claim(name)),
    };
    // A session without its person is of no use: grants know no sessions of the provider.
    let subject = text("sub")?.to_owned();
    let id = sha256(&["logout\n", &provider.issuer, "\n", text("jti")?].concat());
    Ok(Logout { subject, id, issued })
}

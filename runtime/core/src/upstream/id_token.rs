//! Verification of id_tokens (OpenID Connect Core section 3.1.3.7).

use std::borrow::Cow;

use serde_json::{Map, Value};
use toolgate_config::Config;
use toolgate_policy::Caller;

use crate::secret::constant_time_eq;
use crate::upstream::claims::read_caller;
use crate::upstream::jwks::Jwks;
use crate::upstream::jwt::{Expected, Prepared, SignedClaims, check_parties, check_times};
use crate::upstream::provider::Provider;
use crate::upstream::signature::Algorithm;

pub use crate::upstream::rejection::Rejection;

/// Finds the key that an id_token says it is signed by.
///
/// # Errors
/// It is not a token that can be verified; fresh keys may help against [`Rejection::UnknownKey`] and
/// [`Rejection::AmbiguousKey`].
pub fn prepare<'a>(keys: &'a Jwks, token: &'a str) -> Result<Prepared<'a>, Rejection> {
    Prepared::by_one_key(keys, &Algorithm::ALL, token)
}

/// Checks the claims of a sign-in's id_token and reads who it is about.
///
/// # Errors
/// The first rule of OpenID Connect Core section 3.1.3.7 that it breaks.
pub fn verify(
    config: &Config,
    provider: &Provider,
    claims: SignedClaims,
    nonce: &str,
    now: u64,
) -> Result<Caller, Rejection> {
    let claims = checked(config, provider, claims, now)?;
    let sent = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    if !constant_time_eq(sent.as_bytes(), nonce.as_bytes()) {
        return Err(Rejection::Claim("nonce"));
    }
    read_caller(config, provider, claims)
}

/// Checks the claims of the id_token that came with a refresh: it must be about the same person, and
/// a nonce, which it need not have, must be that of the sign-in (OpenID Connect Core section 12.2).
/// `nonce` is empty where the sign-in's is not known.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_again(
    config: &Config,
    provider: &Provider,
    claims: SignedClaims,
    subject: &str,
    nonce: &str,
    now: u64,
) -> Result<Caller, Rejection> {
    let claims = checked(config, provider, claims, now)?;
    let sent = claims.get("nonce").filter(|sent| !sent.is_null());
    if sent.is_some_and(|sent| !nonce.is_empty() && sent != nonce) {
        return Err(Rejection::Claim("nonce"));
    }
    let caller = read_caller(config, provider, claims)?;
    if caller.subject == subject { Ok(caller) } else { Err(Rejection::Claim("sub")) }
}

fn checked(
    config: &Config,
    provider: &Provider,
    claims: SignedClaims,
    now: u64,
) -> Result<Map<String, Value>, Rejection> {
    let issuer = match provider.peculiarities {
        Some(known) => (known.issuer)(config, provider, &claims)?,
        None => Cow::Borrowed(&*provider.issuer),
    };
    let expected = Expected {
        issuer: &issuer,
        audience: &provider.client_id,
        required: &["exp", "iss", "aud", "sub"],
    };
    let claims = check_parties(&expected, claims)?;
    check_times(&claims, u64::from(config.identity.leeway), now)?;
    check_party(&claims, &provider.client_id)?;
    Ok(claims)
}

/// Among several audiences the authorized party must be us, and if it is told it must be in any
/// case.
fn check_party(claims: &Map<String, Value>, client_id: &str) -> Result<(), Rejection> {
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    match claims.get("azp") {
        None | Some(Value::Null) if !several => Ok(()),
        Some(Value::String(party)) if party == client_id => Ok(()),
        _ => Err(Rejection::Claim("azp")),
    }
}

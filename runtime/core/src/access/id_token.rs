//! Verification of id_tokens (OpenID Connect Core section 3.1.3.7).

use serde_json::{Map, Value};
use toolgate_config::Config;

use crate::access::claims::read_caller;
use crate::access::jwks::Jwks;
use crate::access::jwt::{ALGORITHMS, Expected, check_times, verify_signature};
use crate::access::provider::Provider;
use crate::caller::Caller;
use crate::secret::constant_time_eq;

pub use crate::access::jwt::Rejection;

/// Verifies the id_token of a sign-in and reads who it is about.
///
/// # Errors
/// The first rule of OpenID Connect Core section 3.1.3.7 that it breaks.
pub fn verify(
    config: &Config,
    provider: &Provider,
    keys: &Jwks,
    token: &str,
    nonce: &str,
    now: u64,
) -> Result<Caller, Rejection> {
    let claims = verified(config, provider, keys, token, now)?;
    let sent = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    if !constant_time_eq(sent.as_bytes(), nonce.as_bytes()) {
        return Err(Rejection::Claim("nonce"));
    }
    read_caller(config, provider, claims)
}

/// Verifies the id_token that came with a refresh: it must be about the same person, and has no
/// nonce of its own (OpenID Connect Core section 12.2).
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_again(
    config: &Config,
    provider: &Provider,
    keys: &Jwks,
    token: &str,
    subject: &str,
    now: u64,
) -> Result<Caller, Rejection> {
    let claims = verified(config, provider, keys, token, now)?;
    let caller = read_caller(config, provider, claims)?;
    if caller.subject == subject { Ok(caller) } else { Err(Rejection::Claim("sub")) }
}

fn verified(
    config: &Config,
    provider: &Provider,
    keys: &Jwks,
    token: &str,
    now: u64,
) -> Result<Map<String, Value>, Rejection> {
    let expected = Expected {
        algorithms: &ALGORITHMS,
        issuer: &provider.issuer,
        audience: &provider.client_id,
        required: &["exp", "iss", "aud", "sub"],
    };
    let claims = verify_signature(&expected, keys, token)?;
    check_times(&claims, u64::from(config.identity.leeway), now)?;
    check_party(&claims, &provider.client_id)?;
    Ok(claims)
}

/// Among several audiences the authorized party must be us, and if it is told it must be in any
/// case.
fn check_party(claims: &Map<String, Value>, client_id: &str) -> Result<(), Rejection> {
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    match claims.get("azp") {
        None if !several => Ok(()),
        Some(Value::String(party)) if party == client_id => Ok(()),
        _ => Err(Rejection::Claim("azp")),
    }
}

//! Verification of id_tokens (OpenID Connect Core section 3.1.3.7).

use std::collections::HashSet;
use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use toolgate_config::Config;

use crate::access::jwks::{Found, Jwks};
use crate::access::provider::Provider;
use crate::access::verifier;
use crate::caller::Caller;
use crate::limits::{MAX_CLAIMS, MAX_GROUPS};
use crate::secret::constant_time_eq;

/// The algorithms accepted, whatever the token's header says.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

/// Claims about the token rather than the person; policies do not see them.
const TECHNICAL: [&str; 12] = [
    "iss",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "nonce",
    "jti",
    "at_hash",
    "c_hash",
    "s_hash",
    "auth_time",
];

/// Why an id_token was not accepted; for the log, not for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// Not a JWT, or one that cannot be read.
    Malformed,
    /// `alg` is not on the list.
    Algorithm,
    /// No `kid`, or no key of that id: fresh keys may help.
    UnknownKey,
    /// Two keys of that id.
    AmbiguousKey,
    /// The signature is wrong.
    Signature,
    /// A claim is missing, or not what it must be.
    Claim(&'static str),
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` is in the future.
    NotYetValid,
    /// More groups or claims than a token can carry.
    TooLarge,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a readable JWT"),
            Self::Algorithm => f.write_str("alg is not RS256 or ES256"),
            Self::UnknownKey => f.write_str("no key in the JWKS has its kid"),
            Self::AmbiguousKey => f.write_str("several keys in the JWKS have its kid"),
            Self::Signature => f.write_str("the signature is wrong"),
            Self::Claim(name) => write!(f, "{name} is missing or wrong"),
            Self::Expired => f.write_str("it has expired"),
            Self::NotYetValid => f.write_str("it is not valid yet; is the clock right?"),
            Self::TooLarge => f.write_str("it has more groups or claims than a token can carry"),
        }
    }
}

impl std::error::Error for Rejection {}

/// Verifies an id_token and reads who it is about.
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
    let claims = verify_signature(provider, keys, token)?;
    check_times(&claims, u64::from(config.identity.leeway), now)?;
    check_parties(&claims, provider)?;
    let sent = claims.get("nonce").and_then(Value::as_str).unwrap_or_default();
    if !constant_time_eq(sent.as_bytes(), nonce.as_bytes()) {
        return Err(Rejection::Claim("nonce"));
    }
    read_caller(claims, &config.identity.groups_claim)
}

fn verify_signature(
    provider: &Provider,
    keys: &Jwks,
    token: &str,
) -> Result<Map<String, Value>, Rejection> {
    verifier::install();
    let header = jsonwebtoken::decode_header(token).map_err(|error| match error.kind() {
        // An `alg` that the crate does not know, `none` among them.
        ErrorKind::Json(_) | ErrorKind::InvalidAlgorithmName => Rejection::Algorithm,
        _ => Rejection::Malformed,
    })?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Rejection::Algorithm);
    }
    let kid = header.kid.as_deref().ok_or(Rejection::UnknownKey)?;
    let key = match keys.find(kid, header.alg) {
        Found::Key(key) => key,
        Found::None => return Err(Rejection::UnknownKey),
        Found::Several => return Err(Rejection::AmbiguousKey),
    };
    let key = DecodingKey::from_jwk(key).map_err(|_| Rejection::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[&provider.client_id]);
    validation.set_issuer(&[&provider.issuer]);
    validation.required_spec_claims =
        HashSet::from(["exp", "iss", "aud", "sub"].map(str::to_owned));
    // The crate would read the system's clock; ours is an argument, see `check_times`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    jsonwebtoken::decode(token, &key, &validation).map(|data| data.claims).map_err(|error| {
        match error.into_kind() {
            ErrorKind::InvalidSignature => Rejection::Signature,
            ErrorKind::InvalidIssuer => Rejection::Claim("iss"),
            ErrorKind::InvalidAudience => Rejection::Claim("aud"),
            ErrorKind::MissingRequiredClaim(name) => Rejection::Claim(match name.as_str() {
                "exp" => "exp",
                "iss" => "iss",
                "aud" => "aud",
                _ => "sub",
            }),
            _ => Rejection::Malformed,
        }
    })
}

fn check_times(claims: &Map<String, Value>, leeway: u64, now: u64) -> Result<(), Rejection> {
    // RFC 7519 section 2: a NumericDate may have a fraction.
    let time = |name: &'static str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_f64()
            .filter(|time| time.is_finite() && *time >= 0.0)
            .map(Some)
            .ok_or(Rejection::Claim(name)),
    };
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    let (now, leeway) = (now as f64, leeway as f64);
    if time("exp")?.ok_or(Rejection::Claim("exp"))? + leeway <= now {
        return Err(Rejection::Expired);
    }
    let issued = time("iat")?.ok_or(Rejection::Claim("iat"))?;
    if issued > now + leeway || time("nbf")?.is_some_and(|from| from > now + leeway) {
        return Err(Rejection::NotYetValid);
    }
    Ok(())
}

/// `iss` must be one text, and among several audiences `azp` must be us.
fn check_parties(claims: &Map<String, Value>, provider: &Provider) -> Result<(), Rejection> {
    if claims.get("iss").and_then(Value::as_str) != Some(&provider.issuer) {
        return Err(Rejection::Claim("iss"));
    }
    let several = claims.get("aud").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    match claims.get("azp") {
        None if !several => Ok(()),
        Some(Value::String(party)) if *party == provider.client_id => Ok(()),
        _ => Err(Rejection::Claim("azp")),
    }
}

fn read_caller(mut claims: Map<String, Value>, groups_claim: &str) -> Result<Caller, Rejection> {
    for name in TECHNICAL {
        claims.remove(name);
    }
    let mut text = |name: &str| match claims.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let subject = text("sub").ok_or(Rejection::Claim("sub"))?;
    let (email, name) = (text("email"), text("name"));
    // Access sends verified addresses and no such claim; anything but `true` or nothing is a no.
    let email_verified = matches!(claims.remove("email_verified"), None | Some(Value::Bool(true)));
    let groups: Vec<String> = match claims.remove(groups_claim) {
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    };
    let size = serde_json::to_string(&claims).map_or(usize::MAX, |text| text.len());
    if groups.len() > MAX_GROUPS || size > MAX_CLAIMS {
        return Err(Rejection::TooLarge);
    }
    Ok(Caller { subject, email, email_verified, name, groups, claims, ..Caller::default() })
}

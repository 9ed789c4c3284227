//! Verification of JSON Web Tokens that an identity provider signed (RFC 7519, RFC 8725).

use std::fmt;

use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use crate::access::jwks::{Found, Jwks};
use crate::access::jws::Unverified;

/// The algorithms accepted, whatever the token's header says.
pub(crate) const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

/// Why a token was not accepted; for the log, not for the client.
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
    /// This claim is more than a token can carry.
    TooLarge(String),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a readable JWT"),
            Self::Algorithm => f.write_str("alg is not one of those accepted"),
            Self::UnknownKey => f.write_str("no key in the JWKS has its kid"),
            Self::AmbiguousKey => f.write_str("several keys in the JWKS have its kid"),
            Self::Signature => f.write_str("the signature is wrong"),
            Self::Claim(name) => write!(f, "{name} is missing or wrong"),
            Self::Expired => f.write_str("it has expired"),
            Self::NotYetValid => f.write_str("it is not valid yet; is the clock right?"),
            Self::TooLarge(claim) => {
                write!(f, "the claim `{claim}` is more than a token can carry")
            }
        }
    }
}

impl std::error::Error for Rejection {}

/// What a token must be like.
pub(crate) struct Expected<'a> {
    pub(crate) algorithms: &'a [Algorithm],
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Claims that must be there.
    pub(crate) required: &'a [&'static str],
}

/// The claims of a token with a good signature, issuer and audience. Its times are yet to be
/// checked.
pub(crate) fn verify_signature(
    expected: &Expected<'_>,
    keys: &Jwks,
    token: &str,
) -> Result<Map<String, Value>, Rejection> {
    let token = Unverified::parse(token).ok_or(Rejection::Malformed)?;
    let algorithm = token.algorithm().filter(|algorithm| expected.algorithms.contains(algorithm));
    let algorithm = algorithm.ok_or(Rejection::Algorithm)?;
    let key = match keys.find(token.kid().ok_or(Rejection::UnknownKey)?, algorithm) {
        Found::Key(key) => key.decoding_key().map_err(|_| Rejection::UnknownKey)?,
        Found::None => return Err(Rejection::UnknownKey),
        Found::Several => return Err(Rejection::AmbiguousKey),
    };
    if !token.is_signed_by(&key, algorithm) {
        return Err(Rejection::Signature);
    }
    let claims = token.into_claims();
    if let Some(missing) = expected.required.iter().find(|name| !claims.contains_key(**name)) {
        return Err(Rejection::Claim(missing));
    }
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(Rejection::Claim("iss"));
    }
    if !names(claims.get("aud"), expected.audience) {
        return Err(Rejection::Claim("aud"));
    }
    Ok(claims)
}

/// Whether `aud`, one text or a list of texts, names this audience (RFC 7519 section 4.1.3).
fn names(aud: Option<&Value>, audience: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(list)) => {
            list.iter().all(Value::is_string) && list.iter().any(|one| one == audience)
        }
        _ => false,
    }
}

/// `exp`, `nbf` and `iat` (RFC 7519 section 4.1) against our own clock.
pub(crate) fn check_times(
    claims: &Map<String, Value>,
    leeway: u64,
    now: u64,
) -> Result<(), Rejection> {
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

//! Verification of JSON Web Tokens that an identity provider signed (RFC 7519, RFC 8725).

use std::collections::HashSet;
use std::fmt;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};

use crate::access::jwks::{Found, Jwks};
use crate::access::verifier;

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
    /// More groups or claims than a token can carry.
    TooLarge,
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
            Self::TooLarge => f.write_str("it has more groups or claims than a token can carry"),
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
    verifier::install();
    let header = jsonwebtoken::decode_header(token).map_err(|error| match error.kind() {
        // An `alg` that the crate does not know, `none` among them.
        ErrorKind::Json(_) | ErrorKind::InvalidAlgorithmName => Rejection::Algorithm,
        _ => Rejection::Malformed,
    })?;
    if !expected.algorithms.contains(&header.alg) {
        return Err(Rejection::Algorithm);
    }
    // RFC 7515 section 4.1.11: no extension is understood here, so none may be critical.
    if header.crit.is_some() {
        return Err(Rejection::Malformed);
    }
    let kid = header.kid.as_deref().ok_or(Rejection::UnknownKey)?;
    let key = match keys.find(kid, header.alg) {
        Found::Key(key) => key,
        Found::None => return Err(Rejection::UnknownKey),
        Found::Several => return Err(Rejection::AmbiguousKey),
    };
    let key = key.decoding_key().map_err(|_| Rejection::UnknownKey)?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[expected.audience]);
    validation.set_issuer(&[expected.issuer]);
    validation.required_spec_claims =
        expected.required.iter().map(|name| (*name).to_owned()).collect::<HashSet<_>>();
    // The crate would read the system's clock; ours is an argument, see `check_times`.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims: Map<String, Value> = jsonwebtoken::decode(token, &key, &validation)
        .map(|data| data.claims)
        .map_err(|error| match error.into_kind() {
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
        })?;
    // The crate accepts a list of issuers that has the right one.
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(Rejection::Claim("iss"));
    }
    Ok(claims)
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

//! Verification of JSON Web Tokens that an identity provider signed (RFC 7519, RFC 8725).

use std::fmt;

use serde_json::{Map, Value};
use toolgate_config::Config;

use crate::upstream::claims::{DISTRIBUTED, HAS_GROUPS, has_more, put_groups};
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::{Algorithm, PublicKey, Signed};

/// A token that says which key signed it; whether that is so is for the platform to find out.
pub struct Prepared<'a> {
    token: Unverified<'a>,
    algorithm: Algorithm,
    keys: Vec<&'a PublicKey>,
    signature: Vec<u8>,
}

/// The claims of a token with a good signature. Nothing else of it is checked yet.
pub struct SignedClaims(Map<String, Value>);

impl fmt::Debug for SignedClaims {
    /// Claims are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedClaims(…)")
    }
}

impl SignedClaims {
    /// Refuses a sign-in that took place before this time, as far as the provider tells.
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    pub(crate) fn check_fresh(&self, began: u64) -> Result<(), Rejection> {
        match self.0.get("auth_time") {
            None | Some(Value::Null) => Ok(()),
            Some(time) if time.as_f64().is_some_and(|time| time >= began as f64) => Ok(()),
            Some(_) => Err(Rejection::Claim("auth_time")),
        }
    }

    /// The text of a claim.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// True if the provider says that it has more groups than it sends.
    #[must_use]
    pub fn has_more_groups(&self, config: &Config) -> bool {
        has_more(&config.identity.groups_claim, &self.0)
    }

    /// Takes in the groups of the person, which the provider told elsewhere: all of them.
    pub fn set_groups(&mut self, config: &Config, groups: Vec<String>) {
        [DISTRIBUTED, HAS_GROUPS].iter().for_each(|name| drop(self.0.remove(*name)));
        put_groups(config, &mut self.0, groups.into());
    }

    pub(crate) fn into_inner(self) -> Map<String, Value> {
        self.0
    }
}

impl<'a> Prepared<'a> {
    /// A token that was signed by one of these algorithms, by the one key of the set that fits.
    pub(crate) fn by_one_key(
        keys: &'a Jwks,
        algorithms: &[Algorithm],
        token: &'a str,
    ) -> Result<Self, Rejection> {
        Self::read(algorithms, token, |kid, algorithm| Ok(vec![keys.find(kid, algorithm)?]))
    }

    /// The same by any of the keys that fit, of which `most` are tried.
    pub(crate) fn by_any_key(
        keys: &'a Jwks,
        algorithms: &[Algorithm],
        token: &'a str,
        most: usize,
    ) -> Result<Self, Rejection> {
        Self::read(algorithms, token, |kid, algorithm| {
            let keys: Vec<_> = keys.fitting(kid, algorithm).take(most).collect();
            if keys.is_empty() { Err(Rejection::UnknownKey) } else { Ok(keys) }
        })
    }

    fn read(
        algorithms: &[Algorithm],
        token: &'a str,
        find: impl FnOnce(Option<&str>, Algorithm) -> Result<Vec<&'a PublicKey>, Rejection>,
    ) -> Result<Self, Rejection> {
        let token = Unverified::parse(token).ok_or(Rejection::Malformed)?;
        let algorithm = token.algorithm().filter(|one| algorithms.contains(one));
        let algorithm = algorithm.ok_or(Rejection::Algorithm)?;
        let keys = find(token.kid().map_err(|_| Rejection::Malformed)?, algorithm)?;
        let signature = token.signature().ok_or(Rejection::Signature)?;
        Ok(Self { token, algorithm, keys, signature })
    }

    /// The questions to the platform, of which one yes is enough.
    pub fn signed(&self) -> impl Iterator<Item = Signed<'_>> {
        self.keys.iter().map(|key| Signed {
            algorithm: self.algorithm,
            key,
            message: self.token.message(),
            signature: &self.signature,
        })
    }

    /// The claims, by the platform's answer.
    ///
    /// # Errors
    /// The signature is not by any of the keys.
    pub fn conclude(self, is_signed: bool) -> Result<SignedClaims, Rejection> {
        if is_signed {
            Ok(SignedClaims(self.token.into_claims()))
        } else {
            Err(Rejection::Signature)
        }
    }
}

/// Whom a token must be from and for.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    /// Claims that must be there.
    pub(crate) required: &'a [&'static str],
}

/// The claims of a token of this issuer for this audience. Its times are yet to be checked.
pub(crate) fn check_parties(
    expected: &Expected<'_>,
    claims: SignedClaims,
) -> Result<Map<String, Value>, Rejection> {
    let claims = claims.into_inner();
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

/// True if `aud`, one text or a list of texts, names this audience (RFC 7519 section 4.1.3).
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
        None | Some(Value::Null) => Ok(None),
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

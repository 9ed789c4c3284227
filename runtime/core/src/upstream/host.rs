//! Verification on the machine that compiles: for tests and tools, and for no Worker, whose platform
//! has its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm as Jwa, DecodingKey};

use crate::upstream::jwt::{Prepared, SignedClaims};
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::{Algorithm, PublicKey, Signed};

/// True if the key made the signature.
#[must_use]
pub fn verify(signed: &Signed<'_>) -> bool {
    let key = match signed.key {
        PublicKey::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
        PublicKey::P256 { x, y } | PublicKey::P384 { x, y } => {
            DecodingKey::from_ec_components(x, y)
        }
        PublicKey::Ed25519 { x } => DecodingKey::from_ed_components(x),
    };
    let algorithm = match signed.algorithm {
        Algorithm::Rs256 => Jwa::RS256,
        Algorithm::Rs384 => Jwa::RS384,
        Algorithm::Rs512 => Jwa::RS512,
        Algorithm::Ps256 => Jwa::PS256,
        Algorithm::Es256 => Jwa::ES256,
        Algorithm::Es384 => Jwa::ES384,
        Algorithm::EdDsa => Jwa::EdDSA,
    };
    let signature = URL_SAFE_NO_PAD.encode(signed.signature);
    key.and_then(|key| jsonwebtoken::crypto::verify(&signature, signed.message, &key, algorithm))
        .unwrap_or(false)
}

/// The claims of a token that one of its possible keys signed.
///
/// # Errors
/// None of them did.
pub fn conclude(prepared: Prepared<'_>) -> Result<SignedClaims, Rejection> {
    let is_signed = prepared.signed().any(|signed| verify(&signed));
    prepared.conclude(is_signed)
}

#[cfg(test)]
mod tests;

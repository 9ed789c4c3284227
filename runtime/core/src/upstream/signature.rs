//! Signatures of JSON Web Tokens, as a platform is asked to verify them (RFC 7515, RFC 7518).
//!
//! Nothing here computes: a Worker has `crypto.subtle` for it, and the tests have `host` (behind the
//! feature `host-crypto`). The core chooses the algorithm and the key; the platform only says whether
//! that key made that signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::limits::{MAX_RSA_BITS, MIN_RSA_BITS};

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256, and a salt of the same length.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Es256, Self::Es384, Self::EdDsa];

    /// Its name in the `alg` of a JWT or a JWK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of this name; `none`, HMAC, and everything unknown is not one. `Ed25519` is
    /// `EdDSA` on the only curve that is known here (RFC 9864 section 2.2).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A public key: its members in base64url, checked and in one spelling, so that equal keys compare
/// as equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA (RFC 7518 section 6.3).
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// P-256 (RFC 7518 section 6.2).
    P256 {
        /// The x coordinate.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// P-384 (RFC 7518 section 6.2).
    P384 {
        /// The x coordinate.
        x: String,
        /// The y coordinate.
        y: String,
    },
    /// Ed25519 (RFC 8037 section 2).
    Ed25519 {
        /// The public key.
        x: String,
    },
}

impl PublicKey {
    /// The key of a JWK, if it is of a kind that is used here and of a safe size.
    pub(crate) fn read(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let exact = |name: &str, length: usize| {
            let bytes = URL_SAFE_NO_PAD.decode(text(name)?).ok()?;
            (bytes.len() == length).then(|| URL_SAFE_NO_PAD.encode(bytes))
        };
        match (text("kty")?, text("crv")) {
            ("RSA", _) => rsa(text("n")?, text("e")?),
            ("EC", Some("P-256")) => Some(Self::P256 { x: exact("x", 32)?, y: exact("y", 32)? }),
            ("EC", Some("P-384")) => Some(Self::P384 { x: exact("x", 48)?, y: exact("y", 48)? }),
            ("OKP", Some("Ed25519")) => Some(Self::Ed25519 { x: exact("x", 32)? }),
            _ => None,
        }
    }

    /// True if signatures of this algorithm are made with keys of this kind.
    #[must_use]
    pub const fn fits(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 | Algorithm::Ps256 => {
                matches!(self, Self::Rsa { .. })
            }
            Algorithm::Es256 => matches!(self, Self::P256 { .. }),
            Algorithm::Es384 => matches!(self, Self::P384 { .. }),
            Algorithm::EdDsa => matches!(self, Self::Ed25519 { .. }),
        }
    }
}

/// An RSA key without the leading zeros that some libraries write.
fn rsa(n: &str, e: &str) -> Option<PublicKey> {
    let number = |text: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes[zeros..].to_vec())
    };
    let (n, e) = (number(n)?, number(e)?);
    let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) || e.is_empty() {
        return None;
    }
    Some(PublicKey::Rsa { n: URL_SAFE_NO_PAD.encode(n), e: URL_SAFE_NO_PAD.encode(e) })
}

/// A question to the platform: did this key make this signature of this message?
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Algorithm of the signature. The key fits it.
    pub algorithm: Algorithm,
    /// The key.
    pub key: &'a PublicKey,
    /// The bytes that were signed.
    pub message: &'a [u8],
    /// The signature; of ECDSA the two numbers one after the other (RFC 7518 section 3.4).
    pub signature: &'a [u8],
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa_key(bytes: usize, first: u8) -> Value {
        let mut n = vec![0xff; bytes];
        n[0] = first;
        json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": "AQAB" })
    }

    #[test]
    fn an_rsa_key_has_2048_to_4096_bits() {
        assert!(PublicKey::read(&rsa_key(256, 0xff)).is_some());
        assert!(PublicKey::read(&rsa_key(512, 0xff)).is_some());
        assert!(PublicKey::read(&rsa_key(256, 0x7f)).is_none(), "2047 bits");
        assert!(PublicKey::read(&rsa_key(128, 0xff)).is_none());
        assert!(PublicKey::read(&rsa_key(513, 0x01)).is_none(), "4097 bits");
        assert!(PublicKey::read(&json!({ "kty": "RSA", "n": "AA", "e": "AQAB" })).is_none());
        assert!(PublicKey::read(&json!({ "kty": "RSA", "n": "", "e": "" })).is_none());
    }

    #[test]
    fn leading_zeros_of_an_rsa_key_are_another_spelling_of_it() {
        let key = rsa_key(256, 0xff);
        let mut padded = vec![0; 257];
        padded[1..].fill(0xff);
        let padded = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(padded), "e": "AAEAAQ" });
        assert_eq!(PublicKey::read(&key), PublicKey::read(&padded));
    }

    #[test]
    fn coordinates_have_the_length_of_their_curve() {
        let key = |kty: &str, crv: &str, length: usize| {
            let part = URL_SAFE_NO_PAD.encode(vec![7; length]);
            PublicKey::read(&json!({ "kty": kty, "crv": crv, "x": part, "y": part })).is_some()
        };
        for (kty, crv, length) in [("EC", "P-256", 32), ("EC", "P-384", 48), ("OKP", "Ed25519", 32)]
        {
            assert!(key(kty, crv, length));
            assert!(!key(kty, crv, length - 1) && !key(kty, crv, length + 1), "{crv}");
        }
        assert!(
            !key("EC", "secp256k1", 32) && !key("EC", "P-521", 66) && !key("OKP", "X25519", 32)
        );
    }

    #[test]
    fn an_algorithm_is_used_with_keys_of_its_own_kind_only() {
        let x = || URL_SAFE_NO_PAD.encode([7; 32]);
        let p256 = PublicKey::P256 { x: x(), y: x() };
        let fitting: Vec<_> =
            Algorithm::ALL.into_iter().filter(|algorithm| p256.fits(*algorithm)).collect();
        assert_eq!(fitting, [Algorithm::Es256]);
        let rsa = PublicKey::read(&rsa_key(256, 0xff)).unwrap();
        let fitting: Vec<_> = Algorithm::ALL.iter().filter(|one| rsa.fits(**one)).collect();
        assert_eq!(fitting.len(), 4);
    }

    #[test]
    fn names_that_are_not_of_a_signature_by_a_public_key_are_none() {
        for name in ["none", "None", "HS256", "rs256", "ES256K", "PS512", "ES512", "Ed448", ""] {
            assert_eq!(Algorithm::named(name), None, "{name}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
    }
}

//! What `jsonwebtoken` needs to verify RS256 and ES256, and nothing else.
//!
//! Its own providers bring signing and every algorithm, at more than 100 KiB of wasm.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use p256::ecdsa::signature::{self, Verifier};
use rsa::sha2::{Digest, Sha256};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};

/// Smallest RSA modulus accepted (RFC 7518 section 3.3).
const MIN_RSA_BITS: usize = 2048;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: refuse_to_sign,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes `jsonwebtoken` use this provider.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only when the program has chosen a provider before, which then serves.
        let _ = PROVIDER.install_default();
    });
}

fn refuse_to_sign(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => rs256(n, e),
        (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => es256(point),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn rs256(modulus: &[u8], exponent: &[u8]) -> Result<Box<dyn JwtVerifier>, Error> {
    let key = RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent))
        .map_err(|_| ErrorKind::InvalidKeyFormat)?;
    if rsa::traits::PublicKeyParts::n(&key).bits() < MIN_RSA_BITS {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(Rs256(key)))
}

fn es256(point: &[u8]) -> Result<Box<dyn JwtVerifier>, Error> {
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
        .map_err(|_| ErrorKind::InvalidEcdsaKey)?;
    Ok(Box::new(Es256(key)))
}

struct Rs256(RsaPublicKey);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.0
            .verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

struct Es256(p256::ecdsa::VerifyingKey);

impl Verifier<Vec<u8>> for Es256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let signature = p256::ecdsa::Signature::from_slice(signature)?;
        self.0.verify(message, &signature)
    }
}

impl JwtVerifier for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
                           cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    fn verify(algorithm: Algorithm, header: &str, signature: &str, key: &DecodingKey) -> bool {
        install();
        let message = format!("{header}.{PAYLOAD}");
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm)
            .unwrap_or_default()
    }

    #[test]
    fn the_rs256_example_of_rfc_7515_verifies() {
        let key = DecodingKey::from_rsa_components(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
             P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf6\
             3kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5Zw\
             Kh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRW\
             yuXpoQ",
            "AQAB",
        )
        .unwrap();
        let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-\
             0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75v\
             RK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZ\
             ESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN\
             _IoypGlUPQGe77Rw";
        assert!(verify(Algorithm::RS256, "eyJhbGciOiJSUzI1NiJ9", signature, &key));
        assert!(!verify(Algorithm::RS256, "eyJhbGciOiJSUzI1Nj", signature, &key));
        assert!(!verify(Algorithm::ES256, "eyJhbGciOiJSUzI1NiJ9", signature, &key));
    }

    #[test]
    fn the_es256_example_of_rfc_7515_verifies() {
        let key = DecodingKey::from_ec_components(
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        )
        .unwrap();
        let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJ\
                         qPP3-Kg6NU1Q";
        assert!(verify(Algorithm::ES256, "eyJhbGciOiJFUzI1NiJ9", signature, &key));
        assert!(!verify(Algorithm::ES256, "eyJhbGciOiJFUzI1Ni", signature, &key));
        assert!(!verify(Algorithm::HS256, "eyJhbGciOiJFUzI1NiJ9", signature, &key));
    }

    #[test]
    fn a_short_rsa_key_is_refused() {
        let key = DecodingKey::from_rsa_raw_components(&[0xff; 128], &[1, 0, 1]);
        assert!(verifier(&Algorithm::RS256, &key).is_err());
    }

    #[test]
    fn an_hmac_secret_made_of_a_public_key_is_no_key() {
        let key = DecodingKey::from_secret(&[4; 65]);
        assert!(verifier(&Algorithm::HS256, &key).is_err());
    }
}

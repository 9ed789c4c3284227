//! Signatures, verified by `crypto.subtle` of the platform (Web Cryptography API).
//!
//! The platform knows every algorithm that identity providers use; in Rust, RSA and P-256 alone are
//! a sixth of a Worker.

use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::signature::{Algorithm, PublicKey, Signed};
use toolgate_core::upstream::{Prepared, SignedClaims};
use worker::js_sys::{Array, Object, Reflect, global};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{CryptoKey, WorkerGlobalScope};

/// The claims of a token, if one of its possible keys signed it.
///
/// # Errors
/// None of them did.
pub(crate) async fn conclude(prepared: Prepared<'_>) -> Result<SignedClaims, Rejection> {
    let mut is_signed = false;
    for signed in prepared.signed() {
        // A key that the platform does not take made no signature.
        is_signed = verify(&signed).await.unwrap_or(false);
        if is_signed {
            break;
        }
    }
    prepared.conclude(is_signed)
}

async fn verify(signed: &Signed<'_>) -> Result<bool, JsValue> {
    let subtle = global().unchecked_into::<WorkerGlobalScope>().crypto()?.subtle();
    let (algorithm, usages) = (algorithm(signed.algorithm)?, Array::of1(&"verify".into()));
    let key =
        subtle.import_key_with_object("jwk", &jwk(signed.key)?, &algorithm, false, &usages)?;
    let key: CryptoKey = JsFuture::from(key).await?.unchecked_into();
    let verdict = subtle.verify_with_object_and_u8_array_and_u8_array(
        &algorithm,
        &key,
        signed.signature,
        signed.message,
    )?;
    // Only `true` is a yes.
    Ok(JsFuture::from(verdict).await? == JsValue::TRUE)
}

/// The parameters for the import of a key and for the verification: each reads those that it knows.
fn algorithm(algorithm: Algorithm) -> Result<Object, JsValue> {
    const RSA: &str = "RSASSA-PKCS1-v1_5";
    const SHA_256: &str = "SHA-256";
    let (name, hash, curve) = match algorithm {
        Algorithm::Rs256 => (RSA, SHA_256, ""),
        Algorithm::Rs384 => (RSA, "SHA-384", ""),
        Algorithm::Rs512 => (RSA, "SHA-512", ""),
        Algorithm::Ps256 => ("RSA-PSS", SHA_256, ""),
        Algorithm::Es256 => ("ECDSA", SHA_256, "P-256"),
        Algorithm::Es384 => ("ECDSA", "SHA-384", "P-384"),
        Algorithm::EdDsa => ("Ed25519", "", ""),
    };
    let parameters = object(&[("name", name), ("hash", hash), ("namedCurve", curve)])?;
    // RFC 7518 section 3.5: the salt is as long as the hash.
    Reflect::set(&parameters, &"saltLength".into(), &32.into())?;
    Ok(parameters)
}

/// The key as a JWK of the members that say what it is.
fn jwk(key: &PublicKey) -> Result<Object, JsValue> {
    match key {
        PublicKey::Rsa { n, e } => object(&[("kty", "RSA"), ("n", n), ("e", e)]),
        PublicKey::P256 { x, y } => object(&[("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)]),
        PublicKey::P384 { x, y } => object(&[("kty", "EC"), ("crv", "P-384"), ("x", x), ("y", y)]),
        PublicKey::Ed25519 { x } => object(&[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)]),
    }
}

fn object(members: &[(&str, &str)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_empty()) {
        Reflect::set(&object, &(*name).into(), &(*value).into())?;
    }
    Ok(object)
}

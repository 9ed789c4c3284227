//! id_tokens and the key sets that verify them.
//!
//! Input: a byte that chooses what is tested, and a template: of a token; of a header and of claims,
//! which are then really signed; or of a key set.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey};
use rsa::sha2::{Digest, Sha256};
use rsa::{BigUint, Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use toolgate_core::seal::encode;
use toolgate_core::upstream::jwks::Jwks;
use toolgate_policy::Caller;

use super::server;
use super::support::{ISSUER, Idp, NOW, World, claims};
use super::template::{expand, parts};

/// The leeway of the configuration in the tests.
const LEEWAY: f64 = 60.0;

/// The RSA key of RFC 7515 appendix A.2.1.
const MODULUS: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEz\
P1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re\
xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWN\
moudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const EXPONENT: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7Y\
wVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51\
gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9\
pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";

/// The identity provider: its keys, and a good token of each.
struct Fixed {
    signing: SigningKey,
    jwk: Value,
    keys: Jwks,
    header: String,
    claims: String,
    es256: String,
    rs256: String,
}

thread_local! {
    static FIXED: &'static Fixed = Box::leak(Box::new(Fixed::new()));
}

impl Fixed {
    fn new() -> Self {
        let idp = Idp::new();
        let header = json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }).to_string();
        let claims = claims("n").to_string();
        let jwk = idp.jwk("k1");
        let rsa = json!({ "kty": "RSA", "kid": "k2", "n": MODULUS, "e": "AQAB" });
        let document = json!({ "keys": [&jwk, rsa] }).to_string();
        // The key of `Idp`; `verify` would notice another one.
        let signing = SigningKey::from_slice(&[7; 32]).expect("a key");
        Self {
            es256: sign(&signing, header.as_bytes(), claims.as_bytes()),
            rs256: sign_rs256(claims.as_bytes()),
            keys: Jwks::parse(document.as_bytes(), NOW).expect("a key set"),
            signing,
            jwk,
            header,
            claims,
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn sign(key: &SigningKey, header: &[u8], claims: &[u8]) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature: Signature = key.sign(message.as_bytes());
    format!("{message}.{}", encode(&signature.to_bytes()))
}

fn sign_rs256(claims: &[u8]) -> String {
    let number = |text| BigUint::from_bytes_be(&decode(text).expect("base64url"));
    let (n, d) = (number(MODULUS), number(EXPONENT));
    let key = RsaPrivateKey::from_components(n, 65537u32.into(), d, Vec::new()).expect("a key");
    let header = br#"{"alg":"RS256","kid":"k2"}"#;
    let message = format!("{}.{}", encode(header), encode(claims));
    let digest = Sha256::digest(message.as_bytes());
    let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).expect("a signature");
    format!("{message}.{}", encode(&signature))
}

pub fn run(input: &[u8]) -> bool {
    let [what, rest @ ..] = input else { return false };
    let fixed = FIXED.with(|fixed| *fixed);
    match what % 3 {
        0 => token(fixed, rest),
        1 => signed(fixed, rest),
        _ => key_set(fixed, rest),
    }
}

/// What is accepted was signed by a key of the identity provider.
fn token(fixed: &Fixed, input: &[u8]) -> bool {
    let es256: Vec<&str> = fixed.es256.split('.').collect();
    let rs256: Vec<&str> = fixed.rs256.split('.').collect();
    let values =
        [&*fixed.es256, es256[0], es256[1], es256[2], &fixed.rs256, rs256[0], rs256[1], rs256[2]];
    let Ok(token) = String::from_utf8(expand(input, &values)) else { return false };
    let result = server::verify(&World::new(), &fixed.keys, &token);
    let is_genuine = token == fixed.es256 || token == fixed.rs256 || is_signed(fixed, &token);
    assert_eq!(result.is_ok(), is_genuine, "{token}: {result:?}");
    is_genuine
}

/// Another ES256 signature of the same message: there is more than one.
fn is_signed(fixed: &Fixed, token: &str) -> bool {
    let Some((message, signature)) = token.rsplit_once('.') else { return false };
    let signature = decode(signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
    let is_ours = fixed.es256.starts_with(message) && message.contains('.');
    is_ours
        && signature.is_some_and(|signature| {
            fixed.signing.verifying_key().verify(message.as_bytes(), &signature).is_ok()
        })
}

/// A header and claims that the identity provider did sign, whatever they say.
fn signed(fixed: &Fixed, input: &[u8]) -> bool {
    let values = [&*fixed.header, &fixed.claims];
    let [header, claims] = parts(input);
    let (header, claims) = (expand(header, &values), expand(claims, &values));
    let token = sign(&fixed.signing, &header, &claims);
    let Ok(caller) = server::verify(&World::new(), &fixed.keys, &token) else { return false };
    let shown =
        format!("{:?}.{:?}", String::from_utf8_lossy(&header), String::from_utf8_lossy(&claims));
    let header: Value = serde_json::from_slice(&header).expect("an accepted header is JSON");
    let claims: Value = serde_json::from_slice(&claims).expect("accepted claims are JSON");
    let names_the_key = header.get("kid").is_none_or(|kid| kid == "k1");
    assert!(header["alg"] == "ES256" && names_the_key, "{shown}");
    // RFC 7515 section 4.1.11: what is critical and not understood must be refused. `null` names
    // nothing that would be critical.
    assert!(header.get("crit").is_none_or(Value::is_null), "crit: {shown}");
    assert!(has_good_parties(&claims) && has_good_times(&claims), "{shown}");
    assert_eq!(claims["nonce"], "n", "{shown}");
    check_caller(&caller, &claims);
    true
}

/// `iss`, `aud` and `azp` (OpenID Connect Core section 3.1.3.7, rules 2 to 5).
fn has_good_parties(claims: &Value) -> bool {
    let is_for_us = match &claims["aud"] {
        Value::String(one) => one == "app",
        Value::Array(several) => {
            several.iter().all(Value::is_string)
                && several.iter().any(|one| one == "app")
                && (several.len() == 1 || claims["azp"] == "app")
        }
        _ => false,
    };
    let is_ours = claims.get("azp").is_none_or(|party| party == "app");
    claims["iss"] == ISSUER && is_for_us && is_ours
}

/// `exp`, `iat` and `nbf` (rules 9 and 10, RFC 7519 section 4.1).
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
fn has_good_times(claims: &Value) -> bool {
    let now = NOW as f64;
    let time = |name: &str| claims.get(name).map(|time| time.as_f64().unwrap_or(f64::NAN));
    time("exp").is_some_and(|until| until > now - LEEWAY)
        && time("iat").is_some_and(|from| from <= now + LEEWAY)
        && time("nbf").is_none_or(|from| from <= now + LEEWAY)
}

fn check_caller(caller: &Caller, claims: &Value) {
    let text = |name: &str| claims[name].as_str().filter(|text| !text.is_empty());
    assert_eq!(Some(&*caller.subject), text("sub"));
    let is_verified = claims.get("email_verified").is_none_or(|is| *is == true || *is == "true");
    let (email, claimed_email) =
        if is_verified { (text("email"), None) } else { (None, text("email")) };
    assert_eq!(caller.email.as_deref(), email);
    assert_eq!(caller.claimed_email.as_deref(), claimed_email);
    assert_eq!(caller.name.is_some(), text("name").is_some());
    assert!(caller.groups.len() <= 200 && !caller.claims.contains_key("nonce"));
}

/// A good token verifies only with a key set that has its key for signatures, and no other of its id.
fn key_set(fixed: &Fixed, input: &[u8]) -> bool {
    let jwk = fixed.jwk.to_string();
    let document = expand(input, &[&jwk]);
    let Some(keys) = Jwks::parse(&document, NOW) else { return false };
    if server::verify(&World::new(), &keys, &fixed.es256).is_err() {
        return false;
    }
    let shown = String::from_utf8_lossy(&document);
    let document: Value = serde_json::from_slice(&document).expect("an accepted key set is JSON");
    let keys = document["keys"].as_array().expect("an accepted key set is a list");
    assert!(keys.iter().any(|key| is_our_key(key, &fixed.jwk)), "{shown}");
    true
}

fn is_our_key(key: &Value, ours: &Value) -> bool {
    ["kty", "crv", "kid", "x", "y"].iter().all(|name| key[name] == ours[name])
        && is_absent_or(&key["use"], "sig")
        && is_absent_or(&key["alg"], "ES256")
}

fn is_absent_or(value: &Value, wanted: &str) -> bool {
    value.is_null() || value == wanted
}

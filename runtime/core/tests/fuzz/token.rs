//! Opening sealed values, bearer headers, and codes and refresh tokens at the token endpoint.
//!
//! Input: a byte that chooses what is tested, a byte that chooses how, and a template.

use http::HeaderMap;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};
use toolgate_core::oauth::params::Params;
use toolgate_core::seal::{Keyring, Purpose};

use super::server::{self, issued};
use super::support::{KEY, NOW, REDIRECT, VERIFIER, World};
use super::template::expand;

const OTHER_KEY: &str = "89abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567";

const PURPOSES: [Purpose; 11] = [
    Purpose::AccessToken,
    Purpose::RefreshToken,
    Purpose::Code,
    Purpose::Client,
    Purpose::ClientSecret,
    Purpose::Consent,
    Purpose::Login,
    Purpose::Approvals,
    Purpose::Record,
    Purpose::SubjectKey,
    Purpose::Session,
];

pub fn run(input: &[u8]) -> bool {
    let [what, how, rest @ ..] = input else { return false };
    match what % 4 {
        0 | 1 => open(usize::from(*how), rest),
        2 => bearer(*how, rest),
        _ => redeem(rest),
    }
}

/// What opens is, character by character, what was sealed for this purpose and binding.
fn open(how: usize, input: &[u8]) -> bool {
    let purpose = PURPOSES[how % PURPOSES.len()];
    let other_purpose = PURPOSES[(how + 1) % PURPOSES.len()];
    let (binding, other_binding) = if how & 0x80 == 0 { ("a", "") } else { ("", "a") };
    let seal = |list: &str, purpose, binding, value: &Value| {
        let mut world = World::new();
        let keys = Keyring::parse(list).expect("keys");
        keys.seal(purpose, binding, value, world.gate().entropy)
    };
    let value = json!({ "n": how, "text": "sealed" });
    let current = seal(KEY, purpose, binding, &value);
    let rotated = seal(OTHER_KEY, purpose, binding, &value);
    let values = [
        &*current,
        &rotated,
        &seal(KEY, other_purpose, binding, &value),
        &seal(KEY, purpose, other_binding, &value),
        &seal(&OTHER_KEY.replace("89ab", "ab89"), purpose, binding, &value),
    ];
    let Ok(text) = String::from_utf8(expand(input, &values)) else { return false };
    let keys = Keyring::parse(&format!("{KEY},{OTHER_KEY}")).expect("keys");
    let opened: Option<Value> = keys.open(purpose, binding, &text);
    let is_genuine = text == current || text == rotated;
    assert_eq!(opened, is_genuine.then_some(value), "{purpose:?} {binding:?} {text:?}");
    is_genuine
}

/// Only the one token, for its resource and while it lasts.
fn bearer(how: u8, input: &[u8]) -> bool {
    let issued = issued();
    let values = [&*issued.access, &issued.refresh, &issued.code, &issued.client, &issued.login.1];
    let headers = server::headers(AUTHORIZATION, &expand(input, &values));
    let path = if how & 1 == 0 { "/mcp" } else { "/sse" };
    let now = NOW + [0, 3599, 3600, 1 << 40][usize::from(how >> 1) % 4];
    let world = World::new();
    let result = server::authenticate(&world, path, &headers, now);
    let presented = credentials(&headers);
    // A token for `/mcp` opens `/sse` as well.
    let is_good = presented == Some(&issued.access) && now < NOW + 3600;
    assert_eq!(result.is_ok(), is_good, "{headers:?} {path} {now}");
    if let Err(reply) = result {
        assert_eq!(reply.status(), 401);
        let challenge = reply.headers()["www-authenticate"].to_str().expect("plain ASCII");
        assert!(challenge.contains("resource_metadata=\"https://mcp.example.com/.well-known/"));
    }
    is_good
}

/// `Bearer` and one b64token (RFC 6750 section 2.1), spaces and tabs around it aside.
fn credentials(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let text = std::str::from_utf8(only.as_bytes()).ok()?;
    let (scheme, rest) = (text.get(..6)?, text.get(6..)?);
    let token = rest.trim_matches([' ', '\t']);
    let is_token = token
        .trim_end_matches('=')
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && rest.starts_with(' ') && is_token).then_some(token)
}

/// Nothing reaches the storage but a genuine code with its verifier, or a genuine refresh token, of
/// the client that it was issued to.
fn redeem(input: &[u8]) -> bool {
    let issued = issued();
    let values =
        [&*issued.code, &issued.refresh, &issued.client, VERIFIER, REDIRECT, &issued.access];
    let request = Request::post("/token")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(expand(input, &values))
        .expect("a request");
    if server::redeem(&mut World::new(), &request).is_none() {
        return false;
    }
    let params = Params::parse(request.body());
    let is = |name: &str, value: &str| params.get(name) == Some(value);
    assert!(is("client_id", &issued.client), "{request:?}");
    match params.get("grant_type") {
        Some("authorization_code") => {
            assert!(is("code", &issued.code) && is("code_verifier", VERIFIER), "{request:?}");
            assert!(is("redirect_uri", REDIRECT) || params.get("redirect_uri").is_none());
        }
        Some("refresh_token") => assert!(is("refresh_token", &issued.refresh), "{request:?}"),
        other => panic!("grant_type {other:?}"),
    }
    true
}

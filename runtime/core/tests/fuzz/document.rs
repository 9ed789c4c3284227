//! Client ID Metadata Documents: their addresses, and what is in them.
//!
//! Input: a byte of flags (see [`run`]), the address, a line feed, and the body as a template in
//! which value 0 is the address, value 1 a good document without its braces and its `client_id`,
//! and value 2 a public key.

use http::Response;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};
use toolgate_core::oauth::document::{Document, Keys, read, read_keys, request};
use toolgate_core::oauth::public_url::DocumentUrl;
use url::{Host, Url};

use super::redirect::may_register;
use super::support::{Idp, NOW, World};
use super::template::{expand, parts};

const GOOD: &str =
    r#""client_name":"Client","redirect_uris":["https://client.example/cb","http://127.0.0.1/cb"]"#;

/// Suffixes that are not names of the public DNS (RFC 6761, RFC 6762 with its appendix G, RFC 7686,
/// RFC 8375, RFC 9476). `example` has no meaning anywhere and is left to tests.
const PRIVATE: [&str; 14] = [
    ".localhost",
    ".local",
    ".localdomain",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
    ".test",
    ".invalid",
    ".onion",
    ".alt",
    ".home.arpa",
];

/// Bit 0 accepts the scheme `cursor`, bits 1 and 2 choose the content type, bit 3 the status.
pub fn run(input: &[u8]) -> bool {
    let [flags, rest @ ..] = input else { return false };
    let [address, body] = parts(rest);
    let Ok(address) = std::str::from_utf8(address) else { return false };
    let mut world = World::new();
    if flags & 1 == 1 {
        world.config.registration.redirect_schemes = vec!["cursor".into()].into();
    }
    let Ok(url) = DocumentUrl::parse(&world.config, address) else { return false };
    assert!(is_document_address(address), "fetched: {address:?}");
    let asked = request(url.as_str()).expect("an address that can be asked");
    assert_eq!(asked.uri().host(), Some(url.host()), "two readers of {address:?}");
    let kinds = ["application/json", "application/x+json; charset=utf-8", "text/html", "text/json"];
    let kind = usize::from(flags >> 1) % 4;
    let jwk = Idp::new().jwk("k1").to_string();
    let answer = Response::builder()
        .header(CONTENT_TYPE, kinds[kind])
        .status(if flags & 8 == 0 { 200 } else { 301 })
        .body(expand(body, &[address, GOOD, &jwk]))
        .expect("a response");
    let is_answer = flags & 8 == 0 && kind < 2 && answer.body().len() <= 5 * 1024;
    let parsed = serde_json::from_slice::<Value>(answer.body()).ok().filter(|_| is_answer);
    if read_keys(&answer, NOW).is_ok() {
        assert!(parsed.as_ref().is_some_and(is_public_key_set), "{parsed:?}");
    }
    let Ok(document) = read(&world.config, &url, &answer, NOW) else { return false };
    let Some(Value::Object(said)) = parsed else { panic!("accepted: {answer:?}") };
    assert_eq!(document.client.id, address);
    assert_eq!(document.client.verified_host(), Some(url.host()));
    check(&document, &said, address, flags & 1 == 1);
    true
}

/// Section 3 of the draft, and a host that only the public DNS can know.
fn is_document_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let path = rest.find('/').map_or("", |start| &rest[start..]);
    let decoded = path.to_ascii_lowercase().replace("%2e", ".");
    is_public_address(text)
        && path.len() > 1
        && !path.contains('?')
        && !decoded.split('/').any(|segment| segment == "." || segment == "..")
}

fn is_public_address(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let Some(Host::Domain(host)) = url.host() else { return false };
    let host = host.trim_end_matches('.');
    // Hexadecimal numbers are those of IPv4 addresses, too.
    let is_number = |label: &str| match label.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => label.bytes().all(|b| b.is_ascii_digit()),
    };
    text.starts_with(&format!("https://{host}"))
        && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        && !text.contains(['#', '\\'])
        && !text[8..].split(['/', '?']).next().is_some_and(|authority| authority.contains('@'))
        && host.contains('.')
        && !host.rsplit('.').next().is_some_and(is_number)
        && !PRIVATE.iter().any(|suffix| format!(".{host}").ends_with(suffix))
}

/// Section 4.1 of the draft and RFC 7591 section 2.
fn check(document: &Document, said: &Map<String, Value>, address: &str, takes_scheme: bool) {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    assert_eq!(text("client_id"), Some(address));
    assert!(!said.keys().any(|name| name.starts_with("client_secret")), "{said:?}");
    let registration = &document.client.registration;
    let name = text("client_name").expect("client_name is text");
    assert!(registration.name.chars().all(|c| name.contains(c) && !c.is_control()), "{name:?}");
    assert!(!registration.name.trim().is_empty() && registration.name.chars().count() <= 80);
    let listed = said["redirect_uris"].as_array().expect("a list of redirect URIs");
    assert!(!registration.redirect_uris.is_empty());
    for uri in &registration.redirect_uris {
        let is_scheme = takes_scheme && uri.starts_with("cursor:/");
        assert!(may_register(uri) || is_scheme, "redirect {uri:?}");
        assert!(listed.iter().any(|said| said == uri), "{uri:?} is not in {listed:?}");
    }
    for (name, needed) in [("grant_types", "authorization_code"), ("response_types", "code")] {
        let given = said.get(name).filter(|value| !value.is_null());
        let includes = |list: &Vec<Value>| list.iter().any(|value| value == needed);
        assert!(given.is_none_or(|list| list.as_array().is_some_and(includes)), "{said:?}");
    }
    match (text("token_endpoint_auth_method"), &document.keys) {
        (None | Some("none"), None) => {}
        (Some("private_key_jwt"), Some(Keys::Inline(_))) => {
            assert!(is_public_key_set(&said["jwks"]), "{said:?}");
            assert!(said.get("jwks_uri").is_none_or(Value::is_null), "{said:?}");
        }
        (Some("private_key_jwt"), Some(Keys::At(url))) => {
            assert_eq!(text("jwks_uri"), Some(url.as_str()));
            assert!(is_public_address(url.as_str()), "fetched: {url:?}");
        }
        other => panic!("{other:?} of {said:?}"),
    }
}

/// Nothing secret in it (RFC 7518 section 6).
fn is_public_key_set(value: &Value) -> bool {
    let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    value["keys"].as_array().is_some_and(|keys| {
        keys.iter().all(|key| {
            key["kty"] != "oct"
                && key
                    .as_object()
                    .is_some_and(|key| secret.iter().all(|name| !key.contains_key(*name)))
        })
    })
}

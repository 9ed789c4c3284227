//! Client ID Metadata Documents: which addresses are fetched, which answers are believed, and how
//! their clients prove themselves.

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};
use serde_json::{Value, json};
use toolgate_core::oauth::client::ClientKind;
use toolgate_core::oauth::document::{self, DocumentError};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::public_url::{DocumentUrl, PublicUrl};
use toolgate_core::seal::sha256;

use crate::support::*;

pub(crate) const ID: &str = "https://app.client.example/oauth/client.json";
const CLAUDE_CODE: &str = "https://claude.ai/oauth/claude-code-client-metadata";

pub(crate) fn good() -> Value {
    json!({ "client_id": ID, "client_name": "App", "redirect_uris": [REDIRECT] })
}

pub(crate) fn with(changes: &Value) -> Value {
    let mut document = good();
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn answer(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    Response::builder().status(status).header(CONTENT_TYPE, kind).body(body.into()).unwrap()
}

fn read(answer: &Response<Vec<u8>>) -> Result<document::Document, DocumentError> {
    let config = config();
    let url = DocumentUrl::parse(&config, ID).unwrap();
    document::read(&config, &url, answer, NOW)
}

fn read_json(document: &Value) -> Result<document::Document, DocumentError> {
    read(&answer(200, "application/json", document.to_string()))
}

#[test]
fn addresses_of_public_hosts_are_fetched() {
    let config = config();
    for good in [
        ID,
        CLAUDE_CODE,
        "https://vscode.dev/oauth/client-metadata.json",
        "https://client.example:8443/x",
        "https://xn--bcher-kva.example/client",
        "https://client.example/a%20b/",
        "https://1.2.3.4.example.com/x",
    ] {
        let url = DocumentUrl::parse(&config, good);
        assert_eq!(url.as_ref().map(DocumentUrl::as_str), Ok(good));
    }
}

#[test]
fn an_address_that_breaks_the_syntax_of_the_draft_is_refused() {
    for bad in [
        "http://client.example/x",
        "ftp://client.example/x",
        "https://client.example",
        "https://client.example/",
        "https://client.example/x#f",
        "https://client.example/x#",
        "https://client.example/x?a=b",
        "https://client.example/x?",
        "https://client.example?x",
        "https://user@client.example/x",
        "https://user:pass@client.example/x",
        "https://@client.example/x",
        "https://client.example/a/./b",
        "https://client.example/a/../b",
        "https://client.example/..",
        "https://client.example/a/%2e%2E/b",
        "https://client.example/.%2e/b",
        "https://client.example:443/x",
        "https://CLIENT.example/x",
        "HTTPS://client.example/x",
        "https:client.example://x",
        "https:///client.example/x",
        "https:\\\\client.example\\x://",
        "https://client.example\\@evil.example/x",
        "https://client.example/x y",
        " https://client.example/x",
        "https://client.example/x\n",
        "https://cli\tent.example/x",
        "https://bücher.example/x",
        "https://client.example/ü",
        "https://client..example/x",
        "https://.client.example/x",
        &format!("https://client.example/{}", "a".repeat(600)),
    ] {
        assert!(DocumentUrl::is_meant(bad), "{bad:?} would be looked up as a registration");
        let refused = DocumentUrl::parse(&config(), bad);
        assert_eq!(refused.map_err(|error| error.code), Err("invalid_client"), "{bad:?}");
    }
}

/// Server-side request forgery: nothing but the public internet is asked.
#[test]
fn an_address_inside_a_network_is_refused_however_it_is_spelled() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "2852039166",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "93.184.216.34",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fc00::1]",
        "[fe80::1]",
        "[2606:4700::1111]",
        "%31%32%37.0.0.1",
        "①②⑦.⓪.⓪.①",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "foo.localhost",
        "localhost.localdomain",
        "intranet",
        "metadata",
        "metadata.google.internal",
        "printer.local",
        "router.lan",
        "nas.home.arpa",
        "home.arpa",
        "server.corp",
        "x.test",
        "x.invalid",
        "abcdefghijklmnop.onion",
        "client.example.",
    ] {
        let url = format!("https://{host}/client.json");
        assert!(DocumentUrl::parse(&config(), &url).is_err(), "{url}");
        assert!(PublicUrl::parse(&url).is_err(), "{url} as jwks_uri");
        let document = with(&json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": url,
        }));
        assert!(read_json(&document).is_err(), "{url} in a document");
    }
}

#[test]
fn documents_and_their_domains_can_be_kept_out() {
    let mut world = World::new();
    world.publish(ID, &good());
    world.config.registration.allowed_domains = vec!["client.example".into()].into();
    let page = |world: &mut World, id: &str| {
        Browser::default().authorize(world, &query(id, &sha256(VERIFIER)))
    };
    assert_eq!(page(&mut world, ID).status(), StatusCode::OK);
    let refused = page(&mut world, "https://notclient.example/x");
    assert!(text(&refused).contains("allowed_domains"));
    world.config.registration.metadata_documents = false;
    let refused = page(&mut world, ID);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(text(&refused).contains("metadata_documents"));
}

#[test]
fn a_document_describes_its_client() {
    let client = read_json(&good()).unwrap().client;
    assert_eq!((client.id.as_str(), client.registration.name.as_str()), (ID, "App"));
    assert_eq!(
        (client.kind(), client.verified_host()),
        (ClientKind::Document, Some("app.client.example"))
    );
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/cimd+json"] {
        assert!(read(&answer(200, kind, good().to_string())).is_ok(), "{kind}");
    }
}

#[test]
fn an_answer_that_is_no_document_is_refused() {
    let text = good().to_string();
    for status in [201, 204, 206, 301, 302, 303, 307, 308, 400, 404, 500] {
        let error = read(&answer(status, "application/json", text.clone())).unwrap_err();
        assert!(matches!(&error, DocumentError::Unavailable(_)), "{status} {error:?}");
        assert_eq!(OAuthError::from(error).code, "temporarily_unavailable");
    }
    for kind in ["text/html", "text/plain", "application/jsonp", "json", "", "image/svg+json"] {
        let error = read(&answer(200, kind, text.clone())).unwrap_err();
        assert!(matches!(&error, DocumentError::Invalid(_)), "{kind} {error:?}");
    }
    for body in ["", "x", "[]", "null", "\"x\"", &text[..text.len() - 1], &"[".repeat(4000)] {
        assert!(read(&answer(200, "application/json", body)).is_err(), "{body}");
    }
}

#[test]
fn a_document_above_five_kilobytes_is_refused() {
    let padded = |length: usize| {
        let text = good().to_string();
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    assert!(read(&answer(200, "application/json", padded(5120))).is_ok());
    assert!(read(&answer(200, "application/json", padded(5121))).is_err());
}

#[test]
fn a_document_that_breaks_a_rule_is_refused() {
    for changes in [
        json!({ "client_id": "https://app.client.example/oauth/client.json/" }),
        json!({ "client_id": "https://app.client.example:443/oauth/client.json" }),
        json!({ "client_id": "https://APP.client.example/oauth/client.json" }),
        json!({ "client_id": "https://other.example/oauth/client.json" }),
        json!({ "client_id": null }),
        json!({ "client_id": [ID] }),
        json!({ "client_name": null }),
        json!({ "client_name": "" }),
        json!({ "client_name": "\u{202e}\u{200e}" }),
        json!({ "client_name": 7 }),
        json!({ "redirect_uris": null }),
        json!({ "redirect_uris": [] }),
        json!({ "redirect_uris": REDIRECT }),
        json!({ "redirect_uris": [7] }),
        json!({ "redirect_uris": ["javascript://x/%0aalert(1)"] }),
        json!({ "redirect_uris": [REDIRECT, "http://client.example/cb"] }),
        json!({ "redirect_uris": [REDIRECT, "https://client.example/cb#x"] }),
        json!({ "redirect_uris": ["cursor://x/cb"] }),
        json!({ "client_secret": "s3cret" }),
        json!({ "client_secret_expires_at": 0 }),
        json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        json!({ "token_endpoint_auth_method": "client_secret_post" }),
        json!({ "token_endpoint_auth_method": "client_secret_jwt" }),
        json!({ "token_endpoint_auth_method": "tls_client_auth" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "token_endpoint_auth_method": 1 }),
        json!({ "grant_types": ["client_credentials"] }),
        json!({ "response_types": ["token"] }),
    ] {
        let refused = read_json(&with(&changes));
        assert!(matches!(refused, Err(DocumentError::Invalid(_))), "{changes}");
    }
}

#[test]
fn a_document_with_a_secret_or_private_key_is_refused() {
    let public = Idp::new().jwk("k");
    let mut private = public.clone();
    private["d"] = json!("AQAB");
    let oct = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "k" });
    let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "p": "AQAB" });
    let jwt = "private_key_jwt";
    for keys in [json!([private]), json!([oct]), json!([rsa]), json!([public, oct]), json!(["x"])] {
        for method in [jwt, "none"] {
            let document = with(&json!({
                "token_endpoint_auth_method": method, "jwks": { "keys": keys },
            }));
            assert!(read_json(&document).is_err(), "{keys}");
        }
        let answer = answer(200, "application/json", json!({ "keys": keys }).to_string());
        assert!(document::read_keys(&answer, NOW).is_err(), "{keys} at a jwks_uri");
    }
    let both = with(&json!({
        "token_endpoint_auth_method": jwt, "jwks": { "keys": [public] },
        "jwks_uri": "https://app.client.example/jwks",
    }));
    assert!(read_json(&both).is_err());
}

/// A document speaks to every server: schemes that this one has not allowed are passed over.
#[test]
fn a_private_use_scheme_in_a_document_is_unusable_but_no_obstacle() {
    let mut world = World::new();
    let document = with(&json!({
        "redirect_uris": [REDIRECT, "claude://oauth/callback", "javascript://x/%0aalert(1)"],
    }));
    assert_eq!(read_json(&document).unwrap().client.registration.redirect_uris, [REDIRECT]);
    world.publish(ID, &document);
    let challenge = sha256(VERIFIER);
    let mut request = query(ID, &challenge);
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::OK);
    request[2].1 = "claude://oauth/callback";
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(text(&page).contains("scheme claude") && text(&page).contains("redirect_schemes"));
    world.config.registration.redirect_schemes = vec!["claude".into()].into();
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::OK);
}

/// The document that Claude Code publishes, whose loopback addresses have no port.
#[test]
fn claude_code_signs_in_on_any_port_of_its_loopback_addresses() {
    let mut world = World::new();
    world.publish(CLAUDE_CODE, &json!({
        "client_id": CLAUDE_CODE, "client_name": "Claude Code", "client_uri": "https://claude.ai",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }));
    let challenge = sha256(VERIFIER);
    for (redirect, works) in [
        ("http://localhost:54545/callback", true),
        ("http://127.0.0.1:54545/callback", true),
        ("http://localhost/callback", true),
        ("http://localhost:54545/callback/", false),
        ("http://[::1]:54545/callback", false),
        ("https://localhost:54545/callback", false),
        ("http://localhost.evil.example:54545/callback", false),
    ] {
        let mut browser = Browser::default();
        let mut request = query(CLAUDE_CODE, &challenge);
        request[2].1 = redirect;
        let page = browser.authorize(&mut world, &request);
        assert_eq!(page.status() == StatusCode::OK, works, "{redirect}");
        if works {
            let to_idp = browser.press(&mut world, &page, "approve");
            let code = finish_login(&mut world, &mut browser, &to_idp).unwrap()["code"].clone();
            let mut form = redeem(CLAUDE_CODE, &code);
            form[3].1 = redirect;
            assert_eq!(world.token(&form).0, 200, "{redirect}");
        }
    }
}

#[test]
fn a_public_client_redeems_and_refreshes_while_its_document_is_gone() {
    let mut world = World::new();
    world.publish(ID, &good());
    let code = sign_in(&mut world, ID);
    world.documents.clear();
    let (status, body) = world.token(&redeem(ID, &code));
    assert_eq!(status, 200, "{body}");
    let refresh = body["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", ID), ("refresh_token", refresh)];
    assert_eq!(world.token(&form).0, 200);
}

#[test]
fn a_changed_document_asks_the_person_again() {
    let changes = [
        json!({ "client_name": "App 2" }),
        json!({ "redirect_uris": [REDIRECT, "https://evil.example/cb"] }),
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [Idp::new().jwk("k")] } }),
        json!({ "client_uri": "https://app.client.example/" }),
    ];
    for change in changes {
        let mut world = World::new();
        world.publish(ID, &good());
        let challenge = sha256(VERIFIER);
        let mut browser = Browser::default();
        let page = browser.authorize(&mut world, &query(ID, &challenge));
        let to_idp = browser.press(&mut world, &page, "approve");
        finish_login(&mut world, &mut browser, &to_idp).unwrap();
        let again = browser.authorize(&mut world, &query(ID, &challenge));
        assert_eq!(again.status(), StatusCode::SEE_OTHER, "the approval is remembered");
        world.publish(ID, &with(&change));
        let changed = browser.authorize(&mut world, &query(ID, &challenge));
        assert_eq!(changed.status(), StatusCode::OK, "{change}");
    }
}

//! Dynamic client registration.

use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_registration_is_returned_with_its_defaults() {
    let mut world = World::new();
    let (status, client) =
        world.register(&json!({ "client_name": "C", "redirect_uris": [REDIRECT] }));
    assert_eq!(status, 201);
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(client["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert!(client["client_secret"].as_str().is_some_and(|secret| secret.len() == 43));
    assert_eq!(client["client_secret_expires_at"], 0);
    assert_eq!(client["client_id_issued_at"], NOW);
    assert!(client["client_id"].as_str().unwrap().len() < 1024);
    assert!(world.grants.is_empty(), "nothing is stored");
}

#[test]
fn a_public_client_gets_no_secret() {
    let mut world = World::new();
    let (_, client) = world.register(&json!({
        "redirect_uris": ["http://localhost:33418/"], "token_endpoint_auth_method": "none",
    }));
    assert_eq!(client.get("client_secret"), None);
}

#[test]
fn junk_is_refused_with_the_reason() {
    let uris = |list: Value| json!({ "redirect_uris": list });
    for (metadata, error) in [
        (json!([]), "invalid_client_metadata"),
        (json!("x"), "invalid_client_metadata"),
        (json!({}), "invalid_redirect_uri"),
        (uris(json!([])), "invalid_redirect_uri"),
        (uris(json!("https://a.example/cb")), "invalid_redirect_uri"),
        (uris(json!([7])), "invalid_redirect_uri"),
        (uris(json!(["javascript:alert(1)"])), "invalid_redirect_uri"),
        (uris(json!(["http://a.example/cb"])), "invalid_redirect_uri"),
        (uris(json!(["https://a.example/cb#f"])), "invalid_redirect_uri"),
        (uris(json!(vec![REDIRECT; 11])), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [REDIRECT], "client_name": 7 }), "invalid_client_metadata"),
        (
            json!({ "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "tls" }),
            "invalid_client_metadata",
        ),
        (
            json!({ "redirect_uris": [REDIRECT], "grant_types": ["implicit"] }),
            "invalid_client_metadata",
        ),
        (
            json!({ "redirect_uris": [REDIRECT], "client_name": "x".repeat(9000) }),
            "invalid_client_metadata",
        ),
    ] {
        let (status, body) = World::new().register(&metadata);
        assert_eq!((status, body["error"].as_str()), (400, Some(error)), "{metadata}");
        assert!(!body["error_description"].as_str().unwrap().is_empty());
    }
}

/// What Cursor sends.
fn cursor() -> Value {
    json!({
        "client_name": "Cursor",
        "redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        "token_endpoint_auth_method": "none",
    })
}

#[test]
fn redirect_uris_of_schemes_that_are_not_listed_are_left_out() {
    let (status, client) = World::new().register(&cursor());
    assert_eq!(status, 201);
    assert_eq!(
        client["redirect_uris"],
        json!([
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ])
    );
    for left_out in [
        "vscode://x/cb",
        "com.example.app:/cb",
        "claude:x",
        "http://a.example/cb",
        "http://192.168.1.5/cb",
        "Cursor://x/cb",
        "https:/a",
        "x",
        "",
    ] {
        let body = json!({ "redirect_uris": [left_out, REDIRECT] });
        let (status, client) = World::new().register(&body);
        assert_eq!((status, &client["redirect_uris"]), (201, &json!([REDIRECT])), "{left_out}");
    }
    for hostile in [
        "javascript:alert(1)",
        "JavaScript://x/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://a.example/#x",
        "x://a/b#",
    ] {
        let (status, body) =
            World::new().register(&json!({ "redirect_uris": [REDIRECT, hostile] }));
        assert_eq!((status, &body["error"]), (400, &json!("invalid_redirect_uri")), "{hostile}");
    }
    let (status, body) = World::new().register(&json!({ "redirect_uris": ["cursor://a/b"] }));
    assert_eq!((status, &body["error"]), (400, &json!("invalid_redirect_uri")));
}

#[test]
fn a_scheme_that_was_left_out_is_told_with_the_line_that_allows_it() {
    let mut world = World::new();
    let id = world.register(&cursor()).1["client_id"].as_str().unwrap().to_owned();
    let page = |world: &mut World, scheme: &str| {
        let uri = format!("{scheme}://anysphere.cursor-mcp/oauth/callback");
        let mut query = query(&id, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        query[2].1 = &uri;
        let page = Browser::default().authorize(world, &query);
        assert_eq!(page.status(), 400);
        text(&page).replace("&quot;", "\"").replace("&#34;", "\"")
    };
    let told = page(&mut world, "cursor");
    assert!(told.contains("redirect_schemes = [\"cursor\"]"), "{told}");
    assert!(!page(&mut world, "javascript").contains("redirect_schemes"));
    world.config.registration.redirect_schemes = vec!["com.example".into()].into();
    let line = "redirect_schemes = [\"com.example\", \"cursor\"]";
    assert!(page(&mut world, "cursor").contains(line));
    world.config.registration.redirect_schemes = vec!["cursor".into()].into();
    assert!(page(&mut world, "cursor").contains("add it again"));
    let (_, client) = world.register(&cursor());
    assert_eq!(client["redirect_uris"].as_array().map(Vec::len), Some(3));
}

#[test]
fn names_cannot_hide_what_the_page_says() {
    let mut world = World::new();
    let name = format!("Claude\u{202e}\n{}", "x".repeat(200));
    let (_, client) = world.register(&json!({ "client_name": name, "redirect_uris": [REDIRECT] }));
    let kept = client["client_name"].as_str().unwrap();
    assert!(kept.starts_with("Claudex") && kept.len() == 80, "{kept}");
}

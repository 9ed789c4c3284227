//! Known clients, domains and schemes: who may come, and how clients prove themselves.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use toolgate_config::KnownClient;
use toolgate_core::oauth::client::{Client, ClientKind};
use toolgate_core::oauth::credentials::{Checked, Credentials};
use toolgate_core::oauth::metadata;
use toolgate_core::oauth::params::Params;
use toolgate_core::seal::sha256;

use crate::support::*;

const SECRET: &str = "a-secret-of-the-desktop-client";

fn known(secret: Option<&'static str>) -> World {
    let mut world = World::new();
    world.config.clients = vec![KnownClient {
        id: "acme-desktop".into(),
        name: "Acme Desktop".into(),
        redirect_uris: vec![REDIRECT.into()].into(),
        secret: secret.map(Into::into),
        ..KnownClient::default()
    }]
    .into();
    world.variables.0.insert("ACME_SECRET", SECRET.to_owned());
    world
}

fn with_basic(mut request: Request<Vec<u8>>, id: &str, secret: &str) -> Request<Vec<u8>> {
    let value = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    request.headers_mut().insert(AUTHORIZATION, value.parse().unwrap());
    request
}

fn error(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["error"].as_str().unwrap_or_default())
}

#[test]
fn a_known_public_client_signs_in_and_is_trusted_by_the_owner() {
    let mut world = known(None);
    let client = Client::known(&world.config.clients[0]);
    assert_eq!((client.kind(), client.verified_host()), (ClientKind::Known, None));
    let body = tokens(&mut world, "acme-desktop");
    assert!(body["refresh_token"].is_string());
}

#[test]
fn policies_know_a_client_by_its_id_or_address_and_one_that_registered_itself_by_nothing() {
    const DOCUMENT: &str = "https://desktop.example/client.json";
    let client_of = |world: &mut World, id: &str| {
        let session = tokens(world, id);
        let before = world.authenticate(session["access_token"].as_str().unwrap(), "/mcp").unwrap();
        let refresh = session["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", id)];
        let (_, again) = world.token(&form);
        let after = world.authenticate(again["access_token"].as_str().unwrap(), "/mcp").unwrap();
        assert_eq!(before.client, after.client, "a refresh changes no client");
        before.client
    };
    let mut world = known(None);
    world.publish(
        DOCUMENT,
        &serde_json::json!({
            "client_id": DOCUMENT, "client_name": "Desktop", "redirect_uris": [REDIRECT],
        }),
    );
    assert_eq!(client_of(&mut world, "acme-desktop"), None, "no policy asks");
    let names = vec!["acme-desktop".into(), "desktop.example".into()];
    let rule = toolgate_config::Condition::Clients(names.into());
    world.config.policies = vec![toolgate_config::Policy::new("ours", rule)].into();
    assert_eq!(client_of(&mut world, "acme-desktop").as_deref(), Some("acme-desktop"));
    assert_eq!(client_of(&mut world, DOCUMENT).as_deref(), Some(DOCUMENT));
    let registered = world.public_client();
    assert_eq!(client_of(&mut world, &registered).as_deref(), Some(""));
}

#[test]
fn a_known_client_proves_its_secret_in_either_way() {
    let mut world = known(Some("ACME_SECRET"));
    let code = sign_in(&mut world, "acme-desktop");
    let form = redeem("acme-desktop", &code);
    let request = with_basic(post("/token", &form), "acme-desktop", SECRET);
    assert_eq!(world.token_request(&request).0, 200);
    let code = sign_in(&mut world, "acme-desktop");
    let mut form = redeem("acme-desktop", &code);
    form.push(("client_secret", SECRET));
    assert_eq!(world.token(&form).0, 200);
}

#[test]
fn a_known_client_is_refused_without_its_secret_or_with_another() {
    let mut world = known(Some("ACME_SECRET"));
    let code = sign_in(&mut world, "acme-desktop");
    let form = redeem("acme-desktop", &code);
    assert_eq!(error(&world.token(&form)), (401, "invalid_client"));
    for wrong in ["", "x", "a-secret-of-the-desktop-clienT", "a-secret-of-the-desktop-client-"] {
        let request = with_basic(post("/token", &form), "acme-desktop", wrong);
        assert_eq!(error(&world.token_request(&request)), (401, "invalid_client"), "{wrong}");
    }
    let mut both = form.clone();
    both.push(("client_secret", SECRET));
    let request = with_basic(post("/token", &both), "acme-desktop", SECRET);
    assert_eq!(error(&world.token_request(&request)), (400, "invalid_request"));
    let request = with_basic(post("/token", &form), "acme-other", SECRET);
    assert_eq!(error(&world.token_request(&request)), (400, "invalid_request"));
}

#[test]
fn a_known_client_whose_secret_is_not_set_is_refused_even_with_an_empty_one() {
    for value in [None, Some(String::new())] {
        let mut world = known(Some("ACME_SECRET"));
        world.variables.0.remove("ACME_SECRET");
        if let Some(value) = value {
            world.variables.0.insert("ACME_SECRET", value);
        }
        for presented in ["", "x", SECRET] {
            let request = with_basic(post("/token", &[]), "acme-desktop", presented);
            let params = Params::form(&request).unwrap();
            let credentials = Credentials::read(request.headers(), &params).unwrap();
            let checked = credentials.check(&world.config, &world.keys, &world.variables).unwrap();
            assert!(matches!(checked, Checked::MissingSecret(name) if name == "ACME_SECRET"));
        }
    }
}

#[test]
fn a_known_client_is_found_by_its_exact_id_and_sent_to_its_own_addresses_only() {
    let mut world = known(None);
    for id in ["ACME-DESKTOP", "acme-desktop ", "acme"] {
        let page = Browser::default().authorize(&mut world, &query(id, &sha256(VERIFIER)));
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{id}");
    }
    let mut query = query("acme-desktop", "x");
    query[2].1 = "https://client.example/other";
    let page = Browser::default().authorize(&mut world, &query);
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(text(&page).contains("redirect_uri is not one"));
}

#[test]
fn a_client_that_owes_a_secret_is_not_approved_into_a_public_one() {
    // The owner gives the client a secret after a code was issued to it without one.
    let mut world = known(None);
    let code = sign_in(&mut world, "acme-desktop");
    world.config.clients.to_mut()[0].secret = Some("ACME_SECRET".into());
    assert_eq!(error(&world.token(&redeem("acme-desktop", &code))), (401, "invalid_client"));
}

#[test]
fn domains_of_registrations_are_held_to_the_list() {
    let mut world = World::new();
    world.config.registration.allowed_domains =
        vec!["client.example".into(), "localhost".into()].into();
    for (uris, allowed) in [
        (json!(["https://client.example/cb"]), true),
        (json!(["https://app.client.example/cb"]), true),
        (json!(["http://127.0.0.1/cb", "http://[::1]:7/cb", "http://localhost/cb"]), true),
        (json!(["https://evil.example/cb"]), false),
        (json!(["https://client.example/cb", "https://evil.example/cb"]), false),
        (json!(["https://notclient.example/cb"]), false),
        (json!(["https://client.example.evil.example/cb"]), false),
        (json!(["https://93.184.216.34/cb"]), false),
    ] {
        let (status, body) = world.register(&json!({ "redirect_uris": uris }));
        assert_eq!(status == 201, allowed, "{uris} {body}");
        if !allowed {
            assert_eq!(body["error"], "invalid_client_metadata");
            assert!(body["error_description"].as_str().unwrap().contains("allowed_domains"));
        }
    }
    world.config.registration.allowed_domains = vec!["client.example".into()].into();
    let (status, _) = world.register(&json!({ "redirect_uris": ["http://localhost/cb"] }));
    assert_eq!(status, 400, "the person's own computer has to be listed, too");
}

#[test]
fn a_list_of_domains_also_stops_clients_that_registered_before_it() {
    let mut world = World::new();
    let client = world.public_client();
    let refresh = tokens(&mut world, &client)["refresh_token"].as_str().unwrap().to_owned();
    world.config.registration.allowed_domains = vec!["other.example".into()].into();
    let page = Browser::default().authorize(&mut world, &query(&client, "x"));
    assert!(text(&page).contains("allowed_domains"));
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &client),
        ("refresh_token", refresh.as_str()),
    ];
    assert_eq!(error(&world.token(&form)), (401, "invalid_client"));
}

#[test]
fn known_clients_need_not_be_on_the_list_of_domains() {
    let mut world = known(None);
    world.config.registration.allowed_domains = vec!["other.example".into()].into();
    tokens(&mut world, "acme-desktop");
}

#[test]
fn without_dynamic_registration_nobody_registers_and_nobody_registered_comes() {
    let mut world = World::new();
    let client = world.public_client();
    world.config.registration.dynamic = false;
    let (status, body) = world.register(&json!({ "redirect_uris": [REDIRECT] }));
    assert_eq!((status, body["error"].as_str()), (403, Some("access_denied")));
    assert!(body["error_description"].as_str().unwrap().contains("mcp.toml"));
    let page = Browser::default().authorize(&mut world, &query(&client, "x"));
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(text(&page).contains("no dynamic registrations"));
}

#[test]
fn metadata_advertises_what_is_switched_on() {
    let mut world = World::new();
    let on = body(&metadata::authorization_server(&world.config, ORIGIN, |_| {}));
    assert_eq!(on["client_id_metadata_document_supported"], true);
    assert_eq!(on["registration_endpoint"], format!("{ORIGIN}/register"));
    for endpoint in ["token", "revocation"] {
        assert_eq!(
            on[format!("{endpoint}_endpoint_auth_methods_supported")],
            json!(["none", "client_secret_basic", "client_secret_post", "private_key_jwt"])
        );
        assert_eq!(
            on[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")],
            json!(["RS256", "ES256"])
        );
    }
    world.config.registration.dynamic = false;
    world.config.registration.metadata_documents = false;
    let off = body(&metadata::authorization_server(&world.config, ORIGIN, |_| {}));
    assert_eq!(off["client_id_metadata_document_supported"], false);
    assert!(off.get("registration_endpoint").is_none());
    assert!(!off.to_string().contains("private_key_jwt"));
}

#[test]
fn a_private_use_scheme_is_refused_with_the_setting_that_allows_it() {
    let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
    let metadata = json!({
        "client_name": "Cursor", "redirect_uris": [cursor], "token_endpoint_auth_method": "none",
    });
    let mut world = World::new();
    let (status, refused) = world.register(&metadata);
    assert_eq!((status, refused["error"].as_str()), (400, Some("invalid_redirect_uri")));
    assert!(refused["error_description"].as_str().unwrap().contains("redirect_schemes"));

    world.config.registration.redirect_schemes = vec!["cursor".into()].into();
    let (status, client) = world.register(&metadata);
    assert_eq!(status, 201, "{client}");
    let id = client["client_id"].as_str().unwrap();
    let mut request = query(id, "x");
    request[2].1 = cursor;
    let challenge = sha256(VERIFIER);
    request[3].1 = &challenge;
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::OK);
    request[2].1 = "cursor://anysphere.cursor-mcp/oauth/other";
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);

    // The owner takes the scheme off the list: the registration is of no more use.
    world.config.registration.redirect_schemes = vec![].into();
    request[2].1 = cursor;
    let page = Browser::default().authorize(&mut world, &request);
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(text(&page).contains("scheme cursor") && text(&page).contains("redirect_schemes"));
}

#[test]
fn a_registered_client_cannot_switch_to_an_assertion() {
    let mut world = World::new();
    let client = world.public_client();
    let code = sign_in(&mut world, &client);
    let mut form = redeem(&client, &code);
    form.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    form.push(("client_assertion", "e30.e30.e30"));
    assert_eq!(error(&world.token(&form)), (401, "invalid_client"));
}

#[test]
fn an_assertion_of_another_type_is_refused() {
    let world = World::new();
    for form in [
        vec![("client_id", "x"), ("client_assertion", "e30.e30.e30")],
        vec![("client_id", "x"), ("client_assertion_type", "saml")],
        vec![
            ("client_id", "x"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
            ("client_assertion", "e30.e30.e30"),
        ],
    ] {
        let request = post("/token", &form);
        let refused = world.client_of(&request, &Params::form(&request).unwrap()).unwrap_err();
        assert_eq!(refused.code, "invalid_client", "{form:?}");
    }
}

#[test]
fn a_refusal_uses_nothing_up() {
    let mut world = known(Some("ACME_SECRET"));
    let code = sign_in(&mut world, "acme-desktop");
    let mut form = redeem("acme-desktop", &code);
    assert_eq!(world.token(&form).0, 401);
    form.push(("client_secret", SECRET));
    assert_eq!(world.token(&form).0, 200, "the code is still good");
}

/// The registrations that real clients send.
#[test]
fn ordinary_clients_get_an_id_below_a_kibibyte() {
    let mut world = World::new();
    world.config.registration.redirect_schemes = vec!["cursor".into()].into();
    for metadata in [
        json!({
            "client_name": "Claude",
            "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "token_endpoint_auth_method": "none", "scope": "mcp",
        }),
        json!({
            "client_name": "Cursor", "client_uri": "https://cursor.com",
            "redirect_uris": [
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback",
                "http://localhost:8787/callback",
            ],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "token_endpoint_auth_method": "none",
        }),
        json!({
            "client_name": "Visual Studio Code", "client_uri": "https://code.visualstudio.com",
            "grant_types": [
                "authorization_code", "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "response_types": ["code"],
            "redirect_uris": [
                "https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect",
                "http://localhost/", "http://127.0.0.1/",
                "http://localhost:33418/", "http://127.0.0.1:33418/",
            ],
            "token_endpoint_auth_method": "none", "application_type": "native",
        }),
        json!({
            "client_name": "MCP Inspector", "client_uri": "https://github.com/modelcontextprotocol/inspector",
            "redirect_uris": ["http://localhost:6274/oauth/callback/debug", "http://localhost:6274/oauth/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "token_endpoint_auth_method": "none", "scope": "",
        }),
        json!({
            "client_name": "simple-auth-client",
            "redirect_uris": ["http://localhost:8090/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "token_endpoint_auth_method": "client_secret_post",
        }),
    ] {
        let (status, client) = world.register(&metadata);
        assert_eq!(status, 201, "{client}");
        let length = client["client_id"].as_str().unwrap().len();
        assert!(length < 1024, "{}: {length}", metadata["client_name"]);
    }
}

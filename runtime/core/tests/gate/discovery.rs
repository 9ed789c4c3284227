//! The discovery document of an OpenID provider, and how its endpoints are spoken to.

use serde_json::{Value, json};
use toolgate_config::{Endpoints as Configured, Provider as Kind, Setting};
use toolgate_core::upstream::provider::{ClientAuth, Endpoints};
use toolgate_core::upstream::{discovery, login, tokens};

use crate::support::*;

const LOGIN: &str = "https://login.example.com/tenant";

fn document() -> Value {
    json!({
        "issuer": LOGIN,
        "authorization_endpoint": format!("{LOGIN}/auth"),
        "token_endpoint": format!("{LOGIN}/token"),
        "jwks_uri": format!("{LOGIN}/keys"),
        "userinfo_endpoint": format!("{LOGIN}/me"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn oidc(issuer: &str) -> toolgate_config::Config {
    let mut config = config();
    config.identity.provider = Kind::Oidc;
    config.identity.endpoints = Configured::Discovery(Setting::Literal(issuer.to_owned().into()));
    config
}

fn discovered(changes: &Value) -> Result<Endpoints, String> {
    let mut document = document();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            document.as_object_mut().unwrap().remove(name);
        } else {
            document[name] = value.clone();
        }
    }
    discovery::read(LOGIN, ORIGIN, &answer(200, &document))
}

#[test]
fn a_discovery_document_gives_the_endpoints_and_how_to_speak_to_them() {
    let request = discovery::request(&format!("{LOGIN}/")).unwrap();
    assert_eq!(request.uri().to_string(), format!("{LOGIN}/.well-known/openid-configuration"));
    let endpoints = discovered(&json!({})).unwrap();
    assert_eq!(endpoints.token_url.as_str(), format!("{LOGIN}/token"));
    assert_eq!(endpoints.userinfo_url.unwrap().as_str(), format!("{LOGIN}/me"));
    assert_eq!(endpoints.client_auth, ClientAuth::Basic);
    assert!(endpoints.names_issuer);
    let methods =
        |methods: Value| discovered(&json!({ "token_endpoint_auth_methods_supported": methods }));
    assert_eq!(methods(Value::Null).unwrap().client_auth, ClientAuth::Basic, "the default");
    let both = methods(json!(["client_secret_basic", "client_secret_post"])).unwrap();
    assert_eq!(both.client_auth, ClientAuth::Basic);
    assert_eq!(methods(json!(["client_secret_post"])).unwrap().client_auth, ClientAuth::Post);
    assert!(methods(json!(["private_key_jwt"])).is_err());
}

#[test]
fn a_member_that_is_null_is_absent() {
    let with_null = |name: &str| {
        let mut document = document();
        document[name] = Value::Null;
        discovery::read(LOGIN, ORIGIN, &answer(200, &document))
    };
    let absent = with_null("authorization_response_iss_parameter_supported").unwrap();
    assert!(!absent.names_issuer);
    assert_eq!(with_null("userinfo_endpoint").unwrap().userinfo_url, None);
    let basic = with_null("token_endpoint_auth_methods_supported").unwrap();
    assert_eq!(basic.client_auth, ClientAuth::Basic);
    assert!(with_null("code_challenge_methods_supported").is_ok());
    assert!(with_null("jwks_uri").is_err(), "it is required");
    let tokens = tokens::read(&answer(
        200,
        &json!({
            "access_token": "at", "token_type": "Bearer", "error": "", "error_description": null,
            "refresh_token": null, "id_token": null, "expires_in": null, "scope": null,
        }),
    ));
    let tokens = tokens.map_err(|trouble| trouble.to_string()).unwrap();
    assert_eq!((tokens.refresh_token, tokens.id_token), (None, None));
    let null = json!({ "access_token": "at", "token_type": "Bearer", "error": null });
    assert!(tokens::read(&answer(200, &null)).is_ok());
}

#[test]
fn mcp_toml_decides_how_the_client_secret_is_sent() {
    let post = |method: Option<ClientAuth>, provider: ClientAuth| {
        let mut config = oidc(LOGIN);
        config.identity.client_auth = method;
        let mut resolved = discovery::resolve(&config, &Variables::default(), ORIGIN).unwrap();
        let document = Endpoints { client_auth: provider, ..discovered(&json!({})).unwrap() };
        resolved.endpoints = Some(document);
        let request = login::refresh_request(&resolved, "rt").unwrap();
        request.headers().contains_key("authorization")
    };
    let (basic, form) = (ClientAuth::Basic, ClientAuth::Post);
    assert!(post(None, basic) && post(Some(basic), form));
    assert!(!post(None, form) && !post(Some(form), basic));
}

#[test]
fn a_document_of_another_issuer_or_with_unsafe_endpoints_is_refused() {
    for changes in [
        json!({ "issuer": format!("{LOGIN}/") }),
        json!({ "issuer": LOGIN.to_uppercase() }),
        json!({ "issuer": null }),
        json!({ "token_endpoint": "http://login.example.com/token" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "jwks_uri": "http://127.0.0.1/keys" }),
        json!({ "jwks_uri": "https://localhost/keys" }),
        json!({ "userinfo_endpoint": "/me" }),
        json!({ "jwks_uri": null }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
    ] {
        assert!(discovered(&changes).is_err(), "{changes}");
    }
    assert!(discovery::read(LOGIN, ORIGIN, &answer(500, &document())).is_err());
    assert!(discovery::read(LOGIN, ORIGIN, &answer(200, &json!([]))).is_err());
    assert!(discovered(&json!({ "code_challenge_methods_supported": null })).is_ok());
}

#[test]
fn an_issuer_must_be_https_and_a_local_one_guards_only_a_local_server() {
    let resolve = |issuer: &str, origin: &str| {
        discovery::resolve(&oidc(issuer), &Variables::default(), origin)
    };
    assert_eq!(resolve(LOGIN, ORIGIN).unwrap().issuer, LOGIN);
    assert!(resolve("http://login.example.com", ORIGIN).is_err());
    assert!(resolve("http://127.0.0.1:9/x", ORIGIN).is_err());
    assert!(resolve("http://127.0.0.1:9/x", "http://localhost:8788").is_ok());
}

#[test]
fn a_provider_that_signs_with_none_of_our_algorithms_is_named_at_discovery() {
    let offered =
        |list: Value| discovered(&json!({ "id_token_signing_alg_values_supported": list }));
    for good in [json!(["RS256"]), json!(["HS256", "EdDSA"]), json!(null), json!([])] {
        assert!(offered(good.clone()).is_ok(), "{good}");
    }
    let error = offered(json!(["HS256", "ES512", "\u{1b}[2J"])).unwrap_err();
    assert!(error.contains("HS256, ES512, 2J") && error.contains("ES384, EdDSA"), "{error}");
}

//! Sign-ins: discovery, codes and tokens.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::{BigUint, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{BASE, CALLBACK, HOST, Reply, form, get, post, provider, send};

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-rules-of-pkce";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// A good authorization request, with some parameters replaced; an empty value leaves one out.
fn authorization<'a>(
    changes: &[(&'a str, &'a str)],
    challenge: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", "worker"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email profile"),
        ("state", "st&te"),
        ("nonce", "n-1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        fields.retain(|(existing, _)| existing != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    fields
}

async fn code(routes: &Router) -> String {
    let challenge = challenge();
    let fields = authorization(&[("user", "0")], &challenge);
    let reply = post(routes, "/authorization", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    assert_eq!(reply.parameter("state").as_deref(), Some("st&te"));
    reply.parameter("code").expect("a code")
}

async fn redeem(routes: &Router, code: &str, changes: &[(&str, &str)]) -> Reply {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "worker"),
        ("client_secret", "secret"),
        ("redirect_uri", CALLBACK),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        fields.retain(|(existing, _)| existing != name);
        fields.push((name, value));
    }
    post(routes, "/token", &fields).await
}

async fn userinfo(routes: &Router, token: &str) -> Reply {
    let request = Request::get(format!("{BASE}/userinfo"))
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    send(routes, request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn discovery_names_endpoints_below_the_issuer() {
    let routes = provider();
    let document = get(&routes, "/.well-known/openid-configuration").await.json();
    let issuer = format!("http://{HOST}{BASE}");
    assert_eq!(document["issuer"], issuer);
    for (name, endpoint) in [
        ("authorization_endpoint", "authorization"),
        ("token_endpoint", "token"),
        ("jwks_uri", "jwks"),
        ("userinfo_endpoint", "userinfo"),
    ] {
        assert_eq!(document[name], format!("{issuer}/{endpoint}"));
    }
}

#[tokio::test]
async fn a_sign_in_ends_with_a_verifiable_id_token() {
    let routes = provider();
    let reply = redeem(&routes, &code(&routes).await, &[]).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let tokens = reply.json();
    let id_token = tokens["id_token"].as_str().expect("an id_token");
    let (message, signature) = id_token.rsplit_once('.').expect("three parts");
    let (head, claims) = message.split_once('.').expect("three parts");
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let head: Value = serde_json::from_slice(&decode(head)).expect("JSON");
    let claims: Value = serde_json::from_slice(&decode(claims)).expect("JSON");

    let jwks = get(&routes, "/jwks").await.json();
    let jwk = &jwks["keys"][0];
    assert_eq!((&head["alg"], &head["kid"]), (&json!("RS256"), &jwk["kid"]));
    let number = |name: &str| BigUint::from_bytes_be(&decode(jwk[name].as_str().expect("text")));
    let key = RsaPublicKey::new(number("n"), number("e")).expect("a key");
    let signature = Signature::try_from(decode(signature).as_slice()).expect("a signature");
    VerifyingKey::<Sha256>::new(key).verify(message.as_bytes(), &signature).expect("it verifies");

    assert_eq!(
        claims["iss"],
        format!("http://{HOST}{BASE}"),
        "a claim of mcp.toml cannot change it"
    );
    assert_eq!(claims["aud"], "worker");
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["email"], "ada@example.com");
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["groups"], json!(["design"]));
    assert_eq!(claims["plan"], "pro");
    assert!(claims["exp"].as_u64() > claims["iat"].as_u64());

    let info = userinfo(&routes, tokens["access_token"].as_str().expect("a token")).await;
    assert_eq!(info.json()["sub"], claims["sub"]);
}

#[tokio::test]
async fn the_login_page_lists_the_accounts_and_escapes_them() {
    let routes = provider();
    let challenge = challenge();
    let query = form(&authorization(&[("state", "\"><script>")], &challenge));
    let page = get(&routes, &format!("/authorization?{query}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Ada &lt;Lovelace&gt;") && page.body.contains("bob@example.com"));
    assert!(page.body.contains("&quot;&gt;&lt;script&gt;") && !page.body.contains("<script"));
}

#[tokio::test]
async fn a_wrong_client_or_redirect_never_redirects() {
    let routes = provider();
    let challenge = challenge();
    for change in [
        ("client_id", "somebody-else"),
        ("redirect_uri", "https://example.com/callback"),
        ("redirect_uri", ""),
    ] {
        let fields = authorization(&[change, ("user", "0")], &challenge);
        for reply in [
            get(&routes, &format!("/authorization?{}", form(&fields))).await,
            post(&routes, "/authorization", &fields).await,
        ] {
            assert_eq!(
                (reply.status, reply.location),
                (StatusCode::BAD_REQUEST, None),
                "{change:?}"
            );
        }
    }
    let twice = format!("{}&client_id=worker", form(&authorization(&[], &challenge)));
    assert_eq!(
        get(&routes, &format!("/authorization?{twice}")).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn other_faults_are_told_to_the_client() {
    let routes = provider();
    let challenge = challenge();
    for (change, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("decision", "deny"), "access_denied"),
    ] {
        let fields = authorization(&[change, ("user", "0")], &challenge);
        let reply = post(&routes, "/authorization", &fields).await;
        assert_eq!(reply.parameter("error").as_deref(), Some(error), "{change:?}");
        assert_eq!(reply.parameter("state").as_deref(), Some("st&te"));
        assert_eq!(reply.parameter("code"), None);
    }
    let nobody = authorization(&[("user", "7")], &challenge);
    assert_eq!(post(&routes, "/authorization", &nobody).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_replayed_code_is_refused_and_ends_the_first_token() {
    let routes = provider();
    let code = code(&routes).await;
    let first = redeem(&routes, &code, &[]).await.json();
    let token = first["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(userinfo(&routes, &token).await.status, StatusCode::OK);
    let second = redeem(&routes, &code, &[]).await;
    assert_eq!(second.status, StatusCode::BAD_REQUEST);
    assert_eq!(second.json()["error"], "invalid_grant");
    assert_eq!(userinfo(&routes, &token).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_worth_nothing_with_other_values() {
    let routes = provider();
    for (change, status, error) in [
        (("code_verifier", "another-verifier"), StatusCode::BAD_REQUEST, "invalid_grant"),
        (("redirect_uri", "http://localhost:1/callback"), StatusCode::BAD_REQUEST, "invalid_grant"),
        (("code", "invented"), StatusCode::BAD_REQUEST, "invalid_grant"),
        (("grant_type", "password"), StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        (("client_id", "somebody-else"), StatusCode::UNAUTHORIZED, "invalid_client"),
        (("client_secret", "guess"), StatusCode::UNAUTHORIZED, "invalid_client"),
    ] {
        let reply = redeem(&routes, &code(&routes).await, &[change]).await;
        assert_eq!((reply.status, &reply.json()["error"]), (status, &json!(error)), "{change:?}");
    }
}

#[tokio::test]
async fn the_client_may_authenticate_with_basic() {
    let routes = provider();
    let code = code(&routes).await;
    let body = form(&[
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ]);
    let request = Request::post(format!("{BASE}/token"))
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode("worker:secret")))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request");
    assert_eq!(send(&routes, request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn offline_access_brings_a_refresh_token_that_is_good_until_the_account_is_gone() {
    let routes = provider();
    let challenge = challenge();
    let scope = [("user", "0"), ("scope", "openid offline_access")];
    let reply = post(&routes, "/authorization", &authorization(&scope, &challenge)).await;
    let code = reply.parameter("code").expect("a code");
    let first = redeem(&routes, &code, &[]).await.json();
    let token = first["refresh_token"].as_str().expect("a refresh token");
    let refresh = |token| {
        [
            ("grant_type", "refresh_token"),
            ("client_id", "worker"),
            ("client_secret", "secret"),
            ("refresh_token", token),
        ]
    };
    let second = post(&routes, "/token", &refresh(token)).await.json();
    assert_eq!(second["refresh_token"], token);
    assert_ne!(second["access_token"], first["access_token"]);
    let access_token = second["access_token"].as_str().expect("an access token");
    assert_eq!(userinfo(&routes, access_token).await.status, StatusCode::OK);
    let refused = post(&routes, "/token", &refresh(access_token)).await;
    assert_eq!(refused.json()["error"], "invalid_grant");
    let code = self::code(&routes).await;
    assert!(redeem(&routes, &code, &[]).await.json().get("refresh_token").is_none());
}

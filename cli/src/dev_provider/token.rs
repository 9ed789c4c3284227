//! The token endpoint (OpenID Connect Core 3.1.3) and the userinfo endpoint.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::access::{self, ACCESS_TOKEN_LIFETIME};
use super::answer::{no_store, oauth_error};
use super::clock::now;
use super::people;
use super::provider::Provider;
use super::user::User;

/// The Worker reads an id_token at once; a minute would do, five allow for slow debugging.
const ID_TOKEN_LIFETIME: u64 = 300;

/// `POST …/token`.
pub(super) async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let value = |name: &str| form.get(name).map(String::as_str);
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let posted = (value("client_id"), value("client_secret"));
    if !provider.client.is_authenticated(authorization, posted) {
        return unknown_client();
    }
    match value("grant_type") {
        Some("authorization_code") => redeem(&provider, value),
        Some("refresh_token") => refresh(&provider, value("refresh_token").unwrap_or_default()),
        _ => refuse(
            "unsupported_grant_type",
            "grant_type must be authorization_code or refresh_token",
        ),
    }
}

fn refuse(error: &'static str, description: &'static str) -> Response {
    oauth_error(StatusCode::BAD_REQUEST, error, description)
}

/// Exchanges a code.
fn redeem<'a>(provider: &Provider, value: impl Fn(&str) -> Option<&'a str>) -> Response {
    let secret = &provider.client.secret;
    let redeemed = value("code").and_then(|code| provider.codes.redeem(code, secret));
    let Some((grant, access_token)) = redeemed else {
        return refuse("invalid_grant", "the code is unknown, too old, or was used before");
    };
    if value("redirect_uri") != Some(&grant.redirect_uri) {
        return refuse("invalid_grant", "redirect_uri is not the one the code was sent to");
    }
    if !verifies(value("code_verifier").unwrap_or_default(), &grant.challenge) {
        return refuse("invalid_grant", "code_verifier does not match the code_challenge");
    }
    let refresh = grant.is_offline.then(|| access::issue_refresh(secret, &grant.user.email));
    tokens(provider, &access_token, refresh.as_deref(), &grant.user, grant.nonce.as_deref())
}

/// Gives new tokens to an account that is still there.
fn refresh(provider: &Provider, token: &str) -> Response {
    let secret = &provider.client.secret;
    let account = access::account_of_refresh(secret, token);
    let people = provider.people();
    let user = account.and_then(|email| people.users.iter().find(|user| user.email == email));
    match user {
        Some(user) => {
            let access_token = access::issue(secret, &user.email);
            tokens(provider, &access_token, Some(token), user, None)
        }
        None => refuse("invalid_grant", "the refresh token is too old, or its account is gone"),
    }
}

fn tokens(
    provider: &Provider,
    access_token: &str,
    refresh_token: Option<&str>,
    user: &User,
    nonce: Option<&str>,
) -> Response {
    let id_token = provider.keys.sign(&Value::Object(id_token_claims(provider, user, nonce)));
    let mut tokens = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFETIME,
        "id_token": id_token,
    });
    if let Some(token) = refresh_token {
        tokens["refresh_token"] = token.into();
    }
    no_store(Json(tokens).into_response())
}

/// `GET …/userinfo`.
pub(super) async fn userinfo(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
) -> Response {
    let header = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token);
    let token = token.filter(|token| !provider.codes.has_ended(token));
    let account = token.and_then(|token| access::account(&provider.client.secret, token));
    // An account that was taken out of mcp.toml has no access any more.
    let people = provider.people();
    let user = account.and_then(|email| people.users.iter().find(|user| user.email == email));
    match user {
        Some(user) => no_store(Json(user_claims(&provider, user)).into_response()),
        None => {
            let mut response =
                oauth_error(StatusCode::UNAUTHORIZED, "invalid_token", "sign in again");
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
    }
}

fn unknown_client() -> Response {
    let description = "client_id or client_secret is wrong";
    let mut response = oauth_error(StatusCode::UNAUTHORIZED, "invalid_client", description);
    let challenge = HeaderValue::from_static("Basic realm=\"token\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// PKCE with S256 (RFC 7636 section 4.6).
fn verifies(verifier: &str, challenge: &str) -> bool {
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    digest.as_bytes().ct_eq(challenge.as_bytes()).into()
}

fn id_token_claims(provider: &Provider, user: &User, nonce: Option<&str>) -> Map<String, Value> {
    let now = now();
    let mut claims = user_claims(provider, user);
    claims.insert("iss".into(), provider.issuer.as_str().into());
    claims.insert("aud".into(), provider.client.id.as_str().into());
    claims.insert("iat".into(), now.into());
    claims.insert("exp".into(), (now + ID_TOKEN_LIFETIME).into());
    if let Some(nonce) = nonce {
        claims.insert("nonce".into(), nonce.into());
    }
    claims
}

fn user_claims(provider: &Provider, user: &User) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("sub".into(), people::subject(user).into());
    claims.insert("email".into(), user.email.as_str().into());
    claims.insert("email_verified".into(), true.into());
    claims.insert("name".into(), user.name.as_deref().unwrap_or(&user.email).into());
    let mut path: Vec<&str> = provider.groups_claim.split('\n').collect();
    let claim = path.remove(0);
    let groups = path.into_iter().rev().fold(user.groups.clone().into(), |inner, name| {
        Value::Object(Map::from_iter([(name.to_owned(), inner)]))
    });
    claims.insert(claim.to_owned(), groups);
    claims.extend(user.claims.clone());
    claims
}

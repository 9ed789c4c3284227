//! The provider's addresses.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::answer::oauth_error;
use super::provider::Provider;
use super::{authorization, page, token};

pub(super) fn routes(provider: Arc<Provider>) -> Router {
    let path = format!("/cdn-cgi/access/sso/oidc/{}", provider.client.id);
    let endpoints = Router::new()
        .route("/authorization", get(authorization::get).post(authorization::post))
        .route("/token", post(token::post))
        .route("/userinfo", get(token::userinfo).post(token::userinfo))
        .route("/jwks", get(jwks))
        .route("/.well-known/openid-configuration", get(discovery));
    Router::new()
        .route("/", get(page::get))
        .nest(&path, endpoints)
        .layer(middleware::from_fn_with_state(provider.clone(), only_this_host))
        .with_state(provider)
}

/// A page elsewhere could point its own host name at 127.0.0.1 and would then be same-origin with
/// the login page; the name in the request tells.
async fn only_this_host(
    State(provider): State<Arc<Provider>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let ours = provider.issuer.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    if host == ours {
        next.run(request).await
    } else {
        let status = StatusCode::MISDIRECTED_REQUEST;
        oauth_error(status, "invalid_request", "this is not a name of the identity provider")
    }
}

async fn jwks(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(provider.keys.jwks().clone())
}

async fn discovery(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorization"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "email", "profile", "groups"],
        "claims_supported": ["sub", "email", "email_verified", "name", provider.groups_claim.split('\n').next()],
    }))
}

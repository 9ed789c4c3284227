//! The authorization endpoint (OpenID Connect Core 3.1.2): checks the request, shows the login
//! page, and sends the person back with a code.

use std::sync::Arc;

use axum::Form;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::answer::{escape, no_store, page};
use super::codes::Grant;
use super::login;
use super::parameters::Parameters;
use super::provider::Provider;
use super::user::User;

/// Length of a SHA-256 digest in base64url.
const CHALLENGE_LENGTH: usize = 43;

/// Why a request is refused.
enum Refusal {
    /// Nobody knows where to send the person, so a page says it.
    Page(&'static str),
    /// The client is told.
    Redirect { error: &'static str, description: &'static str },
}

/// `GET …/authorization`.
pub(super) async fn get(
    State(provider): State<Arc<Provider>>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let parameters = Parameters::new(pairs);
    match check(&provider, &parameters) {
        Ok(_) => login::show(&provider, &parameters),
        Err(refusal) => refuse(&parameters, &refusal),
    }
}

/// `POST …/authorization`: somebody chose an account, or to leave.
pub(super) async fn post(
    State(provider): State<Arc<Provider>>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let parameters = Parameters::new(pairs);
    let request = match check(&provider, &parameters) {
        Ok(request) => request,
        Err(refusal) => return refuse(&parameters, &refusal),
    };
    if parameters.get("decision") == Some("deny") {
        let description = "the person did not sign in";
        return refuse(&parameters, &Refusal::Redirect { error: "access_denied", description });
    }
    let user = parameters.get("user").and_then(|user| user.parse::<usize>().ok());
    match user.and_then(|user| provider.people().users.get(user).cloned()) {
        Some(user) => {
            let code = provider.codes.issue(request.of(user));
            redirect(&parameters, &[("code", &code)])
        }
        None => refuse(&parameters, &Refusal::Page("there is no such account")),
    }
}

/// A request that may be granted.
struct Sound {
    redirect_uri: String,
    nonce: Option<String>,
    challenge: String,
    is_offline: bool,
}

impl Sound {
    fn of(self, user: Arc<User>) -> Grant {
        let Self { redirect_uri, nonce, challenge, is_offline } = self;
        Grant { user, redirect_uri, nonce, challenge, is_offline }
    }
}

/// Checks a request in the order that decides how a refusal is told.
fn check(provider: &Provider, parameters: &Parameters) -> Result<Sound, Refusal> {
    if parameters.repeated {
        return Err(Refusal::Page("a parameter is given twice"));
    }
    if parameters.get("client_id") != Some(&provider.client.id) {
        return Err(Refusal::Page("the client_id is unknown to this identity provider"));
    }
    let redirect_uri = parameters
        .get("redirect_uri")
        .filter(|address| provider.client.allows_redirect(address))
        .ok_or(Refusal::Page(
            "the redirect_uri is not the /callback of a server on this machine",
        ))?;
    let told = |error, description| Refusal::Redirect { error, description };
    if parameters.get("response_type") != Some("code") {
        return Err(told("unsupported_response_type", "response_type must be code"));
    }
    let scope = parameters.get("scope").unwrap_or_default();
    if !scope.split(' ').any(|scope| scope == "openid") {
        return Err(told("invalid_scope", "scope must contain openid"));
    }
    let challenge = parameters.get("code_challenge").unwrap_or_default();
    if parameters.get("code_challenge_method") != Some("S256")
        || challenge.len() != CHALLENGE_LENGTH
    {
        return Err(told("invalid_request", "PKCE with S256 is required"));
    }
    Ok(Sound {
        redirect_uri: redirect_uri.to_owned(),
        nonce: parameters.get("nonce").map(str::to_owned),
        challenge: challenge.to_owned(),
        is_offline: scope.split(' ').any(|scope| scope == "offline_access"),
    })
}

fn refuse(parameters: &Parameters, refusal: &Refusal) -> Response {
    match refusal {
        Refusal::Page(why) => {
            let body = format!("<h1>This sign-in cannot go on</h1><p>{}.</p>", escape(why));
            page(StatusCode::BAD_REQUEST, "Sign-in refused", &body)
        }
        Refusal::Redirect { error, description } => {
            redirect(parameters, &[("error", error), ("error_description", description)])
        }
    }
}

/// Sends the person back to the client. Only called for a redirect address that was checked.
fn redirect(parameters: &Parameters, answer: &[(&str, &str)]) -> Response {
    let address = parameters.get("redirect_uri").unwrap_or_default();
    let Ok(mut url) = Url::parse(address) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    url.query_pairs_mut().extend_pairs(answer);
    if let Some(state) = parameters.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    match HeaderValue::from_str(url.as_str()) {
        Ok(location) => {
            no_store((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
        }
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

//! The authorization-code flow with the identity provider (OpenID Connect Core section 3.1).
//!
//! The `oauth2` crate makes the authorization request. The requests to the token endpoint are made
//! here, as values that the adapter sends, and [`super::tokens`] reads the answers: the crate knows
//! no error with status 200, which is how GitHub answers, and reading with it costs 25 KiB.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, SET_COOKIE};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope};
use serde::{Deserialize, Serialize};
use toolgate_config::Provider as Kind;
use url::{Url, form_urlencoded};

use crate::access::provider::{ClientAuth, Endpoints, Provider};
use crate::audit::Reason;
use crate::cookie;
use crate::limits::{ATTEMPT_TTL, MAX_COOKIE_VALUE};
use crate::oauth::authorize::Authorization;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::{CALLBACK_PATH, Gate};
use crate::reply::{self, Reply};
use crate::seal::Purpose;
use crate::secret::constant_time_eq;

/// Characters of the state that name its cookie; the whole of it binds the cookie's content.
const COOKIE_ID_LENGTH: usize = 16;

/// What a person signs in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A client's request, which was approved.
    #[serde(rename = "c")]
    Client(Authorization),
    /// The page of the person's own connections.
    #[serde(rename = "p")]
    Connections,
}

/// A login under way, sealed in a cookie of the browser that started it: another browser cannot
/// finish it, and nothing is stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct Login {
    /// What it is for.
    pub target: Target,
    /// Expected in the id_token (OpenID Connect Core section 3.1.2.1).
    pub nonce: String,
    verifier: String,
    /// Until when the browser may come back.
    pub expires: u64,
}

/// Why a sign-in could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotStarted {
    /// The request does not fit a cookie.
    TooLong,
    /// The provider's endpoints are not known: its discovery failed.
    Unreachable,
}

/// Sends the browser to the identity provider.
pub(crate) fn start(gate: &mut Gate<'_>, target: Target) -> Result<Reply, NotStarted> {
    let endpoints = gate.provider.endpoints.as_ref().ok_or(NotStarted::Unreachable)?;
    let state = gate.entropy.token();
    let login = Login {
        target,
        nonce: gate.entropy.token(),
        verifier: gate.entropy.token(),
        expires: gate.now + ATTEMPT_TTL,
    };
    let value = gate.keys.seal(Purpose::Login, &gate.attempt(&state), &login, gate.entropy);
    let name = cookie_name(&state).filter(|_| value.len() <= MAX_COOKIE_VALUE);
    let name = name.ok_or(NotStarted::TooLong)?;
    let url = authorization_url(gate, endpoints, &login, &state);
    let mut reply = reply::redirect(url.as_str());
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, ATTEMPT_TTL));
    Ok(reply)
}

/// The authorization request (OpenID Connect Core section 3.1.2.1, RFC 7636).
fn authorization_url(gate: &Gate<'_>, endpoints: &Endpoints, login: &Login, state: &str) -> Url {
    let identity = &gate.config.identity;
    if identity.provider == Kind::CloudflareAccessJwt {
        // Access is asked by going where it stands in front: back to us.
        let mut url = endpoints.authorization_url.clone();
        url.query_pairs_mut().append_pair("state", state);
        return url;
    }
    let client = BasicClient::new(ClientId::new(gate.provider.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorization_url.clone()));
    let verifier = PkceCodeVerifier::new(login.verifier.clone());
    let redirect_uri = redirect_uri(gate.origin);
    let mut request = client
        .authorize_url(|| CsrfToken::new(state.to_owned()))
        // As text: the crate's own type would parse it again, and could fail.
        .add_extra_param("redirect_uri", redirect_uri)
        .add_scopes(identity.scopes.iter().map(|scope| Scope::new(scope.to_string())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if identity.provider != Kind::GitHub {
        request = request.add_extra_param("nonce", login.nonce.as_str());
    }
    // OpenID Connect Core section 11: offline access is given to those who ask for consent.
    let is_offline = identity.scopes.iter().any(|scope| scope == "offline_access");
    if identity.provider == Kind::Oidc && is_offline {
        request = request.add_extra_param("prompt", "consent");
    }
    request.url().0
}

/// The cookie of the login with this state; `None` for a state that we cannot have made.
pub(crate) fn cookie_name(state: &str) -> Option<String> {
    let id = state.get(..COOKIE_ID_LENGTH)?;
    let is_ours = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_ours.then(|| format!("{}{id}", cookie::LOGIN))
}

/// RFC 9207: an issuer in the answer must be the one that was asked, and a provider that says that
/// it names itself must do so.
pub(crate) fn check_issuer(gate: &Gate<'_>, issuer: Option<&str>) -> Result<(), OAuthError> {
    let is_right = match issuer {
        Some(issuer) => constant_time_eq(issuer.as_bytes(), gate.provider.issuer.as_bytes()),
        None => !gate.provider.endpoints.as_ref().is_some_and(|known| known.names_issuer),
    };
    if is_right {
        return Ok(());
    }
    Err(OAuthError::new("server_error", "The answer came from another identity provider")
        .because(Reason::UpstreamIssuer))
}

/// The request that exchanges the code (OAuth 2.1 section 4.1.3).
pub(crate) fn token_request(
    gate: &Gate<'_>,
    login: &Login,
    code: &str,
) -> Result<http::Request<Vec<u8>>, OAuthError> {
    let endpoints = gate.provider.endpoints.as_ref().ok_or_else(unreachable)?;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri(gate.origin)),
        ("code_verifier", &login.verifier),
    ];
    post(gate.provider, endpoints, &pairs)
        .ok_or_else(|| OAuthError::new("server_error", "The code exchange could not be prepared"))
}

/// The request that asks again by a refresh token (OAuth 2.1 section 4.3.1); `None` while the
/// endpoints are not known.
#[must_use]
pub fn refresh_request(provider: &Provider, refresh_token: &str) -> Option<http::Request<Vec<u8>>> {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    post(provider, provider.endpoints.as_ref()?, &pairs)
}

/// A request to the token endpoint, with our credentials as the provider wants them (OAuth 2.1
/// section 2.4.1).
fn post(
    provider: &Provider,
    endpoints: &Endpoints,
    pairs: &[(&str, &str)],
) -> Option<http::Request<Vec<u8>>> {
    let (id, secret) = (provider.client_id.as_str(), provider.client_secret.expose_str());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    let mut request = http::Request::post(endpoints.token_url.as_str())
        // GitHub answers with a form otherwise.
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match endpoints.client_auth {
        ClientAuth::Post => {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
        }
        ClientAuth::Basic => {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let (id, secret): (String, String) = (encode(id), encode(secret));
            let credentials = STANDARD.encode(format!("{id}:{secret}"));
            request = request.header(AUTHORIZATION, format!("Basic {credentials}"));
        }
    }
    request.body(form.finish().into_bytes()).ok()
}

fn redirect_uri(origin: &str) -> String {
    format!("{origin}{CALLBACK_PATH}")
}

/// The error for a provider that cannot be reached.
pub(crate) fn unreachable() -> OAuthError {
    OAuthError::new(
        "temporarily_unavailable",
        "The identity provider could not be reached; try again",
    )
    .because(Reason::UpstreamUnavailable)
}

//! The authorization-code flow with the identity provider (OpenID Connect Core section 3.1).
//!
//! The `oauth2` crate makes the requests; the adapter sends them, and [`super::tokens`] reads the
//! answers.

use std::cell::RefCell;
use std::fmt;

use http::header::SET_COOKIE;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, Scope, TokenUrl,
};
use serde::{Deserialize, Serialize};
use toolgate_config::Provider as Kind;
use url::Url;

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
#[serde(untagged)]
pub enum Target {
    /// A client's request, which was approved.
    Client(Authorization),
    /// The page of the person's own connections.
    Connections {
        /// Tells the variants apart.
        connections: bool,
    },
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

type OidcClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

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
    let value = gate.keys.seal(Purpose::Login, &state, &login, gate.entropy);
    let name = cookie_name(&state).filter(|_| value.len() <= MAX_COOKIE_VALUE);
    let name = name.ok_or(NotStarted::TooLong)?;
    let url = authorization_url(gate, endpoints, &login, state);
    let mut reply = reply::redirect(url.as_str());
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, ATTEMPT_TTL));
    Ok(reply)
}

/// The authorization request (OpenID Connect Core section 3.1.2.1, RFC 7636).
fn authorization_url(gate: &Gate<'_>, endpoints: &Endpoints, login: &Login, state: String) -> Url {
    let identity = &gate.config.identity;
    if identity.provider == Kind::CloudflareAccessJwt {
        // Access is asked by going where it stands in front: back to us.
        let mut url = endpoints.authorization_url.clone();
        url.query_pairs_mut().append_pair("state", &state);
        return url;
    }
    let verifier = PkceCodeVerifier::new(login.verifier.clone());
    let scopes = identity.scopes.iter().map(|scope| Scope::new(scope.to_string()));
    let client = client(gate.provider, endpoints, gate.origin);
    let request = client
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(scopes)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let is_openid = identity.provider != Kind::GitHub;
    let request =
        if is_openid { request.add_extra_param("nonce", login.nonce.clone()) } else { request };
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
    let captured = Captured::default();
    // The request is all that is wanted of the crate: the adapter sends it.
    let _: Result<_, _> = client(gate.provider, endpoints, gate.origin)
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(login.verifier.clone()))
        .request(&|request| captured.keep(request));
    captured
        .into_request()
        .ok_or_else(|| OAuthError::new("server_error", "The code exchange could not be prepared"))
}

/// The request that asks again by a refresh token (OAuth 2.1 section 4.3.1); `None` while the
/// endpoints are not known.
#[must_use]
pub fn refresh_request(
    provider: &Provider,
    origin: &str,
    refresh_token: &str,
) -> Option<http::Request<Vec<u8>>> {
    let captured = Captured::default();
    let token = RefreshToken::new(refresh_token.to_owned());
    let _: Result<_, _> = client(provider, provider.endpoints.as_ref()?, origin)
        .exchange_refresh_token(&token)
        .request(&|request| captured.keep(request));
    captured.into_request()
}

/// The error for a provider that cannot be reached.
pub(crate) fn unreachable() -> OAuthError {
    OAuthError::new(
        "temporarily_unavailable",
        "The identity provider could not be reached; try again",
    )
    .because(Reason::UpstreamUnavailable)
}

fn client(provider: &Provider, endpoints: &Endpoints, origin: &str) -> OidcClient {
    let redirect = format!("{origin}{CALLBACK_PATH}");
    BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_client_secret(ClientSecret::new(provider.client_secret.expose_str().to_owned()))
        .set_auth_type(match endpoints.client_auth {
            ClientAuth::Post => AuthType::RequestBody,
            ClientAuth::Basic => AuthType::BasicAuth,
        })
        .set_auth_uri(AuthUrl::from_url(endpoints.authorization_url.clone()))
        .set_token_uri(TokenUrl::from_url(endpoints.token_url.clone()))
        .set_redirect_uri(RedirectUrl::new(redirect).expect("our own origin and a path are a URL"))
}

/// A request that was built and not sent.
#[derive(Default)]
struct Captured(RefCell<Option<HttpRequest>>);

impl Captured {
    fn keep(&self, request: HttpRequest) -> Result<HttpResponse, NotSent> {
        self.0.replace(Some(request));
        Err(NotSent)
    }

    fn into_request(self) -> Option<HttpRequest> {
        self.0.into_inner()
    }
}

/// The request was captured instead of being sent.
#[derive(Debug)]
struct NotSent;

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not sent")
    }
}

impl std::error::Error for NotSent {}

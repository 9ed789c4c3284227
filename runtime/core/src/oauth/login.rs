//! The authorization-code flow with the identity provider (OpenID Connect Core section 3.1).
//!
//! The `oauth2` crate makes the authorization request. The requests to the token endpoint are made
//! here, as values that the adapter sends, and [`tokens`](crate::access::tokens) reads the answers: the crate knows
//! no error with status 200, which is how GitHub answers, and reading with it costs 25 KiB.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, SET_COOKIE};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope};
use serde::Serialize;
use toolgate_config::{Identity, Prompt, Provider as Kind};
use url::{Url, form_urlencoded};

use crate::access::provider::{ClientAuth, Endpoints, Provider};
use crate::audit::Reason;
use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::ATTEMPT_TTL;
use crate::oauth::attempts;
use crate::oauth::authorize::Authorization;
use crate::oauth::client::is_false;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::{CALLBACK_PATH, Gate};
use crate::reply::{self, Reply};
use crate::seal::{Purpose, sha256};
use crate::secret::constant_time_eq;

/// What a person signs in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum Target {
    /// A client's request.
    #[serde(rename = "c")]
    Client(Box<Authorization>),
    /// The page of the person's own connections.
    #[serde(rename = "p")]
    Connections,
}

/// A login under way, sealed in a cookie of the browser that started it: another browser cannot
/// finish it, and nothing is stored.
#[derive(Debug, Serialize, FromJson)]
pub struct Login {
    /// What it is for.
    #[serde(rename = "t")]
    pub target: Target,
    /// The client's request was approved just now, and not by an approval that was remembered.
    #[serde(rename = "y", default, skip_serializing_if = "is_false")]
    pub approved: bool,
    /// Until when the browser may come back.
    #[serde(rename = "e")]
    pub expires: u64,
    /// What nonce and verifier are derived from, each without a hint at the other.
    #[serde(rename = "s")]
    seed: String,
}

impl Login {
    /// Expected in the id_token (OpenID Connect Core section 3.1.2.1).
    #[must_use]
    pub fn nonce(&self) -> String {
        sha256(&["nonce ", &self.seed].concat())
    }

    /// Of PKCE towards the provider.
    fn verifier(&self) -> String {
        sha256(&["verifier ", &self.seed].concat())
    }
}

/// Why a sign-in could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotStarted {
    /// The request does not fit a cookie, which would have this many bytes.
    TooLong(usize),
    /// The provider's endpoints are not known: its discovery failed.
    Unreachable,
}

/// What a sign-in starts from.
pub(crate) struct Start<'a> {
    /// Of the request that leads to it.
    pub(crate) headers: &'a HeaderMap,
    /// See [`Login::approved`].
    pub(crate) approved: bool,
    /// The cookie of the page that it comes from, which ends.
    pub(crate) ending: Option<&'a str>,
}

/// Sends the browser to the identity provider.
pub(crate) fn start(
    gate: &mut Gate<'_>,
    from: &Start<'_>,
    target: Target,
) -> Result<Reply, NotStarted> {
    let endpoints = gate.provider.endpoints.as_ref().ok_or(NotStarted::Unreachable)?;
    let state = attempts::state(gate);
    let login = Login {
        target,
        approved: from.approved,
        expires: gate.now + ATTEMPT_TTL,
        seed: attempts::secret(gate),
    };
    let texts = match &login.target {
        Target::Client(authorization) => authorization.texts(),
        Target::Connections => String::new(),
    };
    let value = attempts::seal(gate, Purpose::Login, &state, &login, &texts);
    let name = attempts::login_cookie(gate, &state).expect("our own state names a cookie");
    let cookie = cookie::set(&name, &value, ATTEMPT_TTL);
    if let Some(length) = cookie::oversize(&cookie) {
        return Err(NotStarted::TooLong(length));
    }
    let url = authorization_url(gate, endpoints, &login, &state);
    let mut reply = reply::redirect(url.as_str());
    for cookie in attempts::make_room(gate, from.headers, from.ending).into_iter().chain([cookie]) {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
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
    let verifier = PkceCodeVerifier::new(login.verifier());
    let redirect_uri = redirect_uri(gate.origin);
    let mut request = client
        .authorize_url(|| CsrfToken::new(state.to_owned()))
        // As text: the crate's own type would parse it again, and could fail.
        .add_extra_param("redirect_uri", redirect_uri)
        .add_scopes(identity.scopes.iter().map(|scope| Scope::new(scope.to_string())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if identity.provider != Kind::GitHub {
        request = request.add_extra_param("nonce", login.nonce());
    }
    if let Some(prompt) = prompt(identity, &gate.provider.issuer).value() {
        request = request.add_extra_param("prompt", prompt);
    }
    request.url().0
}

/// Domains of providers that give a refresh token without asking for consent. There the question
/// does harm: Microsoft Entra ID shows people "Need admin approval".
const ASKS_NOBODY: [&str; 6] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
];

/// As `mcp.toml` says; otherwise consent is asked for where offline access is (OpenID Connect Core
/// section 11), unless the provider is known to want none.
fn prompt(identity: &Identity, issuer: &str) -> Prompt {
    let is_offline = identity.scopes.iter().any(|scope| scope == "offline_access");
    let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is_at = |domain: &&str| {
        let outer = host.as_deref().and_then(|host| host.strip_suffix(*domain));
        outer.is_some_and(|outer| outer.is_empty() || outer.ends_with('.'))
    };
    match identity.prompt {
        Some(prompt) => prompt,
        None if identity.provider == Kind::Oidc && is_offline && !ASKS_NOBODY.iter().any(is_at) => {
            Prompt::Consent
        }
        None => Prompt::None,
    }
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
        ("code_verifier", &login.verifier()),
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
    match provider.client_auth.unwrap_or(endpoints.client_auth) {
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

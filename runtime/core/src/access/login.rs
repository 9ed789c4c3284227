//! The authorization-code flow with the identity provider (OpenID Connect Core section 3.1).
//!
//! The `oauth2` crate makes and reads the messages; they are handed to the adapter to be sent.

use std::cell::RefCell;
use std::fmt;

use http::header::SET_COOKIE;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};

use crate::cookie;
use crate::limits::{ATTEMPT_TTL, MAX_COOKIE_VALUE, MAX_ID_TOKEN};
use crate::oauth::authorize::Authorization;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
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

/// The `id_token` beside the standard fields of a token response.
#[derive(Debug, Serialize, Deserialize)]
struct IdTokenField {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdTokenField {}

type TokenResponse = StandardTokenResponse<IdTokenField, BasicTokenType>;
type OidcClient = Client<
    BasicErrorResponse,
    TokenResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Sends the browser to the identity provider; `None` when the request does not fit a cookie.
pub(crate) fn start(gate: &mut Gate<'_>, target: Target) -> Option<Reply> {
    let state = gate.entropy.token();
    let login = Login {
        target,
        nonce: gate.entropy.token(),
        verifier: gate.entropy.token(),
        expires: gate.now + ATTEMPT_TTL,
    };
    let value = gate.keys.seal(Purpose::Login, &state, &login, gate.entropy);
    if value.len() > MAX_COOKIE_VALUE {
        return None;
    }
    let name = cookie_name(&state)?;
    let verifier = PkceCodeVerifier::new(login.verifier);
    let scopes = gate.config.identity.scopes.iter().map(|scope| Scope::new(scope.to_string()));
    let (url, _) = client(gate)
        .authorize_url(|| CsrfToken::new(state))
        .add_scopes(scopes)
        .add_extra_param("nonce", login.nonce)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    let mut reply = reply::redirect(url.as_str());
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, ATTEMPT_TTL));
    Some(reply)
}

/// The cookie of the login with this state; `None` for a state that we cannot have made.
pub(crate) fn cookie_name(state: &str) -> Option<String> {
    let id = state.get(..COOKIE_ID_LENGTH)?;
    let is_ours = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    is_ours.then(|| format!("{}{id}", cookie::LOGIN))
}

/// RFC 9207: an issuer in the answer must be the one that was asked.
pub(crate) fn check_issuer(gate: &Gate<'_>, issuer: Option<&str>) -> Result<(), OAuthError> {
    match issuer {
        Some(issuer) if !constant_time_eq(issuer.as_bytes(), gate.provider.issuer.as_bytes()) => {
            Err(OAuthError::new("server_error", "The answer came from another identity provider"))
        }
        _ => Ok(()),
    }
}

/// The request that exchanges the code.
pub(crate) fn token_request(
    gate: &Gate<'_>,
    login: &Login,
    code: &str,
) -> Result<http::Request<Vec<u8>>, OAuthError> {
    let request = RefCell::new(None);
    // The first pass only lets the crate build its request; the answer comes to the second.
    let _: Result<_, _> = exchange(gate, login, code, &|built| {
        request.replace(Some(built));
        Err(NotSent)
    });
    request
        .into_inner()
        .ok_or_else(|| OAuthError::new("server_error", "The code exchange could not be prepared"))
}

/// The id_token of the answer, or the reason why there is none, for the log.
pub(crate) fn read_token_response(
    gate: &Gate<'_>,
    login: &Login,
    answer: HttpResponse,
) -> Result<String, String> {
    let status = answer.status();
    let answer = RefCell::new(Some(answer));
    let response = exchange(gate, login, "", &|_| answer.take().ok_or(NotSent))
        .map_err(|error| format!("status {status}, {}", describe(&error)))?;
    let id_token = response.extra_fields().id_token.clone().ok_or("no id_token in the answer")?;
    if id_token.len() > MAX_ID_TOKEN {
        return Err(format!("the id_token is larger than {MAX_ID_TOKEN} bytes"));
    }
    Ok(id_token)
}

type ExchangeError = RequestTokenError<NotSent, BasicErrorResponse>;

fn exchange(
    gate: &Gate<'_>,
    login: &Login,
    code: &str,
    http: &dyn Fn(HttpRequest) -> Result<HttpResponse, NotSent>,
) -> Result<TokenResponse, ExchangeError> {
    client(gate)
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(login.verifier.clone()))
        .request(&|request| http(request))
}

fn client(gate: &Gate<'_>) -> OidcClient {
    let provider = gate.provider;
    let redirect = format!("{}/callback", gate.origin);
    Client::new(ClientId::new(provider.client_id.clone()))
        .set_client_secret(ClientSecret::new(provider.client_secret.expose_str().to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::from_url(provider.authorization_url.clone()))
        .set_token_uri(TokenUrl::from_url(provider.token_url.clone()))
        .set_redirect_uri(RedirectUrl::new(redirect).expect("our own origin and a path are a URL"))
}

/// Names what failed, never what the provider wrote: that may hold credentials.
fn describe(error: &ExchangeError) -> String {
    match error {
        RequestTokenError::ServerResponse(answer) => format!("error {}", answer.error()),
        RequestTokenError::Parse(error, _) => format!("unreadable answer at {}", error.path()),
        RequestTokenError::Request(_) => "no answer".to_owned(),
        RequestTokenError::Other(reason) => reason.clone(),
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

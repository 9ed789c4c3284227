//! OAuth 2.1 with PKCE: getting a token, renewing it, giving it back.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge,
    RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
};
use url::Url;

use super::challenge::Challenge;
use super::discovery::{self, Found, register};
use super::failure::{Failure, Result};
use super::http::{Http, unreached};
use super::redirect::{Listener, Returned};
use super::secret::Secret;
use super::store::Grant;
use super::{browser, local};
use crate::Error;

/// Signs somebody in: the account at the dev identity provider, or whoever is at the browser.
pub(super) fn sign_in(
    http: &Http,
    url: &Url,
    account: Option<&str>,
    challenge: &Challenge,
) -> Result<Grant> {
    let found = discovery::discover(http, url, challenge)?;
    http.check(&found.server.authorization_endpoint)?;
    let listener = Listener::open()?;
    let client_id = register(http, &found, listener.url())?;
    let client = BasicClient::new(ClientId::new(client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(found.server.authorization_endpoint.clone()))
        .set_token_uri(TokenUrl::from_url(found.server.token_endpoint.clone()))
        .set_redirect_uri(RedirectUrl::from_url(listener.url().clone()));
    let (proof, verifier) = PkceCodeChallenge::new_random_sha256();
    let scopes = found.scope.iter().flat_map(|scope| scope.split_whitespace());
    let (address, state) = client
        .authorize_url(CsrfToken::new_random)
        .set_pkce_challenge(proof)
        .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
        .add_extra_param("resource", &found.resource)
        .url();
    let returned = match account {
        Some(email) => local::sign_in(http, &address, listener.url(), email)?,
        None => browser::sign_in(&address, &listener, state.secret())?,
    };
    let code = code(&found, returned, state.secret())?;
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .add_extra_param("resource", &found.resource)
        .request(&|request| token_request(http, request))
        .map_err(|error| told(&found.server.token_endpoint, &error).1)?;
    Ok(grant(
        &tokens,
        &Grant {
            server: url.to_string(),
            account: account.map(str::to_owned),
            resource: found.resource,
            client_id,
            token_endpoint: found.server.token_endpoint.to_string(),
            revocation_endpoint: found.server.revocation_endpoint.map(Into::into),
            scope: found.scope,
            access_token: Secret::new(""),
            refresh_token: None,
            expires_at: None,
        },
    ))
}

/// The code, if the answer is the one to this request (`state`; RFC 9207).
fn code(found: &Found, returned: Returned, state: &str) -> Result<String> {
    let server = &found.server;
    let issuer = &server.authorization_endpoint;
    if returned.state.as_deref() != Some(state) {
        return Err(unreached(issuer, "the answer belongs to another request"));
    }
    let named = returned.iss.as_deref();
    let required = server.authorization_response_iss_parameter_supported;
    if named.map_or(required, |named| named != server.issuer) {
        return Err(unreached(issuer, "the answer does not come from this issuer"));
    }
    if let Some(error) = returned.error {
        let why = returned.description.unwrap_or_else(|| error.clone());
        return Err(Failure::unreached(
            Error::new(format!("nobody was signed in: {why}"))
                .help("run it again, and allow it on the page"),
        ));
    }
    returned.code.ok_or_else(|| unreached(issuer, "the answer has no code"))
}

/// A new access token for the refresh token; `None` when that is good no more.
pub(super) fn renew(http: &Http, old: &Grant) -> Result<Option<Grant>> {
    let Some(refresh) = &old.refresh_token else { return Ok(None) };
    let endpoint = Url::parse(&old.token_endpoint)
        .map_err(|error| Error::new(format!("{}: {error}", old.token_endpoint)))?;
    let refresh = RefreshToken::new(refresh.reveal().to_owned());
    let client = BasicClient::new(ClientId::new(old.client_id.clone()))
        .set_token_uri(TokenUrl::from_url(endpoint.clone()));
    let tokens = client
        .exchange_refresh_token(&refresh)
        .add_extra_param("resource", &old.resource)
        .request(&|request| token_request(http, request));
    match tokens {
        Ok(tokens) => Ok(Some(grant(&tokens, old))),
        Err(error) => match told(&endpoint, &error) {
            (true, _) => Ok(None),
            (false, failure) => Err(failure),
        },
    }
}

/// Gives the tokens back (RFC 7009): the refresh token, with which the access token ends.
pub(super) fn revoke(http: &Http, grant: &Grant) -> Result<()> {
    let Some(endpoint) = &grant.revocation_endpoint else { return Ok(()) };
    let endpoint =
        Url::parse(endpoint).map_err(|error| Error::new(format!("{endpoint}: {error}")))?;
    let token = grant.refresh_token.as_ref().unwrap_or(&grant.access_token);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token.reveal())
        .append_pair("client_id", &grant.client_id)
        .finish();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = http.post(&endpoint, &form, body)?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(unreached(&endpoint, &format!("the token is not revoked: status {}", answer.status)))
}

/// True if the token is good for a while.
pub(super) fn is_fresh(grant: &Grant) -> bool {
    /// A call takes its time.
    const MARGIN: u64 = 30;
    grant.expires_at.is_none_or(|expires_at| now() + MARGIN < expires_at)
}

fn grant(tokens: &BasicTokenResponse, old: &Grant) -> Grant {
    let scope = tokens
        .scopes()
        .map(|scopes| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "));
    let refresh = tokens.refresh_token().map(|token| Secret::new(token.secret().as_str()));
    Grant {
        scope: scope.or_else(|| old.scope.clone()),
        access_token: Secret::new(tokens.access_token().secret().as_str()),
        refresh_token: refresh.or_else(|| old.refresh_token.clone()),
        expires_at: tokens.expires_in().map(|lifetime| now() + lifetime.as_secs()),
        ..old.clone()
    }
}

type TokenError =
    RequestTokenError<io::Error, oauth2::StandardErrorResponse<BasicErrorResponseType>>;

/// Failure that a token endpoint stated, and true if it is that the grant has ended.
fn told(endpoint: &Url, error: &TokenError) -> (bool, Failure) {
    match error {
        RequestTokenError::ServerResponse(said) => {
            let ended = matches!(
                said.error(),
                BasicErrorResponseType::InvalidGrant | BasicErrorResponseType::InvalidClient
            );
            let why =
                said.error_description().map_or_else(|| said.error().to_string(), Clone::clone);
            (ended, unreached(endpoint, &format!("it gives no token: {why}")))
        }
        RequestTokenError::Request(error) => {
            (false, Failure::unreached(Error::new(error.to_string())))
        }
        // What it said may hold a token.
        RequestTokenError::Parse(..) => (false, unreached(endpoint, "its answer is no token")),
        RequestTokenError::Other(why) => (false, unreached(endpoint, why)),
    }
}

fn token_request(
    http: &Http,
    request: HttpRequest,
) -> std::result::Result<HttpResponse, io::Error> {
    let url = Url::parse(&request.uri().to_string()).map_err(io::Error::other)?;
    let headers: Vec<_> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let failed = |failure: Failure| io::Error::other(failure.error.to_string());
    let answer = http.post(&url, &headers, request.body().clone()).map_err(failed)?;
    let mut response = oauth2::http::Response::builder().status(answer.status);
    if let Some(media_type) = answer.header("content-type") {
        response = response.header("content-type", media_type);
    }
    response.body(answer.bytes().map_err(failed)?).map_err(io::Error::other)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

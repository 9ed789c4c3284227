//! The requests of the authorization-code flow to the identity provider (OpenID Connect Core section
//! 3.1).
//!
//! The `oauth2` crate makes the authorization request. The requests to the token endpoint are made
//! here, as values that the adapter sends, and [`super::tokens`] reads the answers: the crate knows
//! no error with status 200, which is how GitHub answers, and reading with it costs 25 KiB.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope};
use toolgate_config::{Identity, Prompt, Protocol};
use url::{Url, form_urlencoded};

use crate::paths::CALLBACK_PATH;
use crate::upstream::provider::{ClientAuth, Endpoints, Provider};

/// Parameters of one login.
pub(crate) struct Sent<'a> {
    /// Of this server, which the browser comes back to.
    pub(crate) origin: &'a str,
    pub(crate) state: &'a str,
    /// Expected in the id_token.
    pub(crate) nonce: String,
    /// Of PKCE.
    pub(crate) verifier: String,
}

/// The authorization request (OpenID Connect Core section 3.1.2.1, RFC 7636).
pub(crate) fn authorization_url(
    identity: &Identity,
    provider: &Provider,
    endpoints: &Endpoints,
    sent: Sent<'_>,
) -> Url {
    let protocol = identity.provider.protocol();
    if protocol == Protocol::AccessAssertion {
        // Access is asked by going where it stands in front: back to us.
        let mut url = endpoints.authorization_url.clone();
        url.query_pairs_mut().append_pair("state", sent.state);
        return url;
    }
    let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorization_url.clone()));
    let verifier = PkceCodeVerifier::new(sent.verifier);
    let redirect_uri = redirect_uri(sent.origin);
    let mut request = client
        .authorize_url(|| CsrfToken::new(sent.state.to_owned()))
        // As text: the crate's own type would parse it again, and could fail.
        .add_extra_param("redirect_uri", redirect_uri)
        .add_scopes(identity.scopes.iter().map(|scope| Scope::new(scope.to_string())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    if protocol != Protocol::GitHub {
        request = request.add_extra_param("nonce", sent.nonce);
    }
    for parameter in identity.parameters.lines() {
        if let Some((name, value)) = parameter.split_once(' ') {
            request = request.add_extra_param(name.to_owned(), value.to_owned());
        }
    }
    if let Some(calls) = &identity.upstream {
        let parameters = [("resource", &calls.resource), ("audience", &calls.audience)];
        for (name, value) in parameters {
            if let Some(value) = value {
                request = request.add_extra_param(name, value.to_string());
            }
        }
    }
    if let Some(prompt) = prompt(identity, &provider.issuer).value() {
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
        None if identity.provider.protocol() == Protocol::OpenIdConnect
            && is_offline
            && !ASKS_NOBODY.iter().any(is_at) =>
        {
            Prompt::Consent
        }
        None => Prompt::None,
    }
}

/// The request that exchanges the code (OAuth 2.1 section 4.1.3).
pub(crate) fn code_request(
    provider: &Provider,
    endpoints: &Endpoints,
    redirect_uri: &str,
    code: &str,
    verifier: &str,
) -> Option<http::Request<Vec<u8>>> {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
    ];
    post(provider, endpoints, &endpoints.token_url, &pairs)
}

/// The request that asks again by a refresh token (OAuth 2.1 section 4.3.1); `None` while the
/// endpoints are not known.
#[must_use]
pub fn refresh_request(provider: &Provider, refresh_token: &str) -> Option<http::Request<Vec<u8>>> {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    let endpoints = provider.endpoints.as_ref()?;
    post(provider, endpoints, &endpoints.token_url, &pairs)
}

/// The request that withdraws a token (RFC 7009 section 2.1).
pub(crate) fn revocation_request(
    provider: &Provider,
    endpoints: &Endpoints,
    url: &Url,
    (token, hint): (&str, &str),
) -> Option<http::Request<Vec<u8>>> {
    post(provider, endpoints, url, &[("token", token), ("token_type_hint", hint)])
}

/// Adds the `resource` that a token is for to a request to the token endpoint (RFC 8707 section 2.2).
pub fn name_resource(request: &mut http::Request<Vec<u8>>, resource: Option<&str>) {
    if let Some(resource) = resource {
        let encoded: String = form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        request.body_mut().extend_from_slice(["&resource=", &encoded].concat().as_bytes());
    }
}

/// A request to the token endpoint, or to one like it, with our credentials as the provider wants them (OAuth 2.1
/// section 2.4.1). A public client has an id and no secret.
pub(crate) fn post(
    provider: &Provider,
    endpoints: &Endpoints,
    url: &Url,
    pairs: &[(&str, &str)],
) -> Option<http::Request<Vec<u8>>> {
    let (id, secret) = (provider.client_id.as_str(), provider.client_secret.expose_str());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    let mut request = http::Request::post(url.as_str())
        // GitHub answers with a form otherwise.
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    match provider.client_auth.unwrap_or(endpoints.client_auth) {
        _ if secret.is_empty() => {
            form.append_pair("client_id", id);
        }
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

/// Where the identity provider sends the browser back to.
pub(crate) fn redirect_uri(origin: &str) -> String {
    format!("{origin}{CALLBACK_PATH}")
}

//! `GET /authorize`: the request of a client, up to the approval page or, for one that was approved
//! before, up to the identity provider.

use http::Request;
use http::header::SET_COOKIE;
use toolgate_policy::names_clients;

use crate::audit::Reason;
use crate::limits::{CHALLENGE_LENGTH, MAX_CLIENT_LABEL, MAX_STATE};
use crate::oauth::answer::{before_interaction, error_page};
use crate::oauth::approvals::Approvals;
use crate::oauth::attempts;
use crate::oauth::client::Client;
use crate::oauth::consent::{self, Shown, start_login};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::login::{Start, Target};
use crate::oauth::params::Params;
use crate::oauth::redirect_uri;
use crate::reply::Reply;
use crate::scope;

pub use crate::oauth::authorization::AuthorizationRequest;
pub use crate::oauth::consent::decide;

/// Why a request failed, and whether its sender may be told.
enum Refusal {
    /// Client and redirect URI are proven: the client is told.
    Client { redirect_uri: String, state: Option<String>, is_vouched_for: bool, error: OAuthError },
    /// Anything else is shown to the person and goes nowhere (OAuth 2.1 section 4.1.2.1).
    Page(OAuthError),
}

/// `GET /authorize`, from the client that the adapter found for its `client_id`.
pub fn show(
    oauth: &mut OAuthContext<'_>,
    request: &Request<Vec<u8>>,
    client: Result<Client, OAuthError>,
) -> Reply {
    let params = Params::query(request);
    let (client, authorization) = match parse(oauth, &params, client) {
        Ok(parsed) => parsed,
        Err(Refusal::Page(error)) => return error_page(&error),
        Err(Refusal::Client { redirect_uri, state, is_vouched_for, error }) => {
            let state = state.as_deref();
            return before_interaction(oauth, &redirect_uri, state, is_vouched_for, &error);
        }
    };
    let headers = request.headers();
    let ask_again = params.get("prompt").is_some_and(|p| p.split(' ').any(|p| p == "consent"));
    if !ask_again && Approvals::read(oauth, headers).include(&authorization) {
        // Whose approval it was is asked once it is known who signs in.
        let from = Start { headers, approved: false, ending: None, address: "" };
        return start_login(oauth, &from, Target::Client(Box::new(authorization)));
    }
    let shown = Shown {
        client_name: &client.registration.name,
        client_uri: client.registration.uri.as_deref(),
        person: None,
    };
    let mut reply = consent::ask(oauth, &shown, authorization);
    for cookie in attempts::make_room(oauth, headers, None) {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    reply
}

fn parse(
    oauth: &OAuthContext<'_>,
    params: &Params,
    client: Result<Client, OAuthError>,
) -> Result<(Client, AuthorizationRequest), Refusal> {
    let (client, redirect_uri) = prove_redirect(oauth, params, client).map_err(Refusal::Page)?;
    oauth.log.client(&client.key);
    // A `state` given twice cannot be returned, nor one that does not fit.
    let state = params
        .get("state")
        .filter(|state| state.len() <= MAX_STATE && !params.is_repeated("state"))
        .map(str::to_owned);
    let is_vouched_for = !client.voucher().is_nobody();
    let refuse = |error| Refusal::Client {
        redirect_uri: redirect_uri.clone(),
        state: state.clone(),
        is_vouched_for,
        error,
    };
    if let Some(unusable) = params.get("state").filter(|_| state.is_none()) {
        return Err(refuse(unusable_state(params, unusable)));
    }
    params.reject_repeated().map_err(refuse)?;
    check_response_type(oauth, params).map_err(refuse)?;
    let challenge = challenge(params).map_err(refuse)?;
    let resource = resource(oauth, params).map_err(refuse)?;
    let scopes = scope::grant(oauth.config, params.get("scope"));
    let name = client.registration.name.lines().next().unwrap_or_default();
    let authorization = AuthorizationRequest {
        client: client.key.clone(),
        client_name: name[..name.floor_char_boundary(MAX_CLIENT_LABEL)].to_owned(),
        vouched_client: names_clients(oauth.config).then(|| client.vouched_id().to_owned()),
        voucher: client.voucher(),
        client_version: client.version().map(str::to_owned),
        auth_method: client.registration.auth_method,
        redirect_uri,
        state,
        tools_implied: !scope::asks_for_tools(params.get("scope")),
        code_only: client.registration.code_only && !scopes.iter().any(|s| s == scope::OFFLINE),
        scopes,
        resource,
        challenge,
    };
    Ok((client, authorization))
}

fn unusable_state(params: &Params, state: &str) -> OAuthError {
    let error = if params.is_repeated("state") {
        OAuthError::invalid_request("state must be given once")
    } else {
        OAuthError::invalid_request(format!(
            "state has {} bytes, and at most {MAX_STATE} can be returned",
            state.len()
        ))
    };
    error.because(Reason::StateUnusable)
}

fn prove_redirect(
    oauth: &OAuthContext<'_>,
    params: &Params,
    client: Result<Client, OAuthError>,
) -> Result<(Client, String), OAuthError> {
    for name in ["client_id", "redirect_uri"] {
        if params.is_repeated(name) {
            return Err(OAuthError::invalid_request(format!("{name} is given more than once"))
                .because(Reason::ParameterRepeated));
        }
    }
    let client = client?;
    let redirect_uri = match (params.get("redirect_uri"), &client.registration.redirect_uris[..]) {
        (Some(uri), _) => uri.to_owned(),
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(OAuthError::invalid_request("Missing parameter redirect_uri")
                .because(Reason::RedirectUriMissing));
        }
    };
    check_scheme(oauth, &client, &redirect_uri)?;
    if !client.allows_redirect(&redirect_uri) {
        return Err(OAuthError::invalid_request(
            "redirect_uri is not one that this client registered; it must be the same text, \
             except for the port of a loopback address",
        )
        .because(Reason::RedirectUriMismatch));
    }
    Ok((client, redirect_uri))
}

/// Said before the redirect URI is compared: a client may have registered one of a scheme that is not
/// accepted, which was left out, and a scheme may be taken off the list, or put onto it, afterwards.
fn check_scheme(
    oauth: &OAuthContext<'_>,
    client: &Client,
    redirect_uri: &str,
) -> Result<(), OAuthError> {
    let schemes = &oauth.config.registration.redirect_schemes;
    if redirect_uri::is_hostile(redirect_uri) {
        return Ok(());
    }
    let text = if let Some(scheme) = redirect_uri::needs_scheme(redirect_uri, schemes) {
        let listed = schemes.iter().map(AsRef::as_ref).chain([scheme]);
        let listed: Vec<_> = listed.map(|scheme| format!("\"{scheme}\"")).collect();
        format!(
            "redirect_uri has the private-use scheme {scheme}, which any application can claim; the \
             server's owner can allow it by this line in the section registration of mcp.toml: \
             redirect_schemes = [{}]",
            listed.join(", ")
        )
    } else if redirect_uri::needs_scheme(redirect_uri, &[])
        .is_some_and(|scheme| client.registration.left_out.iter().any(|left| left == scheme))
    {
        "The client registered before the scheme of its redirect_uri was allowed; remove the server \
         in the client, and add it again"
            .to_owned()
    } else {
        return Ok(());
    };
    Err(OAuthError::invalid_request(text).because(Reason::RedirectSchemeRefused))
}

/// Where a company connects its people itself, no client's sign-in is of any type. Those for pages of this server go
/// another way.
fn check_response_type(oauth: &OAuthContext<'_>, params: &Params) -> Result<(), OAuthError> {
    if oauth.config.enterprise.iter().any(|issuer| issuer.require) {
        return Err(OAuthError::new("access_denied", "Your company connects MCP clients itself"));
    }
    match params.require("response_type")? {
        "code" => Ok(()),
        _ => Err(OAuthError::new("unsupported_response_type", "response_type must be code")),
    }
}

/// PKCE is mandatory, S256 only; a missing method would mean `plain` (RFC 7636 section 4.3).
fn challenge(params: &Params) -> Result<String, OAuthError> {
    let challenge = params.require("code_challenge")?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(OAuthError::invalid_request("code_challenge_method must be S256")
            .because(Reason::ChallengeMethod));
    }
    let is_hash = challenge.len() == CHALLENGE_LENGTH
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_hash {
        return Err(OAuthError::invalid_request(
            "code_challenge must be a SHA-256 in base64url: 43 characters",
        )
        .because(Reason::ChallengeMalformed));
    }
    Ok(challenge.to_owned())
}

/// Clients of MCP 2025-03-26 send no `resource`: their tokens are good for the whole server.
fn resource(oauth: &OAuthContext<'_>, params: &Params) -> Result<String, OAuthError> {
    Ok(oauth.requested_resource(params)?.unwrap_or_else(|| oauth.origin.to_owned()))
}

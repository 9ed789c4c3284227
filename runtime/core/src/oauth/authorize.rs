//! `/authorize`: the request of a client, the approval page, and the way to the identity provider.

use http::header::{HeaderValue, ORIGIN, SET_COOKIE};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};

use crate::access::login::{self, NotStarted, Target};
use crate::audit::{self, Reason};
use crate::cookie;
use crate::limits::{ATTEMPT_TTL, CHALLENGE_LENGTH, MAX_COOKIE_VALUE, MAX_STATE};
use crate::oauth::approvals::Approvals;
use crate::oauth::callback::{failed, refuse_client};
use crate::oauth::client::{AuthMethod, Client, Kind};
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::params::Params;
use crate::oauth::redirect_uri;
use crate::oauth::scope;
use crate::page::{self, ConsentPage, Trust};
use crate::reply::{self, Reply};
use crate::seal::Purpose;
use crate::secret::constant_time_eq;

/// A checked authorization request; from here on it only travels sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// [`Client::key`].
    #[serde(rename = "c")]
    pub client: String,
    /// The client's name, for people.
    #[serde(rename = "n")]
    pub client_name: String,
    /// [`Client::version`]: what the person approves is what the document says now.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub client_version: Option<String>,
    /// How the client has to authenticate, as it said when the person approved it.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub auth_method: AuthMethod,
    /// Where the answer goes; proven to be the client's.
    #[serde(rename = "r")]
    pub redirect_uri: String,
    /// The client's `state`, returned as it came.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Scopes that will be granted.
    #[serde(rename = "p")]
    pub scopes: Vec<String>,
    /// Whether the first of them was not asked for, see [`scope::grant`].
    #[serde(rename = "t", default, skip_serializing_if = "is_false")]
    pub tools_implied: bool,
    /// Audience of the tokens (RFC 8707).
    #[serde(rename = "a")]
    pub resource: String,
    /// PKCE S256 challenge (RFC 7636).
    #[serde(rename = "h")]
    pub challenge: String,
}

/// Sealed values leave out what is false.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "what serde calls")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// The sealed cookie of an open approval page.
#[derive(Debug, Serialize, Deserialize)]
struct Attempt {
    authorization: Authorization,
    csrf: String,
    expires: u64,
}

/// Why a request failed, and whether its sender may be told by redirect.
enum Refusal {
    /// Client and redirect URI are proven: the client is told.
    Redirect(String, Option<String>, OAuthError),
    /// Anything else is shown to the person and goes nowhere (OAuth 2.1 section 4.1.2.1).
    Page(OAuthError),
}

/// `GET /authorize`, from the client that the adapter found for its `client_id`.
pub fn show(
    gate: &mut Gate<'_>,
    request: &Request<Vec<u8>>,
    client: Result<Client, OAuthError>,
) -> Reply {
    let params = Params::query(request);
    let (client, authorization) = match parse(gate, &params, client) {
        Ok(parsed) => parsed,
        Err(Refusal::Page(error)) => return error_page(&error),
        Err(Refusal::Redirect(uri, state, error)) => {
            let reply = reply::redirect(&error_url(gate, &uri, state.as_deref(), &error));
            return audit::because(reply, error.reason);
        }
    };
    let ask_again = params.get("prompt").is_some_and(|p| p.split(' ').any(|p| p == "consent"));
    if !ask_again && Approvals::read(gate, request.headers()).include(&authorization) {
        gate.log.tell(audit::Kind::Consent, Reason::ConsentRemembered);
        return start_login(gate, Target::Client(authorization));
    }
    approval_page(gate, &client, authorization)
}

fn approval_page(gate: &mut Gate<'_>, client: &Client, authorization: Authorization) -> Reply {
    let id = gate.entropy.token();
    let csrf = gate.entropy.token();
    let mut reply = page::consent(
        gate.config,
        &ConsentPage {
            client_name: &client.registration.name,
            client_uri: client.registration.uri.as_deref(),
            trust: trust(client),
            redirect_uri: &authorization.redirect_uri,
            scopes: authorization
                .scopes
                .iter()
                .map(|scope| scope::in_words(gate.config, scope))
                .collect(),
            attempt: &id,
            csrf: &csrf,
            provider_origin: &gate.provider.authorization_origin(),
        },
    );
    let attempt = Attempt { authorization, csrf: csrf.clone(), expires: gate.now + ATTEMPT_TTL };
    let value = gate.keys.seal(Purpose::Consent, &gate.attempt(&id), &attempt, gate.entropy);
    if value.len() > MAX_COOKIE_VALUE {
        return error_page(&too_long());
    }
    let name = format!("{}{id}", cookie::CONSENT);
    reply.headers_mut().append(SET_COOKIE, cookie::set(&name, &value, ATTEMPT_TTL));
    reply
}

fn trust(client: &Client) -> Trust<'_> {
    match (client.kind(), client.verified_host()) {
        (Kind::Known, _) => Trust::Known,
        (Kind::Document, Some(host)) => Trust::Domain(host),
        _ => Trust::Unverified,
    }
}

/// `POST /authorize`: the person's decision. The request is recovered from the sealed cookie;
/// nothing of it is taken from the form.
pub fn decide(gate: &mut Gate<'_>, request: &Request<Vec<u8>>) -> Reply {
    let (id, attempt, approved) = match read_decision(gate, request) {
        Ok(decision) => decision,
        Err(error) => return error_page(&error),
    };
    let clear = cookie::clear(&format!("{}{id}", cookie::CONSENT));
    gate.log.client(&attempt.authorization.client);
    let mut reply = if approved {
        gate.log.tell(audit::Kind::Consent, Reason::ConsentApproved);
        let approvals = Approvals::read(gate, request.headers());
        let remembered = (gate.config.consent.remember_for > 0)
            .then(|| approvals.with(gate, &attempt.authorization));
        let mut reply = start_login(gate, Target::Client(attempt.authorization));
        if let Some(cookie) = remembered {
            reply.headers_mut().append(SET_COOKIE, cookie);
        }
        reply
    } else {
        gate.log.tell(audit::Kind::Consent, Reason::ConsentDenied);
        let error = OAuthError::new("access_denied", "The request was denied")
            .because(Reason::ConsentDenied);
        reply::redirect(&client_error_url(gate, &attempt.authorization, &error))
    };
    reply.headers_mut().append(SET_COOKIE, clear);
    reply
}

fn read_decision(
    gate: &Gate<'_>,
    request: &Request<Vec<u8>>,
) -> Result<(String, Attempt, bool), OAuthError> {
    if request.headers().get(ORIGIN).is_some_and(|origin| !is_own(gate, origin)) {
        return Err(OAuthError::invalid_request("The form was sent from another site")
            .because(Reason::FormFromAnotherSite));
    }
    let params = Params::form(request)?;
    let id = params.require("attempt")?;
    let expired = || {
        OAuthError::invalid_request(
            "This page has expired, or was opened in another browser; start again from your \
             MCP client",
        )
        .because(Reason::AttemptExpired)
    };
    // The id becomes part of a cookie name; only what we made can be one.
    if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(expired());
    }
    let value =
        cookie::read(request.headers(), &format!("{}{id}", cookie::CONSENT)).ok_or_else(expired)?;
    let attempt: Attempt =
        gate.keys.open(Purpose::Consent, &gate.attempt(id), value).ok_or_else(expired)?;
    if attempt.expires < gate.now {
        return Err(expired());
    }
    if !constant_time_eq(params.require("csrf")?.as_bytes(), attempt.csrf.as_bytes()) {
        return Err(OAuthError::invalid_request("The form does not belong to this page")
            .because(Reason::FormMismatch));
    }
    match params.get("decision") {
        Some("approve") => Ok((id.to_owned(), attempt, true)),
        Some("deny") => Ok((id.to_owned(), attempt, false)),
        _ => Err(OAuthError::invalid_request("decision must be approve or deny")
            .because(Reason::DecisionUnknown)),
    }
}

fn is_own(gate: &Gate<'_>, origin: &HeaderValue) -> bool {
    origin.as_bytes() == gate.origin.as_bytes()
}

/// The refusal of a request of which not everything fits a cookie.
fn too_long() -> OAuthError {
    OAuthError::invalid_request("The request is too long").because(Reason::RequestTooLong)
}

/// Sends the browser to the identity provider. One that cannot be reached is told to the client,
/// which is proven by now, and to whoever reads the page.
pub(crate) fn start_login(gate: &mut Gate<'_>, target: Target) -> Reply {
    let client = match &target {
        Target::Client(authorization) => Some(authorization.clone()),
        Target::Connections => None,
    };
    match (login::start(gate, target), client) {
        (Ok(reply), _) => reply,
        (Err(NotStarted::TooLong), _) => error_page(&too_long()),
        (Err(NotStarted::Unreachable), Some(client)) => {
            let error = login::unreachable();
            refuse_client(&client_error_url(gate, &client, &error), &error)
        }
        (Err(NotStarted::Unreachable), None) => {
            failed(StatusCode::SERVICE_UNAVAILABLE, &login::unreachable())
        }
    }
}

fn parse(
    gate: &Gate<'_>,
    params: &Params,
    client: Result<Client, OAuthError>,
) -> Result<(Client, Authorization), Refusal> {
    let (client, redirect_uri) = prove_redirect(gate, params, client).map_err(Refusal::Page)?;
    gate.log.client(&client.key);
    // A `state` given twice cannot be returned, nor one that does not fit.
    let state = params
        .get("state")
        .filter(|state| state.len() <= MAX_STATE && !params.is_repeated("state"))
        .map(str::to_owned);
    let refuse = |error| Refusal::Redirect(redirect_uri.clone(), state.clone(), error);
    if params.get("state").is_some() && state.is_none() {
        return Err(refuse(
            OAuthError::invalid_request(format!(
                "state must be given once and have at most {MAX_STATE} bytes"
            ))
            .because(Reason::StateUnusable),
        ));
    }
    params.reject_repeated().map_err(refuse)?;
    check_response_type(params).map_err(refuse)?;
    let challenge = challenge(params).map_err(refuse)?;
    let resource = resource(gate, params).map_err(refuse)?;
    let authorization = Authorization {
        client: client.key.clone(),
        client_name: client.registration.name.clone(),
        client_version: client.version().map(str::to_owned),
        auth_method: client.registration.auth_method,
        redirect_uri,
        state,
        scopes: scope::grant(gate.config, params.get("scope")),
        tools_implied: !scope::asks_for_tools(params.get("scope")),
        resource,
        challenge,
    };
    Ok((client, authorization))
}

fn prove_redirect(
    gate: &Gate<'_>,
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
    check_scheme(gate, &client, &redirect_uri)?;
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
fn check_scheme(gate: &Gate<'_>, client: &Client, redirect_uri: &str) -> Result<(), OAuthError> {
    let schemes = &gate.config.registration.redirect_schemes;
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

fn check_response_type(params: &Params) -> Result<(), OAuthError> {
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
fn resource(gate: &Gate<'_>, params: &Params) -> Result<String, OAuthError> {
    Ok(gate.requested_resource(params)?.unwrap_or_else(|| gate.origin.to_owned()))
}

/// The client's redirect URI with an error (OAuth 2.1 section 4.1.2.1, RFC 9207).
pub(crate) fn client_error_url(
    gate: &Gate<'_>,
    authorization: &Authorization,
    error: &OAuthError,
) -> String {
    error_url(gate, &authorization.redirect_uri, authorization.state.as_deref(), error)
}

fn error_url(gate: &Gate<'_>, uri: &str, state: Option<&str>, error: &OAuthError) -> String {
    let text = error.text();
    let mut pairs = vec![("error", error.code), ("error_description", text.as_str())];
    pairs.extend(state.map(|state| ("state", state)));
    pairs.push(("iss", gate.origin));
    with_query(uri, &pairs)
}

/// Appends parameters to a URI that may have some; its own text stays untouched.
pub(crate) fn with_query(uri: &str, pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{query}")
}

fn error_page(error: &OAuthError) -> Reply {
    let reply = page::refusal(
        StatusCode::BAD_REQUEST,
        "This sign-in cannot go on",
        &format!("{} ({}).", error.description, error.code),
        "Nothing was granted. Go back to your MCP client and connect again; if it happens again, \
         remove the server there and add it anew.",
        error.reason.code(),
    );
    audit::because(reply, error.reason)
}

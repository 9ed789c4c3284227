//! OpenID Connect Discovery 1.0: an issuer's own document tells where its endpoints are.

use http::header::ACCEPT;
use http::{Request, Response, StatusCode};
use toolgate_config::{Config, Endpoints as Configured};
use toolgate_policy::Vars;
use url::Url;

use crate::from_json::FromJson;
use crate::paths::OPENID_CONFIGURATION;
use crate::upstream::kept::Kept;
use crate::upstream::provider::{
    ClientAuth, Endpoints, Provider, Settings, SetupError, is_local, is_local_server, name,
    safe_url,
};
use crate::upstream::signature::Algorithm;
use crate::upstream::tokens::printable;

/// The members of the document that we use (Discovery 1.0 section 3).
#[derive(FromJson)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Resolves `[identity]` of `provider = "oidc"`; the endpoints are yet to be discovered.
///
/// # Errors
/// Everything that is missing or unusable, at once.
pub fn resolve(config: &Config, vars: &dyn Vars, origin: &str) -> Result<Provider, SetupError> {
    let mut settings = Settings::new(vars);
    let client_id = settings.read(&config.identity.client_id);
    let client_secret = settings.secret(config);
    let Configured::Discovery(setting) = &config.identity.endpoints else {
        return Err(settings.mismatch());
    };
    let issuer = settings.read(setting);
    if settings.url(&name(setting), &issuer).is_some_and(|url| is_local(&url)) {
        settings.refuse_local(origin);
    }
    settings.finish(Provider {
        client_id,
        client_secret,
        client_auth: config.identity.client_auth,
        issuer,
        endpoints: None,
        kept: Kept::default(),
        peculiarities: None,
    })
}

/// The request for the issuer's document (Discovery 1.0 section 4.1); `None` for an issuer that is
/// no address.
#[must_use]
pub fn request(issuer: &str) -> Option<Request<Vec<u8>>> {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    Request::get(format!("{base}{OPENID_CONFIGURATION}"))
        .header(ACCEPT, "application/json")
        .body(Vec::new())
        .ok()
}

/// Reads the issuer's document (Discovery 1.0 section 4.3). `issuer` is what the document must name.
///
/// # Errors
/// Why it cannot be used, for the log.
pub fn read(issuer: &str, origin: &str, answer: &Response<Vec<u8>>) -> Result<Endpoints, String> {
    if answer.status() != StatusCode::OK {
        return Err(format!("status {}", answer.status()));
    }
    let document: Document = crate::from_json::read_foreign(answer.body())
        .map_err(|_| "not a discovery document: a member is missing or wrong".to_owned())?;
    // Byte for byte: a document that names another issuer may come from an attacker's server.
    if document.issuer != issuer {
        return Err("the document names another issuer".to_owned());
    }
    let url = |name: &str, address: &str| endpoint(origin, address).ok_or_else(|| unusable(name));
    let pkce = document.code_challenge_methods_supported.as_deref();
    if pkce.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
        return Err("the provider does not support PKCE with S256".to_owned());
    }
    check_algorithms(document.id_token_signing_alg_values_supported.as_deref())?;
    Ok(Endpoints {
        authorization_url: url("authorization_endpoint", &document.authorization_endpoint)?,
        token_url: url("token_endpoint", &document.token_endpoint)?,
        jwks_url: Some(url("jwks_uri", &document.jwks_uri)?),
        userinfo_url: match &document.userinfo_endpoint {
            Some(address) => Some(url("userinfo_endpoint", address)?),
            None => None,
        },
        client_auth: client_auth(document.token_endpoint_auth_methods_supported.as_deref())?,
        names_issuer: document.authorization_response_iss_parameter_supported.unwrap_or(false),
    })
}

/// A deployed server never speaks to an address of its own host.
pub(crate) fn endpoint(origin: &str, address: &str) -> Option<Url> {
    safe_url(address).filter(|url| !is_local(url) || is_local_server(origin))
}

fn unusable(name: &str) -> String {
    format!("{name} is not an https URL")
}

/// A provider that signs with none of our algorithms could sign nobody in; better said before
/// somebody tries.
fn check_algorithms(offered: Option<&[String]>) -> Result<(), String> {
    let Some(offered) = offered.filter(|offered| !offered.is_empty()) else { return Ok(()) };
    if offered.iter().any(|name| Algorithm::named(name).is_some()) {
        return Ok(());
    }
    let known = Algorithm::ALL.map(Algorithm::name).join(", ");
    let offered = offered.iter().map(|name| printable(name)).collect::<Vec<_>>().join(", ");
    Err(format!(
        "the provider signs id_tokens with {offered}, of which none is verified here: {known}"
    ))
}

/// `client_secret_basic` where it is among them (OpenID Connect Core section 9); absent means that it
/// is (Discovery 1.0 section 3).
fn client_auth(methods: Option<&[String]>) -> Result<ClientAuth, String> {
    let Some(methods) = methods else { return Ok(ClientAuth::Basic) };
    let has = |name: &str| methods.iter().any(|method| method == name);
    match (has("client_secret_basic"), has("client_secret_post")) {
        (true, _) => Ok(ClientAuth::Basic),
        (false, true) => Ok(ClientAuth::Post),
        (false, false) => {
            Err("the provider accepts neither client_secret_post nor client_secret_basic"
                .to_owned())
        }
    }
}

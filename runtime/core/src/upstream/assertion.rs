//! Cloudflare Access in front of the Worker: each request that Access let through carries its
//! signed assertion.

use http::HeaderMap;
use serde_json::{Map, Value};
use toolgate_config::{Config, Endpoints as Configured};
use toolgate_policy::{Caller, Vars};
use url::Url;

use crate::limits::MAX_ID_TOKEN;
use crate::paths::CALLBACK_PATH;
use crate::scope;
use crate::secret::Secret;
use crate::upstream::claims::read_caller;
use crate::upstream::jwks::Jwks;
use crate::upstream::jwt::{Expected, Prepared, SignedClaims, check_parties, check_times};
use crate::upstream::kept::Kept;
use crate::upstream::provider::{ClientAuth, Endpoints, Provider, Settings, SetupError};
use crate::upstream::rejection::Rejection;
use crate::upstream::signature::Algorithm;

/// The header with the assertion. Access removes one that a client sends; where Access is not in
/// front, nobody can sign one. `Cf-Access-Authenticated-User-Email` has no signature and is ignored.
pub const HEADER: &str = "cf-access-jwt-assertion";

/// Access signs with nothing else.
const ALGORITHMS: [Algorithm; 1] = [Algorithm::Rs256];

/// [`Caller::client_id`] of a caller that Access vouches for: no client of ours is involved.
const CLIENT: &str = "cloudflare-access";

/// Subjects of service tokens, which are nobody's account, start with this.
const SERVICE: &str = "service:";

/// Claims that only Access itself may make.
const IDENTIFYING: [&str; 4] = ["sub", "email", "email_verified", "common_name"];

/// Resolves `[identity]` of `provider = "cloudflare-access-jwt"`.
///
/// # Errors
/// Everything that is missing or unusable, at once.
pub fn resolve(config: &Config, vars: &dyn Vars, origin: &str) -> Result<Provider, SetupError> {
    let mut settings = Settings::new(vars);
    let audience = settings.read(&config.identity.client_id);
    let Configured::Team(team) = &config.identity.endpoints else {
        return Err(settings.mismatch());
    };
    let issuer = format!("https://{team}.cloudflareaccess.com");
    let own = settings.url("the address of this server", &format!("{origin}{CALLBACK_PATH}"));
    let keys = settings.url("team", &format!("{issuer}/cdn-cgi/access/certs"));
    let Some(own) = own else { return Err(SetupError(settings.problems)) };
    settings.finish(Provider {
        client_id: audience,
        client_secret: Secret::new(Vec::new()),
        client_auth: None,
        issuer,
        endpoints: Some(endpoints(own, keys)),
        kept: Kept::default(),
        peculiarities: None,
    })
}

/// Access asks for the sign-in by itself when the browser comes to our own address.
fn endpoints(own: Url, keys: Option<Url>) -> Endpoints {
    Endpoints {
        authorization_url: own.clone(),
        token_url: own,
        jwks_url: keys,
        userinfo_url: None,
        client_auth: ClientAuth::Post,
        names_issuer: false,
    }
}

/// The assertion of a request; `None` when it has none, or more than one.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(HEADER).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().filter(|value| value.len() <= MAX_ID_TOKEN),
        _ => None,
    }
}

/// True if a request claims to have come through Access.
#[must_use]
pub fn is_present(headers: &HeaderMap) -> bool {
    headers.contains_key(HEADER)
}

/// True if a page of another site may have made the browser send this request. Access knows a
/// browser by a cookie, which comes along then, too.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    sites.any(|site| site != "same-origin" && site != "none")
}

/// Finds the key that an assertion says it is signed by.
///
/// # Errors
/// It is not an assertion that can be verified.
pub fn prepare<'a>(keys: &'a Jwks, token: &'a str) -> Result<Prepared<'a>, Rejection> {
    Prepared::by_one_key(keys, &ALGORITHMS, token)
}

/// Checks the claims of an assertion and reads who is calling.
///
/// # Errors
/// The first rule that it breaks.
pub fn verify(
    config: &Config,
    provider: &Provider,
    claims: SignedClaims,
    now: u64,
) -> Result<Caller, Rejection> {
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &provider.client_id,
        required: &["exp", "iss", "aud"],
    };
    let mut claims = check_parties(&expected, claims)?;
    check_times(&claims, u64::from(config.identity.leeway), now)?;
    // Access signs its own session tokens with the same keys; they are not for applications.
    if claims.get("type").is_some_and(|kind| kind != "app") {
        return Err(Rejection::Claim("type"));
    }
    lift_custom(&mut claims);
    let is_service = name_service(&mut claims)?;
    let mut caller = read_caller(config, provider, claims)?;
    if is_service {
        // Whatever a service token says of an address, it is not a person.
        caller.email = None;
        caller.claimed_email = None;
    }
    caller.scopes = vec![scope::TOOLS.to_owned()];
    CLIENT.clone_into(&mut caller.client_id);
    Ok(caller)
}

/// Claims of the identity provider behind Access are in `custom`; policies name them without it.
fn lift_custom(claims: &mut Map<String, Value>) {
    let Some(Value::Object(custom)) = claims.remove("custom") else { return };
    for (name, value) in custom {
        // What Access says itself cannot be replaced, nor who somebody is be said by another.
        if !IDENTIFYING.contains(&name.as_str()) {
            claims.entry(name).or_insert(value);
        }
    }
}

/// A service token has `common_name` and an empty `sub`; it gets a subject that no person can have.
fn name_service(claims: &mut Map<String, Value>) -> Result<bool, Rejection> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let (subject, service) = (text("sub"), text("common_name"));
    match (subject.is_empty(), service.is_empty()) {
        (true, false) => {
            let subject = format!("{SERVICE}{service}");
            claims.insert("sub".to_owned(), subject.into());
            Ok(true)
        }
        (false, _) if !subject.starts_with(SERVICE) => Ok(false),
        _ => Err(Rejection::Claim("sub")),
    }
}

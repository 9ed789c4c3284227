//! Identity Assertion JWT Authorization Grants: the last step of Enterprise-Managed Authorization.
//!
//! The order of the checks is that of the functions here; the adapter goes through them, and does what lies
//! between: authenticating the client, fetching keys, verifying the signature, using the assertion up.

use serde_json::{Map, Value};
use toolgate_config::{Config, Enterprise};
use toolgate_policy::{Arguments, Vars, decide};

use super::checks::{Used, audience, check_times, refuse_bound, resource, seconds, text};
use super::refusal::Refusal;
use super::scopes;
use super::subject::person;
use super::token::Direct;
use crate::audit::Reason;
use crate::limits::ID_JAG_TTL;
use crate::oauth::client::{self, find_known};
use crate::oauth::context::OAuthContext;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::upstream::id_token::Rejection;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::signature::Algorithm;
use crate::upstream::{Prepared, SignedClaims};

/// Claims by which issuers of several tenants name one, the standard's first.
const TENANTS: [&str; 3] = ["tenant", "tid", "hd"];

/// An assertion that passed every check but that it is used for the first time.
#[derive(Debug)]
pub struct Accepted {
    /// What to use up before the token is sent.
    pub used: Used,
    /// The token.
    pub direct: Direct,
}

/// Refuses a client that no `[[enterprise]]` names, and one that proves nothing where it has to.
///
/// # Errors
/// `unauthorized_client`, `invalid_client`.
pub fn admit(config: &Config, client: &Authenticated) -> Result<(), OAuthError> {
    let naming: Vec<&Enterprise> =
        config.enterprise.iter().filter(|issuer| names(issuer, client).is_some()).collect();
    if naming.is_empty() {
        return Err(OAuthError::new(
            "unauthorized_client",
            "This client may not present ID-JAGs here; the server's owner can name it in [[enterprise]]",
        ));
    }
    if naming.iter().any(|issuer| has_proven(issuer, client)) {
        return Ok(());
    }
    Err(unproven())
}

fn has_proven(issuer: &Enterprise, client: &Authenticated) -> bool {
    issuer.allow_public_clients || !client.method.is_none()
}

fn unproven() -> OAuthError {
    OAuthError::invalid_client("This client has to prove itself, by a secret or by private_key_jwt")
        .because(Reason::ClientAuthMethod)
}

/// The id of the client, as the section names it.
fn names<'a>(issuer: &'a Enterprise, client: &Authenticated) -> Option<&'a str> {
    let mut ids = issuer.clients.iter().map(AsRef::as_ref);
    ids.find(|id| client::key(id) == client.key)
}

/// The issuer that an assertion claims to be of, before anybody is asked for keys.
///
/// # Errors
/// It is not one that could be accepted.
pub fn issuer<'a>(
    oauth: &OAuthContext<'a>,
    client: &Authenticated,
    assertion: &str,
) -> Result<&'a Enterprise, Refusal> {
    let token = Unverified::parse(assertion).ok_or(Refusal::Assertion("form"))?;
    if !token.is_id_jag() {
        return Err(Refusal::Assertion("typ"));
    }
    let algorithm = token.algorithm();
    let claims = token.into_claims();
    let claimed = claims.get("iss").and_then(Value::as_str);
    let known = oauth.config.enterprise.iter().find(|known| claimed == Some(&known.issuer));
    // An algorithm that no issuer has is told first: who sent it is not known.
    let fits = |issuer: &Enterprise| algorithm.is_some_and(|one| algorithms(issuer).contains(&one));
    if !oauth.config.enterprise.iter().any(fits) {
        return Err(Refusal::Assertion("alg"));
    }
    // Nobody honours what it issued itself.
    let issuer =
        known.filter(|known| known.issuer != oauth.origin).ok_or(Refusal::Assertion("iss"))?;
    if !fits(issuer) {
        return Err(Refusal::Assertion("alg"));
    }
    if names(issuer, client).is_none() {
        return Err(Refusal::Assertion("iss"));
    }
    if !has_proven(issuer, client) {
        return Err(unproven().into());
    }
    Ok(issuer)
}

fn algorithms(issuer: &Enterprise) -> Vec<Algorithm> {
    named(&issuer.algorithms)
}

/// The algorithms of a list in `mcp.toml`; RS256 where it is empty.
pub(super) fn named(names: &[toolgate_config::Str]) -> Vec<Algorithm> {
    if names.is_empty() {
        return vec![Algorithm::Rs256];
    }
    names.iter().filter_map(|name| Algorithm::named(name)).collect()
}

/// Finds the key that an assertion says it is signed by.
///
/// # Errors
/// There is none, or more than one.
pub fn prepare<'a>(
    issuer: &Enterprise,
    keys: &'a Jwks,
    assertion: &'a str,
) -> Result<Prepared<'a>, Rejection> {
    Prepared::by_one_key(keys, &algorithms(issuer), assertion)
}

/// Checks the claims, and decides on the token.
///
/// # Errors
/// The first rule that the assertion breaks.
pub fn verify(
    oauth: &OAuthContext<'_>,
    vars: &dyn Vars,
    (issuer, client): (&Enterprise, &Authenticated),
    params: &Params,
    claims: SignedClaims,
) -> Result<Accepted, Refusal> {
    let claims = claims.into_inner();
    let (jti, expires) = check_presence(&claims)?;
    let used = Used::new("jag", &issuer.issuer, jti, expires);
    check_audience(oauth, issuer, &claims)?;
    if client::key(text(&claims, "client_id")?) != client.key {
        return Err(Refusal::Assertion("client_id"));
    }
    let resource = resource(oauth, params, claims.get("resource"))?;
    check_times(&claims, ID_JAG_TTL, oauth.now)?;
    check_tenant(issuer, &claims)?;
    let claimed = match claims.get("scope") {
        None => None,
        Some(Value::String(scopes)) => Some(scopes.clone()),
        Some(_) => return Err(Refusal::Assertion("scope")),
    };
    let scopes = scopes::granted(&issuer.scopes, params.get("scope"), claimed.as_deref());
    let mut caller = person(oauth, issuer, claims)?;
    caller.client_id.clone_from(&client.key);
    let id = names(issuer, client).unwrap_or_default();
    caller.client = Some(id.to_owned());
    caller.scopes = scopes.clone().unwrap_or_default();
    if let Some(policy) = &issuer.allow
        && !decide(oauth.config, policy, &caller, Arguments::Unknown, vars).is_allowed()
    {
        return Err(Refusal::Assertion("policy"));
    }
    scopes?;
    let direct = Direct {
        caller,
        client_name: client_name(oauth.config, id),
        client_uri: if id.starts_with("https://") { id.to_owned() } else { String::new() },
        method: client.method,
        resource,
        lifetime: issuer.token_ttl,
        reason: Reason::AssertionRedeemed,
        by: Some(issuer.issuer.to_string()),
    };
    Ok(Accepted { used, direct })
}

/// Everything that has to be there, and nothing that would have to be understood.
fn check_presence(claims: &Map<String, Value>) -> Result<(&str, u64), Refusal> {
    text(claims, "sub")?;
    text(claims, "client_id")?;
    if !claims.contains_key("aud") {
        return Err(Refusal::Assertion("aud"));
    }
    let jti = text(claims, "jti")?;
    seconds(claims, "iat")?;
    refuse_bound(claims)?;
    Ok((jti, seconds(claims, "exp")?))
}

fn check_audience(
    oauth: &OAuthContext<'_>,
    issuer: &Enterprise,
    claims: &Map<String, Value>,
) -> Result<(), Refusal> {
    let audience = audience(claims)?;
    let without_slash = audience.strip_suffix('/').filter(|_| issuer.trailing_slash);
    if audience == oauth.origin || without_slash == Some(oauth.origin) {
        Ok(())
    } else {
        Err(Refusal::Assertion("aud"))
    }
}

/// An issuer of several tenants gives each its own subjects, so one tenant alone is let in.
fn check_tenant(issuer: &Enterprise, claims: &Map<String, Value>) -> Result<(), Refusal> {
    let wrong = Err(Refusal::Assertion("tenant"));
    let Some(tenant) = issuer.tenant.as_deref() else {
        return if claims.contains_key(TENANTS[0]) { wrong } else { Ok(()) };
    };
    let told = TENANTS.iter().find_map(|name| claims.get(*name));
    if told.and_then(Value::as_str) == Some(tenant) { Ok(()) } else { wrong }
}

fn client_name(config: &Config, id: &str) -> String {
    find_known(config, id).map_or_else(|| id.to_owned(), |known| known.name.to_string())
}

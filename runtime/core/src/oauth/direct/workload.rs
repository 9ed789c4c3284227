//! Workload identity: a job comes with the token of the platform that runs it (RFC 7523 section 2.1).
//!
//! Two trusts are needed: in the issuer, and in the one job whose claims `when` describes.

use serde_json::Value;
use toolgate_config::Workload;
use toolgate_config::names::WORKLOAD_SUBJECT;
use toolgate_policy::Caller;
use toolgate_policy::known::Known;

use super::checks::{Used, audience, check_times, refuse_bound, resource, seconds, text};
use super::id_jag::named;
use super::refusal::Refusal;
use super::scopes;
use super::token::Direct;
use crate::audit::Reason;
use crate::limits::WORKLOAD_TTL;
use crate::oauth::client::AuthMethod;
use crate::oauth::context::OAuthContext;
use crate::oauth::params::Params;
use crate::upstream::id_token::Rejection;
use crate::upstream::jwks::Jwks;
use crate::upstream::jws::Unverified;
use crate::upstream::{Prepared, SignedClaims};

/// [`Caller::client_id`] of a workload: no client of ours is involved.
const CLIENT: &str = "workload";

/// A token of a platform that passed every check.
#[derive(Debug)]
pub struct Accepted {
    /// What to use up before the token is sent, where each is good for one exchange.
    pub used: Option<Used>,
    /// The token.
    pub direct: Direct,
}

/// The first workload of the issuer that an assertion claims to be of, before anybody is asked for keys. All
/// workloads of one issuer have the same keys.
///
/// # Errors
/// There is none.
pub fn issuer<'a>(oauth: &OAuthContext<'a>, assertion: &str) -> Result<&'a Workload, Refusal> {
    let token = Unverified::parse(assertion).ok_or(Refusal::Assertion("form"))?;
    if token.is_id_jag() {
        return Err(Refusal::Assertion("typ"));
    }
    let claims = token.into_claims();
    let claimed = claims.get("iss").and_then(Value::as_str);
    let mut known = oauth.config.workloads.iter();
    let found = known.find(|known| claimed == Some(&known.issuer) && known.issuer != oauth.origin);
    found.ok_or(Refusal::Assertion("iss"))
}

/// Finds the key that an assertion says it is signed by.
///
/// # Errors
/// There is none, or more than one.
pub fn prepare<'a>(
    workload: &Workload,
    keys: &'a Jwks,
    assertion: &'a str,
) -> Result<Prepared<'a>, Rejection> {
    Prepared::by_one_key(keys, &named(&workload.algorithms), assertion)
}

/// Checks the claims, finds the workload that they are of, and decides on its token.
///
/// # Errors
/// The first rule that the assertion breaks.
pub fn verify(
    oauth: &OAuthContext<'_>,
    issuer: &str,
    params: &Params,
    claims: SignedClaims,
) -> Result<Accepted, Refusal> {
    let claims = claims.into_inner();
    text(&claims, "sub")?;
    refuse_bound(&claims)?;
    let audience = audience(&claims)?;
    let of_issuer = || oauth.config.workloads.iter().filter(|workload| workload.issuer == issuer);
    if !of_issuer().any(|workload| workload.audience.iter().any(|one| one == audience)) {
        return Err(Refusal::Assertion("aud"));
    }
    check_times(&claims, WORKLOAD_TTL, oauth.now)?;
    let is_meant = |workload: &&Workload| {
        workload.audience.iter().any(|one| one == audience)
            && toolgate_policy::holds_for(&workload.when, &claims)
    };
    let workload = of_issuer().find(is_meant).ok_or(Refusal::Assertion("when"))?;
    let used = match workload.single_use {
        false => None,
        true => {
            let (jti, expires) = (text(&claims, "jti")?, seconds(&claims, "exp")?);
            Some(Used::new("workload", issuer, jti, expires))
        }
    };
    let resource = resource(oauth, params, None)?;
    let scopes = scopes::granted(&workload.scopes, params.get("scope"), None)?;
    let caller = Caller {
        subject: [WORKLOAD_SUBJECT, &workload.name].concat(),
        scopes,
        client_id: CLIENT.to_owned(),
        known: Known::nothing(),
        ..Caller::default()
    };
    let direct = Direct {
        caller,
        client_name: workload.name.to_string(),
        client_uri: String::new(),
        method: AuthMethod::None,
        resource,
        lifetime: workload.token_ttl,
        reason: Reason::WorkloadIdentified,
        by: Some(workload.name.to_string()),
    };
    Ok(Accepted { used, direct })
}

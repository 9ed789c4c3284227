//! Subjects of an ID-JAG: the same person as after a sign-in where the issuer signs people in, and nobody else's
//! where another issuer does.

use serde_json::{Map, Value};
use toolgate_config::Enterprise;
use toolgate_config::names::ISSUER_SEPARATOR;
use toolgate_policy::Caller;
use toolgate_policy::known::Digests;

use super::refusal::Refusal;
use crate::oauth::context::OAuthContext;
use crate::upstream::claims::read_caller;
use crate::upstream::provider::Provider;

/// Claims of which a person's identity is made, whatever an issuer may say besides.
const IDENTITY: [&str; 4] = ["sub", "email", "email_verified", "name"];

/// The caller of an ID-JAG of this issuer. The key is the issuer and its `sub`; an address is data, and no key.
///
/// # Errors
/// The claims cannot be read.
pub(super) fn person(
    oauth: &OAuthContext<'_>,
    issuer: &Enterprise,
    mut claims: Map<String, Value>,
) -> Result<Caller, Refusal> {
    let is_own = issuer.issuer == oauth.provider.issuer;
    if !is_own {
        let vouches = vouches(issuer, &claims);
        claims.retain(|name, _| issuer.claims || IDENTITY.contains(&name.as_str()));
        claims.insert("email_verified".to_owned(), vouches.into());
    }
    // About the grant, and not about the person.
    for name in ["client_id", "resource", "scope", "act"] {
        claims.remove(name);
    }
    // What is peculiar to the provider that signs people in is not so of another.
    let other = (!is_own).then(|| Provider { peculiarities: None, ..oauth.provider.clone() });
    let mut caller = read_caller(oauth.config, other.as_ref().unwrap_or(oauth.provider), claims)?;
    if !is_own {
        caller.subject = [&issuer.issuer, ISSUER_SEPARATOR, &caller.subject].concat();
    }
    // An ID-JAG has few claims. One that it leaves out may well be there: a policy that asks for its absence
    // must not take this for an answer.
    let told = caller.claims.keys().map(|name| [name.clone()]);
    caller.known.claims = Some(Digests::of(told));
    Ok(caller)
}

/// True if the address is at a domain that the issuer vouches for, and it does not say that it is unproven.
fn vouches(issuer: &Enterprise, claims: &Map<String, Value>) -> bool {
    let address = claims.get("email").and_then(Value::as_str).unwrap_or_default();
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let is_proven = match claims.get("email_verified") {
        None => true,
        Some(Value::String(text)) => text == "true",
        Some(claim) => *claim == Value::Bool(true),
    };
    is_proven && issuer.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
}

//! Who somebody is, by the claims of a verified token or of the userinfo endpoint.

use serde_json::{Map, Value};
use toolgate_config::{Config, Provider as Kind, TECHNICAL_CLAIMS};

use crate::access::jwt::Rejection;
use crate::caller::Caller;
use crate::limits::{MAX_CLAIMS, MAX_GROUPS};

/// Reads who the claims are about.
pub(crate) fn read_caller(
    config: &Config,
    mut claims: Map<String, Value>,
) -> Result<Caller, Rejection> {
    for name in TECHNICAL_CLAIMS {
        claims.remove(name);
    }
    let mut text = |name: &str| match claims.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let subject = text("sub").ok_or(Rejection::Claim("sub"))?;
    let (email, name) = (text("email"), text("name"));
    let email_verified = is_verified(config.identity.provider, claims.remove("email_verified"));
    let groups: Vec<String> = match claims.remove(&*config.identity.groups_claim) {
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    };
    bounded(Caller { subject, email, email_verified, name, groups, claims, ..Caller::default() })
}

/// Whether the address is proven to be the person's. Access lets nobody sign in with an address of
/// somebody else and sends no such claim, so its absence counts as a yes there. Of another provider
/// nothing is known: some let people write any address into their profile, so only `true` is a yes
/// (OpenID Connect Core section 5.7).
fn is_verified(provider: Kind, claim: Option<Value>) -> bool {
    match claim {
        None => provider != Kind::Oidc,
        Some(claim) => claim == Value::Bool(true),
    }
}

/// Claims travel in every access token: more than fits is refused, never cut silently.
pub(crate) fn bounded(caller: Caller) -> Result<Caller, Rejection> {
    let size = serde_json::to_string(&caller.claims).map_or(usize::MAX, |text| text.len());
    if caller.groups.len() > MAX_GROUPS || size > MAX_CLAIMS {
        return Err(Rejection::TooLarge);
    }
    Ok(caller)
}

//! Identity of a person, by the claims of a verified token or of the userinfo endpoint.

use serde_json::{Map, Value};
use toolgate_config::{Config, GroupsFormat, Protocol, TECHNICAL_CLAIMS};
use toolgate_policy::Caller;
use toolgate_policy::known::{Known, Told};
use url::Url;

use crate::upstream::provider::{Provider, is_local};
use crate::upstream::rejection::Rejection;

/// Claims by which a provider says that it has more groups than it sends (distributed claims,
/// OpenID Connect Core section 5.6.2, and a short form of Microsoft Entra ID for `groups`).
pub(crate) const DISTRIBUTED: &str = "_claim_names";
pub(crate) const HAS_GROUPS: &str = "hasgroups";

/// Domain of Cloudflare Access.
const ACCESS: &str = ".cloudflareaccess.com";

/// Reads who the claims are about, and keeps of it what the server looks at.
pub(crate) fn read_caller(
    config: &Config,
    provider: &Provider,
    mut claims: Map<String, Value>,
) -> Result<Caller, Rejection> {
    if let Some(known) = provider.peculiarities {
        (known.standard)(config, provider, &mut claims)?;
    }
    for name in TECHNICAL_CLAIMS {
        claims.remove(name);
    }
    let mut text = |name: &str| match claims.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let subject = text("sub").filter(|subject| !is_reserved(config, subject));
    let subject = subject.ok_or(Rejection::Claim("sub"))?;
    let (address, name) = (text("email"), text("name"));
    let (email, claimed_email) = if is_verified(provider, config, claims.remove("email_verified")) {
        (address, None)
    } else {
        (None, address)
    };
    let (groups, told) = read_groups(config, &mut claims);
    let known = Known { told, ..Known::default() };
    let caller =
        Caller { subject, email, claimed_email, name, groups, claims, known, ..Caller::default() };
    provider.kept.narrow(config, caller)
}

/// True for a subject that this server gives to machines, or to people of other issuers: nobody may sign in as one
/// of them.
fn is_reserved(config: &Config, subject: &str) -> bool {
    config.reserved_subjects.iter().any(|start| subject.starts_with(start.as_ref()))
}

/// True if the address is proven to be the person's. Access lets nobody sign in with an address of
/// somebody else and sends no such claim, so its absence counts as a yes of Access itself, and of
/// the dev identity provider. Of another provider nothing is known: some let people write any
/// address into their profile, so only a yes is one (OpenID Connect Core section 5.7), which some
/// write as text, unless `trust_email` says that the provider's silence is one, too.
fn is_verified(provider: &Provider, config: &Config, claim: Option<Value>) -> bool {
    match claim {
        None => {
            config.identity.trust_email
                || config.identity.provider.protocol() != Protocol::OpenIdConnect
                    && is_access(provider)
        }
        Some(Value::String(text)) => text == "true",
        Some(claim) => claim == Value::Bool(true),
    }
}

/// True if Cloudflare Access, or a provider on this very machine, signs and names itself as issuer.
fn is_access(provider: &Provider) -> bool {
    let is_access =
        |url: &Url| url.host_str().is_some_and(|host| host.ends_with(ACCESS)) || is_local(url);
    let keys = provider.endpoints.as_ref().and_then(|endpoints| endpoints.jwks_url.as_ref());
    keys.is_some_and(is_access) && Url::parse(&provider.issuer).is_ok_and(|url| is_access(&url))
}

/// The groups, where every one of them can be read: part of them would let people in under `not`.
fn read_groups(config: &Config, claims: &mut Map<String, Value>) -> (Vec<String>, Told) {
    let identity = &config.identity;
    let found = take(claims, &identity.groups_claim);
    if has_more(&identity.groups_claim, claims) {
        return (Vec::new(), Told::More);
    }
    match found {
        None | Some(Value::Null) => (Vec::new(), Told::Whole),
        Some(Value::String(text)) if text.is_empty() => (Vec::new(), Told::Whole),
        Some(Value::String(text)) => {
            if identity.groups_format == GroupsFormat::Text && is_one(&text) {
                (vec![text], Told::Whole)
            } else {
                (Vec::new(), Told::Text)
            }
        }
        Some(Value::Array(items)) => {
            let member = identity.groups_member.as_deref();
            let names: Option<Vec<String>> =
                items.into_iter().map(|item| group_name(item, member)).collect();
            names.map_or((Vec::new(), Told::Entry), |names| (names, Told::Whole))
        }
        Some(_) => (Vec::new(), Told::Form),
    }
}

/// Takes out what is at a path: a claim, and members inside of it, each in a line.
fn take(claims: &mut Map<String, Value>, path: &str) -> Option<Value> {
    match path.split_once('\n') {
        None => claims.remove(path),
        Some((claim, inner)) => take(claims.get_mut(claim)?.as_object_mut()?, inner),
    }
}

/// Puts the groups of a person where they are read from.
pub(crate) fn put_groups(config: &Config, claims: &mut Map<String, Value>, groups: Value) {
    let mut names: Vec<&str> = config.identity.groups_path().collect();
    let claim = names.remove(0);
    let inside = names
        .into_iter()
        .rev()
        .fold(groups, |value, name| Value::Object(Map::from_iter([(name.to_owned(), value)])));
    claims.insert(claim.to_owned(), inside);
}

/// True if the provider says that it has more groups than it sends.
pub(crate) fn has_more(claim: &str, claims: &Map<String, Value>) -> bool {
    let elsewhere = match claims.get(DISTRIBUTED) {
        None | Some(Value::Null) => false,
        Some(Value::Object(names)) => names.contains_key(claim),
        Some(_) => true,
    };
    let short = claim == "groups"
        && match claims.get(HAS_GROUPS) {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(claim) => claim != "false",
        };
    elsewhere || short
}

/// The name of a group: plain text, or what the configured member of an object says.
fn group_name(item: Value, member: Option<&str>) -> Option<String> {
    let name = match (item, member) {
        (Value::Object(mut members), Some(member)) => members.remove(member)?,
        (item, _) => item,
    };
    match name {
        Value::String(name) if is_name(&name) => Some(name),
        _ => None,
    }
}

/// As `mcp.toml` can write it.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.chars().any(char::is_control)
}

/// One name, as AD FS sends it, and no list that was written as text.
fn is_one(text: &str) -> bool {
    is_name(text) && !text.starts_with(['[', '{']) && !text.contains([',', ';', '|'])
}

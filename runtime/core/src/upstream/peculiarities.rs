//! Peculiarities of certain providers' tokens, which are brought into the form of OpenID Connect before
//! anything else looks at them.

use std::borrow::Cow;

use serde_json::{Map, Value};
use toolgate_config::Config;

use crate::upstream::jwt::SignedClaims;
use crate::upstream::provider::Provider;
use crate::upstream::rejection::Rejection;

/// Rewrites the claims of a person, by the configuration and the provider that it was resolved to.
pub type Standard = fn(&Config, &Provider, &mut Map<String, Value>) -> Result<(), Rejection>;

/// The peculiarities of one provider.
#[derive(Debug)]
pub struct Peculiarities {
    /// The issuer that an id_token with these claims must name.
    pub issuer: for<'a> fn(&Config, &'a Provider, &SignedClaims) -> Result<Cow<'a, str>, Rejection>,
    /// Refuses people of others, and writes the claims of a person as OpenID Connect has them.
    pub standard: Standard,
}

/// Amazon Cognito: the access token is a JWT of the same issuer, with the client's id in another claim.
pub static COGNITO: Peculiarities = Peculiarities {
    issuer: |_, provider, claims| match claims.text("token_use") {
        Some("id") => as_configured(provider),
        _ => Err(Rejection::Claim("token_use")),
    },
    standard: |_, _, _| Ok(()),
};

/// GitLab: `sub` is a number in some releases.
pub static GITLAB: Peculiarities = Peculiarities {
    issuer: |_, provider, _| as_configured(provider),
    standard: |_, _, claims| {
        if let Some(number) = claims.get("sub").and_then(Value::as_u64) {
            claims.insert("sub".to_owned(), number.to_string().into());
        }
        Ok(())
    },
};

/// Microsoft Entra ID.
pub static ENTRA: Peculiarities = Peculiarities { issuer: entra_issuer, standard: entra };

/// Google.
pub static GOOGLE: Peculiarities = Peculiarities { issuer: google_issuer, standard: google };

fn as_configured(provider: &Provider) -> Result<Cow<'_, str>, Rejection> {
    Ok(Cow::Borrowed(&provider.issuer))
}

/// The place of a tenant in the issuer of Entra's documents for several tenants.
const TENANT_ID: &str = "{tenantid}";

/// Tenants that stand for many.
const SEVERAL: [&str; 2] = ["/organizations/", "/common/"];

/// The issuer that Entra's discovery document names: for several tenants a pattern.
#[must_use]
pub fn entra_document_issuer(issuer: &str) -> Cow<'_, str> {
    match SEVERAL.iter().find(|several| issuer.contains(**several)) {
        Some(several) => issuer.replacen(several, &format!("/{TENANT_ID}/"), 1).into(),
        None => issuer.into(),
    }
}

/// The tenant must be in the allow-list, or be that of the issuer.
fn entra_issuer<'a>(
    config: &Config,
    provider: &'a Provider,
    claims: &SignedClaims,
) -> Result<Cow<'a, str>, Rejection> {
    let tenant = claims.text("tid").ok_or(Rejection::Claim("tid"))?;
    if !is_ours(config, provider, tenant) {
        return Err(Rejection::Organization);
    }
    Ok(match entra_document_issuer(&provider.issuer) {
        Cow::Owned(pattern) => pattern.replace(TENANT_ID, tenant).into(),
        same => same,
    })
}

fn is_ours(config: &Config, provider: &Provider, tenant: &str) -> bool {
    let tenants = &config.identity.organizations;
    if tenants.is_empty() {
        provider.issuer.split('/').any(|part| part == tenant)
    } else {
        tenants.iter().any(|known| known == tenant)
    }
}

/// The stable id is the person's object in their tenant, as MSAL writes it: `sub` is another one for each
/// application. An address is a free text of the directory, proven only where `xms_edov` says that its domain's
/// owner vouches for it.
fn entra(
    config: &Config,
    provider: &Provider,
    claims: &mut Map<String, Value>,
) -> Result<(), Rejection> {
    let text = |name: &'static str| match claims.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.as_str()),
        _ => Err(Rejection::Claim(name)),
    };
    let (object, tenant) = (text("oid")?, text("tid")?);
    if !is_ours(config, provider, tenant) {
        return Err(Rejection::Organization);
    }
    let subject = format!("{object}.{tenant}");
    claims.insert("sub".to_owned(), subject.into());
    if let Some(owned) = claims.get("xms_edov").map(is_yes)
        && claims.get("email_verified").is_none_or(Value::is_null)
    {
        claims.insert("email_verified".to_owned(), owned.into());
    }
    Ok(())
}

/// Entra writes this truth in several forms.
fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_u64() == Some(1),
        Value::String(text) => matches!(text.as_str(), "1" | "true"),
        _ => false,
    }
}

/// Google's tokens may leave out the scheme (Google Identity, "Validating an ID token").
fn google_issuer<'a>(
    _: &Config,
    provider: &'a Provider,
    claims: &SignedClaims,
) -> Result<Cow<'a, str>, Rejection> {
    let bare = provider.issuer.strip_prefix("https://").unwrap_or(&provider.issuer);
    Ok(Cow::Borrowed(if claims.text("iss") == Some(bare) { bare } else { &provider.issuer }))
}

/// An address is proven where Google itself has it: in a domain of Workspace, or at Gmail. Anybody can have an
/// account of Google with an address elsewhere, and lose that address later.
fn google(config: &Config, _: &Provider, claims: &mut Map<String, Value>) -> Result<(), Rejection> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let (domain, address) = (text("hd"), text("email"));
    let domains = &config.identity.organizations;
    if !domains.is_empty() && !domains.iter().any(|known| known.eq_ignore_ascii_case(domain)) {
        return Err(Rejection::Organization);
    }
    let is_google =
        !domain.is_empty() || address.rsplit_once('@').is_some_and(|(_, host)| host == "gmail.com");
    if !is_google {
        claims.insert("email_verified".to_owned(), false.into());
    }
    Ok(())
}

//! Keys of `[identity]` that certain OpenID providers have: the parts of their issuer, and whose people may
//! sign in.

use std::borrow::Cow;

use super::setting::setting_of;
use super::text::{domain, owned};
use super::url::issuer as checked_issuer;
use super::value::{Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Identity, List, Setting, Str};
use crate::provider::{IssuerKey, Provider};

/// Tenants of Entra that stand for many: only an allow-list makes one safe.
const SEVERAL: [&str; 2] = ["organizations", "common"];

/// Parts of an issuer of Entra that is for people of more than one organization.
const OF_MANY: [&str; 4] = ["organizations", "common", "consumers", "{tenantid}"];

/// The tenant of personal accounts, which anybody can make.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The issuer by its template, or as the file has it.
pub(super) fn issuer(
    section: &Section<'_, '_>,
    template: &str,
    keys: &[IssuerKey],
) -> Option<Setting> {
    if let Some(value) = section.get("issuer") {
        let mut alone = true;
        for key in keys {
            let Some(entry) = section.entry(key.name) else { continue };
            let message = format!("`{}` and `issuer` exclude each other", key.name);
            let help = "the issuer is built from it: keep one of them";
            section.report(entry.key_span, Fault::new(Code::ConflictingKeys, message, help));
            alone = false;
        }
        return setting_of(&value, checked_issuer).filter(|_| alone);
    }
    let mut address = Some(template.to_owned());
    for key in keys {
        let value = part(section, key);
        address = address.zip(value).map(|(address, value)| filled(&address, key.name, &value));
    }
    Some(Setting::Literal(Cow::Owned(address?)))
}

/// The value of a part of the issuer.
fn part(section: &Section<'_, '_>, key: &IssuerKey) -> Option<Str> {
    if let (None, Some(default)) = (section.get(key.name), key.default) {
        return Some(Cow::Borrowed(default));
    }
    let check = match key.name {
        "tenant" => tenant,
        "user_pool" => user_pool,
        "domain" => domain,
        _ => segment,
    };
    section.require(key.name, key.help)?.text(check)
}

fn filled(address: &str, key: &str, value: &str) -> String {
    let text = match key {
        "authorization_server" if !value.is_empty() => format!("/oauth2/{value}"),
        _ => value.to_owned(),
    };
    let address = address.replace(&format!("{{{key}}}"), &text);
    // A user pool's id begins with its region.
    let region = value.split('_').next().unwrap_or_default();
    address.replace("{region}", if key == "user_pool" { region } else { "{region}" })
}

/// The organizations whose people may sign in, and whether addresses are trusted.
pub(super) fn people(
    section: &Section<'_, '_>,
    provider: Provider,
) -> (Option<List<Str>>, Option<bool>) {
    let organizations = match provider {
        Provider::Entra => tenants(section),
        Provider::Google => {
            section.get("hosted_domains").map_or(Some(List::default()), |value| value.texts(domain))
        }
        _ => Some(List::default()),
    };
    let trusts = Identity::trust_email(section);
    let is_of_many = |key: &str| {
        let text = section.get(key).and_then(|value| value.raw().as_str());
        text.is_some_and(|text| text.split('/').any(|part| OF_MANY.contains(&part)))
    };
    if let Some(entry) = section.entry("trust_email")
        && trusts == Some(true)
        && (is_of_many("tenant") || is_of_many("issuer"))
    {
        let message = "`trust_email` is not for several tenants";
        let help = "remove it: an administrator of any of them can write any address into an account; \
                    an address counts where the token has `xms_edov`";
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
        return (organizations, None);
    }
    (organizations, trusts)
}

/// The allow-list of an issuer for several tenants, which is required there and does nothing elsewhere.
fn tenants(section: &Section<'_, '_>) -> Option<List<Str>> {
    let is_several = section
        .get("tenant")
        .and_then(|value| value.raw().as_str())
        .is_some_and(|text| SEVERAL.contains(&text));
    match section.entry("tenants") {
        None if is_several => {
            section.require(
                "tenants",
                "`tenant` stands for every organization: name those whose people may \
                sign in: `tenants = [\"11111111-2222-3333-4444-555555555555\"]`",
            )?;
            None
        }
        None => Some(List::default()),
        Some(entry) if !is_several => {
            let message = "`tenants` is for `tenant = \"organizations\"`";
            let help = "remove it: people of the one tenant alone can sign in";
            entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
            None
        }
        Some(entry) => entry.value.texts(tenant_id),
    }
}

/// Further parameters of the sign-in. Google shows accounts of one domain first where it is told (OpenID Connect of
/// Google, parameter `hd`); that it is one of ours is seen in the token.
pub(super) fn parameters(provider: Provider, organizations: &[Str]) -> Str {
    let fixed = provider.facts().id_tokens.parameters;
    match organizations {
        [domain] if provider == Provider::Google => format!("{fixed}\nhd {domain}").into(),
        _ => Cow::Borrowed(fixed),
    }
}

fn tenant(text: &str) -> Result<Str, Fault> {
    if SEVERAL.contains(&text) { Ok(owned(text)) } else { tenant_id(text) }
}

/// The id of a tenant, as tokens have it: lower-case hexadecimal with hyphens.
fn tenant_id(text: &str) -> Result<Str, Fault> {
    let lengths = text.split('-').map(str::len);
    let is_id = lengths.eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    if text == CONSUMERS {
        let message = "this is the tenant of personal Microsoft accounts, which anybody can make";
        let help = "name the tenant of an organization";
        return Err(Fault::new(Code::InvalidText, message, help));
    }
    if is_id {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not the id of a tenant", shown(text));
    let help = "write the Directory (tenant) ID in lower case, for example \
                `11111111-2222-3333-4444-555555555555`: tokens have it in this form";
    Err(Fault::new(Code::InvalidText, message, help))
}

/// One segment of a path, in characters that no address has to encode (RFC 3986 section 2.3).
fn segment(text: &str) -> Result<Str, Fault> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if !text.is_empty() && text.bytes().all(is_plain) && !matches!(text, "." | "..") {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a part of an address", shown(text));
    let help = "write it as it stands in the issuer, without slashes; for another form write the whole `issuer`";
    Err(Fault::new(Code::InvalidText, message, help))
}

fn user_pool(text: &str) -> Result<Str, Fault> {
    let is_id = text.split_once('_').is_some_and(|(region, id)| {
        let is_region = region.split('-').count() >= 3
            && region.split('-').all(|part| !part.is_empty())
            && region.bytes().all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit());
        is_region && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if is_id {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not the id of a user pool", shown(text));
    let help = "write the User pool ID, for example `eu-central-1_AbCdEfGhI`";
    Err(Fault::new(Code::InvalidText, message, help))
}

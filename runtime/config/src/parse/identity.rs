//! `[identity]`: who signs people in.

use std::borrow::Cow;

use toml::de::DeValue;

use super::sections::duration_of;
use super::text::{exact, is_label, is_variable_name, owned, scope, variable_name};
use super::url::{address, endpoint};
use super::value::{Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Endpoints, Identity, Provider, Setting, Str};

/// Limits of `leeway`: clocks of servers rarely differ by more than a minute; five minutes is the
/// most that a short-lived id_token can bear.
const LEEWAY: (u32, u32) = (0, 300);

/// The keys that give each address by itself, and the variable that each comes from by default.
const ADDRESSES: [(&str, &str); 3] = [
    ("authorization_url", "ACCESS_AUTHORIZATION_URL"),
    ("token_url", "ACCESS_TOKEN_URL"),
    ("jwks_url", "ACCESS_JWKS_URL"),
];

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Identity> {
    let provider = match section.get("provider") {
        Some(value) => value.text(provider),
        None => Some(Provider::CloudflareAccess),
    };
    let client_id = setting(section, "client_id", "ACCESS_CLIENT_ID", exact);
    let client_secret = secret(section, "client_secret", "ACCESS_CLIENT_SECRET");
    let endpoints = endpoints(section);
    let issuer = match section.get("issuer") {
        Some(value) => setting_of(&value, address).map(Some),
        None => Some(None),
    };
    let scopes = scopes(section);
    let groups_claim = match section.get("groups_claim") {
        Some(value) => value.text(exact),
        None => Some(Cow::Borrowed("groups")),
    };
    let leeway = duration_of(section, "leeway", 60, LEEWAY);
    Some(Identity {
        provider: provider?,
        client_id: client_id?,
        client_secret: client_secret?,
        endpoints: endpoints?,
        issuer: issuer?,
        scopes: scopes?,
        groups_claim: groups_claim?,
        leeway: leeway?,
    })
}

fn provider(text: &str) -> Result<Provider, Fault> {
    match text {
        "cloudflare-access" => Ok(Provider::CloudflareAccess),
        "dev" => Ok(Provider::Dev),
        other => {
            let message = format!("unsupported identity provider `{}`", shown(other));
            let help = "supported: `cloudflare-access`, `dev`";
            Err(Fault::new(Code::UnsupportedValue, message, help))
        }
    }
}

fn endpoints(section: &Section<'_, '_>) -> Option<Endpoints> {
    let Some(team_value) = section.get("team") else {
        let read = ADDRESSES.map(|(key, variable)| setting(section, key, variable, endpoint));
        let [authorization_url, token_url, jwks_url] = read;
        return Some(Endpoints::Urls {
            authorization_url: authorization_url?,
            token_url: token_url?,
            jwks_url: jwks_url?,
        });
    };
    let mut alone = true;
    for (key, _) in ADDRESSES {
        let Some(entry) = section.entry(key) else { continue };
        let message = format!("`{key}` and `team` exclude each other");
        let help = "`team` stands for all three addresses: keep it, or write the three addresses";
        section.report(entry.key_span, Fault::new(Code::ConflictingKeys, message, help));
        alone = false;
    }
    let team = team_value.text(team)?;
    alone.then_some(Endpoints::Team(team))
}

/// The team's name is the first label of `<team>.cloudflareaccess.com`.
fn team(text: &str) -> Result<Str, Fault> {
    if is_label(text) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not the name of an Access team", shown(text));
    let help = "write the part before `.cloudflareaccess.com`, for example `acme`";
    Err(Fault::new(Code::InvalidText, message, help))
}

fn scopes(section: &Section<'_, '_>) -> Option<Cow<'static, [Str]>> {
    let Some(value) = section.get("scopes") else {
        const DEFAULT: &[Str] =
            &[Cow::Borrowed("openid"), Cow::Borrowed("email"), Cow::Borrowed("profile")];
        return Some(Cow::Borrowed(DEFAULT));
    };
    let scopes = value.texts(scope)?;
    if !scopes.iter().any(|scope| scope == "openid") {
        let message = "`identity.scopes` lacks `openid`";
        let help = "without it the provider sends no id_token, and nobody can sign in";
        value.report(Fault::new(Code::InvalidScope, message, help));
        return None;
    }
    Some(scopes)
}

/// A setting: text that passes the check, or the variable it comes from.
fn setting(
    section: &Section<'_, '_>,
    key: &str,
    default_variable: &'static str,
    check: fn(&str) -> Result<Str, Fault>,
) -> Option<Setting> {
    match section.get(key) {
        Some(value) => setting_of(&value, check),
        None => Some(Setting::Var(Cow::Borrowed(default_variable))),
    }
}

fn setting_of(value: &Value<'_, '_>, check: fn(&str) -> Result<Str, Fault>) -> Option<Setting> {
    match value.raw() {
        DeValue::String(_) => value.text(check).map(Setting::Literal),
        DeValue::Table(_) => variable(value)?.text(variable_name).map(Setting::Var),
        _ => value.wrong_type(
            "a string or `{ var = \"NAME\" }`",
            "write the value in double quotes, or name the Worker variable that holds it",
        ),
    }
}

/// The value of `var` in `{ var = "NAME" }`.
fn variable<'a, 'i>(value: &Value<'a, 'i>) -> Option<Value<'a, 'i>> {
    let table = value.open(value.span())?;
    table.refuse_unknown(&["var"]);
    table.get("var").or_else(|| {
        let message = format!("`{}` names no variable", value.path);
        value.report(Fault::new(Code::MissingKey, message, "write `{ var = \"NAME\" }`"));
        None
    })
}

/// The name of a Worker secret. Anything that could be the secret itself is refused unseen.
pub(crate) fn secret(
    section: &Section<'_, '_>,
    key: &str,
    default_variable: &'static str,
) -> Option<Str> {
    let Some(value) = section.get(key) else { return Some(Cow::Borrowed(default_variable)) };
    let literal = |value: &Value<'_, '_>, message: String| {
        let help = format!(
            "keep the value in a Worker secret and name it here: `{key} = {{ var = \"{default_variable}\" }}`\n\
             a secret that was committed once must be replaced"
        );
        value.report(Fault::new(Code::LiteralSecret, message, help));
        None
    };
    if !matches!(value.raw(), DeValue::Table(_)) {
        return literal(&value, format!("`{}` is written in the file", value.path));
    }
    let variable = variable(&value)?;
    match variable.raw() {
        DeValue::String(name) if is_variable_name(name) => Some(owned(name)),
        _ => literal(&variable, format!("`{}` is not a name of a Worker secret", variable.path)),
    }
}

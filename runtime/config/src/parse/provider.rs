//! The identity providers, and which keys of `[identity]` belong to which.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::choice;
use super::kind::ValueKind;
use super::schema::shape;
use super::value::{Section, Value, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{List, Provider};

use Provider::{CloudflareAccess, CloudflareAccessJwt, Dev, GitHub, Oidc};

/// The keys that not every provider has, and the providers that have them.
const OWNERS: &[(&str, &[Provider])] = &[
    ("client_id", &[CloudflareAccess, Oidc, GitHub, Dev]),
    ("client_secret", &[CloudflareAccess, Oidc, GitHub, Dev]),
    ("authorization_url", &[CloudflareAccess, Dev]),
    ("token_url", &[CloudflareAccess, Dev]),
    ("jwks_url", &[CloudflareAccess, Dev]),
    ("team", &[CloudflareAccess, CloudflareAccessJwt]),
    ("audience", &[CloudflareAccessJwt]),
    ("issuer", &[CloudflareAccess, Oidc, Dev]),
    ("scopes", &[CloudflareAccess, Oidc, GitHub, Dev]),
    ("client_auth", &[CloudflareAccess, Oidc]),
    ("prompt", &[CloudflareAccess, Oidc]),
    ("groups_claim", &[CloudflareAccess, CloudflareAccessJwt, Oidc, Dev]),
    ("groups_format", &[CloudflareAccess, CloudflareAccessJwt, Oidc, Dev]),
    ("groups_member", &[CloudflareAccess, CloudflareAccessJwt, Oidc, Dev]),
    ("leeway", &[CloudflareAccess, CloudflareAccessJwt, Oidc, Dev]),
];

pub(crate) fn parse(text: &str) -> Result<Provider, Fault> {
    choice::find(text).ok_or_else(|| {
        let message = format!("unsupported identity provider `{}`", shown(text));
        let help = format!(
            "supported: {}\nany other OpenID provider, such as Okta, Google or Entra ID: `oidc` with its `issuer`",
            choice::supported::<Provider>()
        );
        Fault::new(Code::UnsupportedValue, message, help)
    })
}

/// Reports every key that does nothing with this provider, with the providers that it belongs to.
pub(crate) fn refuse_foreign_keys(section: &Section<'_, '_>, provider: Provider) {
    for (key, owners) in OWNERS.iter().filter(|(_, owners)| !owners.contains(&provider)) {
        let Some(entry) = section.entry(key) else { continue };
        let message = format!("`{key}` is not for `provider = \"{}\"`", provider.name());
        let owners: Vec<&str> = owners.iter().map(|owner| owner.name()).collect();
        let help = format!("remove it: it belongs to {}", names(&owners));
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
}

/// One provider, or several.
pub(super) struct Providers;

impl ValueKind for Providers {
    type Value = List<Provider>;

    fn of(&self, value: &Value<'_, '_>) -> Option<List<Provider>> {
        let DeValue::Array(_) = value.raw() else {
            return value.text(parse).map(|provider| vec![provider].into());
        };
        let mut providers = Vec::new();
        let mut sound = true;
        for item in value.some_items()? {
            match item.text(parse) {
                Some(known) if providers.contains(&known) => {
                    let message = format!("`{}` lists `{}` twice", value.path, known.name());
                    item.report(Fault::new(Code::DuplicateValue, message, "remove one of them"));
                }
                Some(provider) => providers.push(provider),
                None => sound = false,
            }
        }
        sound.then(|| providers.into())
    }

    fn shape(&self) -> Json {
        let provider = || shape::one_of(&Provider::ALL.map(Provider::name));
        json!({ "anyOf": [provider(), shape::list(provider())] })
    }
}

//! The identity providers, and which keys of `[identity]` belong to which.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::kind::ValueKind;
use super::schema::shape;
use super::value::{Section, Value, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::List;
use crate::provider::Provider;

pub(crate) fn parse(text: &str) -> Result<Provider, Fault> {
    let known = Provider::ALL.into_iter().find(|provider| provider.name() == text);
    known.ok_or_else(|| {
        let message = format!("unsupported identity provider `{}`", shown(text));
        let help = format!(
            "supported: {}\nany other OpenID provider, such as Okta, Google or Entra ID: `oidc` with its `issuer`",
            names(&Provider::ALL.map(Provider::name))
        );
        Fault::new(Code::UnsupportedValue, message, help)
    })
}

/// Reports every key that does nothing with this provider, with the providers that it belongs to.
pub(crate) fn refuse_foreign_keys(section: &Section<'_, '_>, provider: Provider) {
    for entry in section.entries() {
        let owners =
            Provider::ALL.into_iter().filter(|owner| owner.facts().keys.contains(&entry.key));
        let owners: Vec<Provider> = owners.collect();
        // A key of all, or of none, has been looked at elsewhere.
        if owners.is_empty() || owners.contains(&provider) {
            continue;
        }
        let message = format!("`{}` is not for `provider = \"{}\"`", entry.key, provider.name());
        let owners: Vec<&str> = owners.into_iter().map(Provider::name).collect();
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

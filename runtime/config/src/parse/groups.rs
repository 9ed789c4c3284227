//! `groups_claim` of `[identity]`.

use toml::de::DeValue;

use super::text::exact;
use super::value::{Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::Str;
use crate::provider::Provider;

/// Names of claims that Auth0 leaves out unless they are addresses ("Create custom claims", restricted claims).
const AUTH0_LEAVES_OUT: [&str; 5] = ["groups", "roles", "permissions", "org_id", "org_name"];

/// The claim, or the members on the way to it, each in a line. A name of a claim has no line break.
pub(super) fn claim(section: &Section<'_, '_>, provider: Provider) -> Option<Str> {
    let Some(value) = section.get("groups_claim") else {
        return Some(provider.facts().id_tokens.groups.join("\n").into());
    };
    let mut names = Vec::new();
    match value.raw() {
        DeValue::Array(_) => {
            for item in value.some_items()? {
                names.push(item.text(exact)?);
            }
        }
        _ => names.push(value.text(exact)?),
    }
    if let [name] = &names[..]
        && provider == Provider::Auth0
        && AUTH0_LEAVES_OUT.contains(&name.as_ref())
    {
        let message = format!("Auth0 leaves out a claim `{}` that an Action sets", shown(name));
        let help = "name it by an address, in the Action and here: `groups_claim = \
                    \"https://acme.example/roles\"`";
        value.report(Fault::new(Code::InvalidText, message, help));
        return None;
    }
    Some(names.join("\n").into())
}

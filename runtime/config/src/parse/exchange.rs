//! `exchange` of `[identity.upstream]`: the person's token is exchanged for one of the API.

use toml::de::DeValue;

use super::value::{Section, names};
use crate::diagnostic::{Code, Fault};
use crate::model::{Exchange, IdentityUpstream, List, Str};
use crate::provider::{Protocol, Provider};

/// The scope that brings a refresh token, which is one of the sign-in.
const OFFLINE: &str = "offline_access";

/// Keys by which the provider knows the API of an exchange; at least one has to be there.
fn needed(exchange: Exchange) -> &'static [&'static str] {
    match exchange {
        Exchange::Rfc8693 => &["audience", "resource", "scopes"],
        Exchange::EntraObo => &["scopes"],
    }
}

/// Reports an exchange whose API the provider could not know, and keys that it does not take.
pub(super) fn check(section: &Section<'_, '_>, provider: Provider, exchange: Option<Exchange>) {
    let (Some(exchange), Some(entry)) = (exchange, section.entry("exchange")) else { return };
    // That it is not for this provider has been reported.
    if provider.protocol() != Protocol::OpenIdConnect {
        return;
    }
    let needed = needed(exchange);
    if needed.iter().all(|key| section.entry(key).is_none()) {
        let one_of = if needed.len() > 1 { "one of " } else { "" };
        let message =
            format!("`exchange = \"{}\"` needs {one_of}{}", exchange.name(), names(needed));
        let help = match exchange {
            Exchange::Rfc8693 => {
                "name the API as the provider knows it: `audience = \"wiki\"`, or the address of its \
                 `resource`, or its `scopes`"
            }
            Exchange::EntraObo => {
                "name the API by its scopes: `scopes = [\"api://WIKI-CLIENT-ID/wiki.read\"]`"
            }
        };
        entry.report_key(Fault::new(Code::MissingKey, message, help));
    }
    let foreign = ["resource", "audience"].into_iter().filter(|key| !needed.contains(key));
    for entry in foreign.filter_map(|key| section.entry(key)) {
        let message = format!("`{}` is not for `exchange = \"{}\"`", entry.key, exchange.name());
        let help = "remove it: Microsoft Entra ID knows an API by its `scopes` alone";
        entry.report_key(Fault::new(Code::ConflictingKeys, message, help));
    }
    check_scopes(section);
}

/// Reports a scope that brings nothing here: an exchange gives no refresh token that anybody uses.
fn check_scopes(section: &Section<'_, '_>) {
    let Some(scopes) = section.get("scopes") else { return };
    let DeValue::Array(items) = scopes.raw() else { return };
    for item in items.iter().filter(|item| item.get_ref().as_str() == Some(OFFLINE)) {
        let message = format!("`{OFFLINE}` is no scope of the exchange");
        let help = "move it to `scopes` of [identity]: with `exchange`, the sign-in asks for those, and the \
                    exchange for these";
        section.report(item.span(), Fault::new(Code::ConflictingKeys, message, help));
    }
}

/// The section, and the scopes that the sign-in asks for in addition. Where the token is exchanged, all that
/// names the API is for the exchange alone.
pub(super) fn aim(
    mut upstream: IdentityUpstream,
    scopes: List<Str>,
) -> (IdentityUpstream, List<Str>) {
    if upstream.exchange.is_none() {
        return (upstream, scopes);
    }
    let scope = (!scopes.is_empty()).then(|| scopes.join(" ").into());
    let (audience, resource) = (upstream.audience.take(), upstream.resource.take());
    let parameters = [("audience", audience), ("resource", resource), ("scope", scope)];
    let lines =
        parameters.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    upstream.target = lines.collect::<Vec<_>>().join("\n").into();
    (upstream, List::default())
}

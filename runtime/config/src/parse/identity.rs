//! `[identity]`: who signs people in.

use std::borrow::Cow;

use super::form::Form;
use super::schema::{pattern, shape};
use super::setting::{secret, setting, setting_of};
use super::text::{exact, is_label, owned, scope};
use super::url::{address, endpoint, issuer};
use super::value::{Section, shown};
use super::{groups, preset, provider, upstream};
use crate::diagnostic::{Code, Fault};
use crate::model::{Endpoints, Identity, List, Setting, Str};
use crate::provider::{Addresses, ClientId, Issuer, Provider, ProviderFacts};

pub(super) const TEAM: Form = Form::new(team, || shape::pattern(&pattern::label()));

/// The settings that depend on the provider.
struct Client {
    client_id: Setting,
    client_secret: Option<Str>,
    endpoints: Endpoints,
    issuer: Option<Setting>,
}

pub(crate) fn read(section: &Section<'_, '_>) -> Option<Identity> {
    let provider = match section.get("provider") {
        Some(value) => value.text(provider::parse),
        None => Some(Provider::CloudflareAccess),
    };
    if let Some(provider) = provider {
        provider::refuse_foreign_keys(section, provider);
    }
    // The keys below an unknown provider are checked as those of the default one.
    let assumed = provider.unwrap_or(Provider::CloudflareAccess);
    let client = client(section, assumed.facts());
    let (scopes, upstream) = (scopes(section, assumed), upstream::read(section, assumed));
    let (client_auth, prompt) = (Identity::client_auth(section), Identity::prompt(section));
    let groups_claim = groups::claim(section, assumed);
    let (organizations, trust_email) = preset::people(section, assumed);
    let groups_format = Identity::groups_format(section);
    let groups_member = Identity::groups_member(section);
    let leeway = Identity::leeway(section);
    let (provider, Client { client_id, client_secret, endpoints, issuer }) = (provider?, client?);
    let (upstream, further) = upstream?.unzip();
    let organizations = organizations?;
    Some(Identity {
        provider,
        client_id,
        client_secret,
        endpoints,
        issuer,
        scopes: upstream::together(scopes?, further.unwrap_or_default()),
        client_auth: client_auth?,
        prompt: prompt?.or(assumed.facts().id_tokens.prompt),
        parameters: preset::parameters(assumed, &organizations),
        organizations,
        trust_email: trust_email?,
        groups_claim: groups_claim?,
        groups_format: groups_format?,
        groups_member: groups_member?,
        leeway: leeway?,
        upstream,
    })
}

/// Our client at the provider, and its endpoints.
fn client(section: &Section<'_, '_>, facts: &ProviderFacts) -> Option<Client> {
    let client_id = match facts.client_id {
        Some(ClientId { key, variable, .. }) => setting(section, key, variable, exact),
        None => Some(Setting::Literal(Cow::Borrowed(""))),
    };
    let client_secret = match facts.client_secret {
        Some(variable) => secret(section, "client_secret", variable).map(Some),
        None => Some(None),
    };
    let found = match facts.addresses {
        Addresses::Each(addresses) => each(section, addresses),
        Addresses::Team => team_of(section),
        Addresses::Discovery(issuer) => discovery(section, issuer),
        Addresses::GitHub => Some((Endpoints::GitHub, None)),
        Addresses::None => Some((Endpoints::None, None)),
    };
    let (client_id, client_secret, (endpoints, issuer)) = (client_id?, client_secret?, found?);
    Some(Client { client_id, client_secret, endpoints, issuer })
}

/// Endpoints, and the issuer where it is known.
type Found = Option<(Endpoints, Option<Setting>)>;

/// Each address by itself, or all of them by the team.
fn each(section: &Section<'_, '_>, addresses: [(&'static str, &'static str); 3]) -> Found {
    let endpoints = endpoints(section, addresses);
    let issuer = match section.get("issuer") {
        Some(value) => setting_of(&value, address).map(Some),
        None => Some(None),
    };
    Some((endpoints?, issuer?))
}

/// Access in front of the Worker: the team signs.
fn team_of(section: &Section<'_, '_>) -> Found {
    let team = Identity::team(section);
    Some((Endpoints::Team(team?), None))
}

/// An OpenID provider, by OpenID Connect Discovery 1.0 section 4.
fn discovery(section: &Section<'_, '_>, known: Issuer) -> Found {
    let issuer = match known {
        Issuer::Fixed(issuer) => Setting::Literal(Cow::Borrowed(issuer)),
        Issuer::Named { example, variable } => {
            let help = format!(
                "the provider is found by it: `issuer = \"{example}\"` or `issuer = {{ var = \"{variable}\" }}`"
            );
            setting_of(&section.require("issuer", &help)?, issuer)?
        }
        Issuer::Built { template, keys } => preset::issuer(section, template, keys)?,
    };
    Some((Endpoints::Discovery(issuer.clone()), Some(issuer)))
}

fn endpoints(
    section: &Section<'_, '_>,
    addresses: [(&'static str, &'static str); 3],
) -> Option<Endpoints> {
    if section.get("team").is_none() {
        let read = addresses.map(|(key, variable)| setting(section, key, variable, endpoint));
        let [authorization_url, token_url, jwks_url] = read;
        return Some(Endpoints::Urls {
            authorization_url: authorization_url?,
            token_url: token_url?,
            jwks_url: jwks_url?,
        });
    }
    let mut alone = true;
    for (key, _) in addresses {
        let Some(entry) = section.entry(key) else { continue };
        let message = format!("`{key}` and `team` exclude each other");
        let help = "`team` stands for all three addresses: keep it, or write the three addresses";
        section.report(entry.key_span, Fault::new(Code::ConflictingKeys, message, help));
        alone = false;
    }
    let team = Identity::team(section)?;
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

fn scopes(section: &Section<'_, '_>, provider: Provider) -> Option<List<Str>> {
    let default = provider.facts().scopes;
    let value = section.get("scopes").filter(|_| !default.is_empty());
    let Some(value) = value else { return Some(Cow::Borrowed(default)) };
    let scopes = value.texts(scope)?;
    let is_openid = default.iter().any(|scope| scope == "openid");
    if is_openid && !scopes.iter().any(|scope| scope == "openid") {
        let message = "`identity.scopes` lacks `openid`";
        let help = "without it the provider sends no id_token, and nobody can sign in";
        value.report(Fault::new(Code::InvalidScope, message, help));
        return None;
    }
    Some(scopes)
}

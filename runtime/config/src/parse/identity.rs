//! `[identity]`: who signs people in.

use std::borrow::Cow;

use super::provider;
use super::sections::duration_of;
use super::setting::{secret, setting, setting_of};
use super::text::{exact, is_label, owned, scope};
use super::url::{address, endpoint, issuer};
use super::value::{Section, names, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{
    ClientAuth, Endpoints, GroupsFormat, Identity, List, Prompt, Provider, Setting, Str,
};

/// Limits of `leeway`: clocks of servers rarely differ by more than a minute; five minutes is the
/// most that a short-lived id_token can bear.
pub(super) const LEEWAY: (u32, u32) = (0, 300);

/// The keys that give each address by itself, and the variable that each comes from by default.
const ADDRESSES: [(&str, &str); 3] = [
    ("authorization_url", "ACCESS_AUTHORIZATION_URL"),
    ("token_url", "ACCESS_TOKEN_URL"),
    ("jwks_url", "ACCESS_JWKS_URL"),
];

/// Scopes of an OpenID provider: without `openid` there is no id_token, `email` is what policies
/// ask for, and `profile` has the name for the pages.
const OPENID_SCOPES: &[Str] =
    &[Cow::Borrowed("openid"), Cow::Borrowed("email"), Cow::Borrowed("profile")];

/// Scopes of GitHub: the account, and its verified addresses, which policies ask for.
const GITHUB_SCOPES: &[Str] = &[Cow::Borrowed("read:user"), Cow::Borrowed("user:email")];

/// Ways of the client secret, by their names in the file.
pub(super) const CLIENT_AUTHS: [(&str, ClientAuth); 2] =
    [("basic", ClientAuth::Basic), ("post", ClientAuth::Post)];

/// Forms of the groups claim, by their names in the file.
pub(super) const GROUPS_FORMATS: [(&str, GroupsFormat); 2] =
    [("list", GroupsFormat::List), ("text", GroupsFormat::Text)];

/// What depends on the provider.
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
    let client = match assumed {
        Provider::CloudflareAccess | Provider::Dev => access(section),
        Provider::CloudflareAccessJwt => access_jwt(section),
        Provider::Oidc => oidc(section),
        Provider::GitHub => github(section),
        Provider::None => Some(nobody()),
    };
    let scopes = scopes(section, assumed);
    let groups_claim = match section.get("groups_claim") {
        Some(value) => value.text(exact),
        None => Some(Cow::Borrowed("groups")),
    };
    let client_auth = choice(section, "client_auth", &CLIENT_AUTHS);
    let prompt = choice(section, "prompt", &Prompt::ALL);
    let groups_format = choice(section, "groups_format", &GROUPS_FORMATS);
    let groups_member = match section.get("groups_member") {
        Some(value) => value.text(exact).map(Some),
        None => Some(None),
    };
    let leeway = duration_of(section, "leeway", 60, LEEWAY);
    let (provider, Client { client_id, client_secret, endpoints, issuer }) = (provider?, client?);
    Some(Identity {
        provider,
        client_id,
        client_secret,
        endpoints,
        issuer,
        scopes: scopes?,
        client_auth: client_auth?,
        prompt: prompt?,
        groups_claim: groups_claim?,
        groups_format: groups_format?.unwrap_or(GroupsFormat::List),
        groups_member: groups_member?,
        leeway: leeway?,
    })
}

/// A key that has one of a few values, by their names.
fn choice<T: Copy>(section: &Section<'_, '_>, key: &str, known: &[(&str, T)]) -> Option<Option<T>> {
    let Some(value) = section.get(key) else { return Some(None) };
    let chosen = value.text(|text| {
        let found = known.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let message = format!("`{}` cannot be `{}`", value.path, shown(text));
            let supported: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let help = format!("supported: {}", names(&supported));
            Fault::new(Code::UnsupportedValue, message, help)
        })
    });
    chosen.map(Some)
}

/// Cloudflare Access for SaaS, and the local identity provider that takes its place.
fn access(section: &Section<'_, '_>) -> Option<Client> {
    let client_id = setting(section, "client_id", "ACCESS_CLIENT_ID", exact);
    let client_secret = secret(section, "client_secret", "ACCESS_CLIENT_SECRET");
    let endpoints = access_endpoints(section);
    let issuer = match section.get("issuer") {
        Some(value) => setting_of(&value, address).map(Some),
        None => Some(None),
    };
    Some(Client {
        client_id: client_id?,
        client_secret: Some(client_secret?),
        endpoints: endpoints?,
        issuer: issuer?,
    })
}

/// Cloudflare Access in front of the Worker: it has no client, and the team signs.
fn access_jwt(section: &Section<'_, '_>) -> Option<Client> {
    let audience = setting(section, "audience", "ACCESS_AUD", exact);
    let help = "its team signs the assertions: `team = \"acme\"` for `acme.cloudflareaccess.com`";
    let team = section.require("team", help).and_then(|value| value.text(team));
    Some(Client {
        client_id: audience?,
        client_secret: None,
        endpoints: Endpoints::Team(team?),
        issuer: None,
    })
}

/// Any OpenID provider, by OpenID Connect Discovery 1.0 section 4.
fn oidc(section: &Section<'_, '_>) -> Option<Client> {
    let client_id = setting(section, "client_id", "OIDC_CLIENT_ID", exact);
    let client_secret = secret(section, "client_secret", "OIDC_CLIENT_SECRET");
    let help = "the provider is found by it: `issuer = \"https://login.example.com\"` or \
                `issuer = { var = \"OIDC_ISSUER\" }`";
    let issuer = section.require("issuer", help).and_then(|value| setting_of(&value, issuer));
    let (client_id, client_secret, issuer) = (client_id?, client_secret?, issuer?);
    Some(Client {
        client_id,
        client_secret: Some(client_secret),
        endpoints: Endpoints::Discovery(issuer.clone()),
        issuer: Some(issuer),
    })
}

fn github(section: &Section<'_, '_>) -> Option<Client> {
    let client_id = setting(section, "client_id", "GITHUB_CLIENT_ID", exact);
    let client_secret = secret(section, "client_secret", "GITHUB_CLIENT_SECRET");
    Some(Client {
        client_id: client_id?,
        client_secret: Some(client_secret?),
        endpoints: Endpoints::GitHub,
        issuer: None,
    })
}

fn nobody() -> Client {
    Client {
        client_id: Setting::Literal(Cow::Borrowed("")),
        client_secret: None,
        endpoints: Endpoints::None,
        issuer: None,
    }
}

fn access_endpoints(section: &Section<'_, '_>) -> Option<Endpoints> {
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

fn scopes(section: &Section<'_, '_>, provider: Provider) -> Option<List<Str>> {
    let default = match provider {
        Provider::CloudflareAccessJwt | Provider::None => return Some(Cow::Borrowed(&[])),
        Provider::GitHub => GITHUB_SCOPES,
        Provider::CloudflareAccess | Provider::Oidc | Provider::Dev => OPENID_SCOPES,
    };
    let Some(value) = section.get("scopes") else { return Some(Cow::Borrowed(default)) };
    let scopes = value.texts(scope)?;
    if provider != Provider::GitHub && !scopes.iter().any(|scope| scope == "openid") {
        let message = "`identity.scopes` lacks `openid`";
        let help = "without it the provider sends no id_token, and nobody can sign in";
        value.report(Fault::new(Code::InvalidScope, message, help));
        return None;
    }
    Some(scopes)
}

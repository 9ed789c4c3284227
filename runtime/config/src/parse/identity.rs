//! `[identity]`: who signs people in.

use std::borrow::Cow;

use super::form::Form;
use super::provider;
use super::schema::{pattern, shape};
use super::setting::{secret, setting, setting_of};
use super::text::{exact, is_label, owned, scope};
use super::url::{address, endpoint, issuer};
use super::value::{Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Endpoints, Identity, List, Provider, Setting, Str};

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
    let client = match assumed {
        Provider::CloudflareAccess | Provider::Dev => access(section),
        Provider::CloudflareAccessJwt => access_jwt(section),
        Provider::Oidc => oidc(section),
        Provider::GitHub => github(section),
        Provider::None => Some(nobody()),
    };
    let scopes = scopes(section, assumed);
    let (client_auth, prompt) = (Identity::client_auth(section), Identity::prompt(section));
    let groups_claim = Identity::groups_claim(section);
    let groups_format = Identity::groups_format(section);
    let groups_member = Identity::groups_member(section);
    let leeway = Identity::leeway(section);
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
        groups_format: groups_format?,
        groups_member: groups_member?,
        leeway: leeway?,
    })
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
    let team = Identity::team(section);
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
    if section.get("team").is_none() {
        let read = ADDRESSES.map(|(key, variable)| setting(section, key, variable, endpoint));
        let [authorization_url, token_url, jwks_url] = read;
        return Some(Endpoints::Urls {
            authorization_url: authorization_url?,
            token_url: token_url?,
            jwks_url: jwks_url?,
        });
    }
    let mut alone = true;
    for (key, _) in ADDRESSES {
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

//! The Worker variables that make a server use the local identity provider.

use std::collections::BTreeMap;

use toolgate_config::{Config, Endpoints, Identity, Provider, Setting};

use super::secrets::Secrets;
use crate::idp::Running;
use crate::{Error, Result};

/// The client id where `mcp.toml` takes it from a variable.
const CLIENT_ID: &str = "toolgate-dev";

/// The client id that the Worker will use.
pub(super) fn client_id(identity: &Identity) -> &str {
    match &identity.client_id {
        Setting::Literal(id) => id,
        Setting::Var(_) => CLIENT_ID,
    }
}

/// Every variable with its value.
pub(super) fn variables(
    config: &Config,
    idp: &Running,
    secrets: &Secrets,
) -> Result<BTreeMap<String, String>> {
    let identity = &config.identity;
    let mut values = BTreeMap::new();
    let mut set = |name: &str, value: String| values.insert(name.to_owned(), value);
    for (key, setting, value) in endpoints(identity, idp)? {
        match setting {
            Setting::Var(name) => set(name, value),
            Setting::Literal(_) => return Err(written(key)),
        };
    }
    match &identity.issuer {
        Some(Setting::Var(name)) => _ = set(name, idp.issuer().to_owned()),
        Some(Setting::Literal(_)) => return Err(written("issuer")),
        None => {}
    }
    if let Setting::Var(name) = &identity.client_id {
        set(name, CLIENT_ID.to_owned());
    }
    if let Some(name) = &identity.client_secret {
        set(name, secrets.client_secret.clone());
    }
    set(&config.tokens.encryption_key, secrets.encryption_key.clone());
    for name in config.clients.iter().filter_map(|client| client.secret.as_deref()) {
        if let Some(secret) = secrets.known_clients.get(name) {
            set(name, secret.clone());
        }
    }
    Ok(values)
}

/// The keys that say where the provider is, and where it is here.
fn endpoints<'a>(
    identity: &'a Identity,
    idp: &Running,
) -> Result<Vec<(&'static str, &'a Setting, String)>> {
    match &identity.endpoints {
        Endpoints::Urls { authorization_url, token_url, jwks_url } => Ok(vec![
            ("authorization_url", authorization_url, idp.endpoint("authorization")),
            ("token_url", token_url, idp.endpoint("token")),
            ("jwks_url", jwks_url, idp.endpoint("jwks")),
        ]),
        Endpoints::Discovery(issuer) => Ok(vec![("issuer", issuer, idp.issuer().to_owned())]),
        Endpoints::Team(_) if identity.provider == Provider::CloudflareAccess => {
            Err(written("team"))
        }
        Endpoints::Team(_) => Err(without_stand_in("Cloudflare Access in front of the Worker")),
        Endpoints::GitHub => Err(without_stand_in("GitHub")),
        Endpoints::None => Ok(Vec::new()),
    }
}

fn without_stand_in(provider: &str) -> Error {
    Error::new(format!("the local identity provider cannot take the place of {provider}"))
        .help("choose `provider = \"dev\"` in mcp.toml while you work on this machine")
}

fn written(key: &str) -> Error {
    Error::new(format!("mcp.toml fixes `identity.{key}`, so the local identity provider has no place"))
        .help("take it from a variable, for example `{ var = \"ACCESS_AUTHORIZATION_URL\" }`, or leave it out")
}

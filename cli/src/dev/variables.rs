//! The Worker variables that make a server use the local identity provider.

use std::collections::BTreeMap;

use toolgate_config::{Config, Endpoints, Identity, Setting};

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
    let Endpoints::Urls { authorization_url, token_url, jwks_url } = &identity.endpoints else {
        return Err(written("team"));
    };
    for (key, setting, value) in [
        ("authorization_url", authorization_url, idp.endpoint("authorization")),
        ("token_url", token_url, idp.endpoint("token")),
        ("jwks_url", jwks_url, idp.endpoint("jwks")),
    ] {
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
    set(&identity.client_secret, secrets.client_secret.clone());
    set(&config.tokens.encryption_key, secrets.encryption_key.clone());
    Ok(values)
}

fn written(key: &str) -> Error {
    Error::new(format!("mcp.toml fixes `identity.{key}`, so the local identity provider has no place"))
        .help("take it from a variable, for example `{ var = \"ACCESS_AUTHORIZATION_URL\" }`, or leave it out")
}

//! The Worker variables that make a server use the dev identity provider.

use std::collections::BTreeMap;

use toolgate_config::{Config, Endpoints, Identity, Setting, stand_in};
use toolgate_core::host::DEV_REMOTE;

use super::secrets::Secrets;
use crate::dev_provider::Running;

/// The client id where `mcp.toml` takes it from a variable.
const CLIENT_ID: &str = "toolgate-dev";

/// The client id that the Worker will use.
pub(super) fn client_id(identity: &Identity) -> &str {
    match &identity.client_id {
        Setting::Literal(id) if !stand_in::is_needed(identity) => id,
        _ => CLIENT_ID,
    }
}

/// True if other machines may use the server, through a tunnel for example, because whoever started
/// it says so.
pub(super) fn is_remote() -> bool {
    std::env::var_os(DEV_REMOTE).is_some_and(|value| value == "1")
}

/// Every variable with its value.
pub(super) fn variables(
    config: &Config,
    provider: &Running,
    secrets: &Secrets,
) -> BTreeMap<String, String> {
    let mut values = identity(&config.identity, provider, secrets);
    values.insert(config.tokens.encryption_key.to_string(), secrets.encryption_key.clone());
    values.insert(DEV_REMOTE.to_owned(), u8::from(is_remote()).to_string());
    for name in config.clients.iter().filter_map(|client| client.secret.as_deref()) {
        if let Some(secret) = secrets.known_clients.get(name) {
            values.insert(name.to_owned(), secret.clone());
        }
    }
    values
}

/// Those of `[identity]`; where an address is fixed, those of the build that has another provider.
fn identity(
    identity: &Identity,
    provider: &Running,
    secrets: &Secrets,
) -> BTreeMap<String, String> {
    if stand_in::is_needed(identity) {
        let values = [
            (stand_in::CLIENT_ID, CLIENT_ID.to_owned()),
            (stand_in::CLIENT_SECRET, secrets.client_secret.clone()),
            (stand_in::AUTHORIZATION_URL, provider.endpoint("authorization")),
            (stand_in::TOKEN_URL, provider.endpoint("token")),
            (stand_in::JWKS_URL, provider.endpoint("jwks")),
        ];
        return values.map(|(name, value)| (name.to_owned(), value)).into();
    }
    let mut values = BTreeMap::new();
    let mut set = |setting: &Setting, value: String| {
        if let Setting::Var(name) = setting {
            values.insert(name.to_string(), value);
        }
    };
    match &identity.endpoints {
        Endpoints::Urls { authorization_url, token_url, jwks_url } => {
            set(authorization_url, provider.endpoint("authorization"));
            set(token_url, provider.endpoint("token"));
            set(jwks_url, provider.endpoint("jwks"));
        }
        Endpoints::Discovery(issuer) => set(issuer, provider.issuer().to_owned()),
        Endpoints::Team(_) | Endpoints::GitHub | Endpoints::None => {}
    }
    if let Some(issuer) = &identity.issuer {
        set(issuer, provider.issuer().to_owned());
    }
    set(&identity.client_id, CLIENT_ID.to_owned());
    if let Some(name) = &identity.client_secret {
        values.insert(name.to_string(), secrets.client_secret.clone());
    }
    values
}

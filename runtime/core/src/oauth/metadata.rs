//! Discovery documents: RFC 9728 for the resources, RFC 8414 for the authorization server.

use serde_json::Value;
use toolgate_config::Config;

use crate::json::object;
use crate::oauth::assertion;
use crate::oauth::client::{AuthMethod, known_method};
use crate::paths::{AUTHORIZE_PATH, REGISTER_PATH, REVOKE_PATH, TOKEN_PATH, resource};
use crate::reply::{self, Reply};
use crate::scope;

/// `/.well-known/oauth-protected-resource/<path>`; an empty path describes the whole origin.
#[must_use]
pub fn protected_resource(config: &Config, origin: &str, path: &str) -> Reply {
    let resource = if path.is_empty() { origin.to_owned() } else { resource(origin, path) };
    let name = config.server.title.as_ref().unwrap_or(&config.server.name);
    reply::public(&object(vec![
        ("resource", resource.into()),
        ("authorization_servers", list([origin])),
        ("scopes_supported", list(scope::of_resource(config))),
        ("bearer_methods_supported", list(["header"])),
        ("resource_name", name.as_ref().into()),
    ]))
}

/// Members of a document.
pub type Members = Vec<(&'static str, Value)>;

/// Adds values to a member that is a list, which it makes where there is none.
pub fn add(members: &mut Members, name: &'static str, values: &[&str]) {
    let index = members.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        members.push((name, list([])));
        members.len() - 1
    });
    let Value::Array(known) = &mut members[index].1 else { return };
    for value in values.iter().copied().map(Value::from) {
        if !known.contains(&value) {
            known.push(value);
        }
    }
}

/// Adds what clients of `mcp.toml` that prove themselves by their keys need to know.
pub fn describe_keys(config: &Config, members: &mut Members) {
    let mut clients = config.clients.iter();
    if !clients.any(|client| known_method(client) == AuthMethod::PrivateKeyJwt) {
        return;
    }
    for (methods, algorithms) in [
        (
            "token_endpoint_auth_methods_supported",
            "token_endpoint_auth_signing_alg_values_supported",
        ),
        (
            "revocation_endpoint_auth_methods_supported",
            "revocation_endpoint_auth_signing_alg_values_supported",
        ),
    ] {
        add(members, methods, &[AuthMethod::PrivateKeyJwt.name()]);
        add(members, algorithms, &assertion::ALGORITHM_NAMES);
    }
}

/// `/.well-known/oauth-authorization-server`, also served where OpenID Connect Discovery looks.
#[must_use]
pub fn authorization_server(
    config: &Config,
    origin: &str,
    extend: impl FnOnce(&mut Members),
) -> Reply {
    let registration = &config.registration;
    let at = |path: &str| Value::from([origin, path].concat());
    let mut methods: Vec<&str> = AuthMethod::REGISTERED.into_iter().map(AuthMethod::name).collect();
    if registration.metadata_documents {
        methods.push(AuthMethod::PrivateKeyJwt.name());
    }
    let methods = list(methods);
    let mut members = vec![
        ("issuer", at("")),
        ("authorization_endpoint", at(AUTHORIZE_PATH)),
        ("token_endpoint", at(TOKEN_PATH)),
        ("revocation_endpoint", at(REVOKE_PATH)),
        ("scopes_supported", list(scope::all(config))),
        ("response_types_supported", list(["code"])),
        ("response_modes_supported", list(["query"])),
        ("grant_types_supported", list(["authorization_code", "refresh_token"])),
        ("code_challenge_methods_supported", list(["S256"])),
        ("token_endpoint_auth_methods_supported", methods.clone()),
        ("revocation_endpoint_auth_methods_supported", methods),
        ("authorization_response_iss_parameter_supported", true.into()),
        ("client_id_metadata_document_supported", registration.metadata_documents.into()),
    ];
    if registration.metadata_documents {
        let algorithms = list(assertion::ALGORITHM_NAMES);
        members.push(("token_endpoint_auth_signing_alg_values_supported", algorithms.clone()));
        members.push(("revocation_endpoint_auth_signing_alg_values_supported", algorithms));
    }
    if registration.dynamic {
        members.push(("registration_endpoint", at(REGISTER_PATH)));
    }
    extend(&mut members);
    reply::public(&object(members))
}

fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Value {
    texts.into_iter().collect()
}

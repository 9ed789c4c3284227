//! Discovery documents: RFC 9728 for the resources, RFC 8414 for the authorization server.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};
use toolgate_config::Config;

use crate::oauth::assertion;
use crate::oauth::client::AuthMethod;
use crate::oauth::gate::resource;
use crate::oauth::scope;
use crate::reply::{self, Reply};

/// `/.well-known/oauth-protected-resource/<path>`; an empty path describes the whole origin.
#[must_use]
pub fn protected_resource(config: &Config, origin: &str, path: &str) -> Reply {
    let resource = if path.is_empty() { origin.to_owned() } else { resource(origin, path) };
    public(&json!({
        "resource": resource,
        "authorization_servers": [origin],
        "scopes_supported": scope::of_resource(config).collect::<Vec<_>>(),
        "bearer_methods_supported": ["header"],
        "resource_name": config.server.title.as_ref().unwrap_or(&config.server.name),
    }))
}

/// `/.well-known/oauth-authorization-server`, also served where OpenID Connect Discovery looks.
#[must_use]
pub fn authorization_server(config: &Config, origin: &str) -> Reply {
    let registration = &config.registration;
    let mut methods: Vec<&str> = AuthMethod::REGISTERED.into_iter().map(AuthMethod::name).collect();
    if registration.metadata_documents {
        methods.push(AuthMethod::PrivateKeyJwt.name());
    }
    let mut document = json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "revocation_endpoint": format!("{origin}/revoke"),
        "scopes_supported": scope::all(config).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": registration.metadata_documents,
    });
    if registration.metadata_documents {
        for endpoint in ["token", "revocation"] {
            let name = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
            document[name] = json!(assertion::ALGORITHM_NAMES);
        }
    }
    if registration.dynamic {
        document["registration_endpoint"] = json!(format!("{origin}/register"));
    }
    public(&document)
}

fn public(document: &Value) -> Reply {
    let mut reply = reply::readable_by_any_origin(reply::json(StatusCode::OK, document));
    // Public and the same for everyone; short, so that a new release is seen soon.
    reply::set(&mut reply, CACHE_CONTROL, "public, max-age=300");
    reply
}

//! `client_credentials`: a client of `mcp.toml` calls for itself (RFC 6749 section 4.4).

use toolgate_config::KnownClient;
use toolgate_config::names::CLIENT_SUBJECT;
use toolgate_policy::Caller;
use toolgate_policy::known::Known;

use super::checks::resource;
use super::scopes;
use super::token::Direct;
use crate::audit::Reason;
use crate::limits::MAX_DIRECT_TTL;
use crate::oauth::client;
use crate::oauth::context::OAuthContext;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;

/// `grant_type` of a client that calls for itself.
pub const CLIENT_CREDENTIALS: &str = "client_credentials";

/// Decides on the token of a client that has proven itself.
///
/// # Errors
/// It is not a machine, or asks for what it may not have.
pub fn begin(
    oauth: &OAuthContext<'_>,
    params: &Params,
    client: &Authenticated,
) -> Result<Direct, OAuthError> {
    let known = oauth.config.clients.iter().find(|known| client::key(&known.id) == client.key);
    let known = known.filter(|known| known.machine && !client.method.is_none());
    let Some(known) = known else {
        return Err(OAuthError::new(
            "unauthorized_client",
            "This client may not call for itself; the server's owner can allow it in [[clients]]: machine = true",
        ));
    };
    let resource = resource(oauth, params, None)?;
    let scopes = scopes::granted(&known.scopes, params.get("scope"), None)?;
    Ok(Direct {
        caller: caller(known, client, scopes),
        client_name: known.name.to_string(),
        client_uri: String::new(),
        method: client.method,
        resource,
        lifetime: oauth.config.tokens.access_token_ttl.min(MAX_DIRECT_TTL),
        reason: Reason::ClientCredentials,
        by: Some(known.id.to_string()),
    })
}

fn caller(known: &KnownClient, client: &Authenticated, scopes: Vec<String>) -> Caller {
    Caller {
        subject: [CLIENT_SUBJECT, &known.id].concat(),
        name: Some(known.name.to_string()),
        scopes,
        client_id: client.key.clone(),
        client: Some(known.id.to_string()),
        known: Known::nothing(),
        ..Caller::default()
    }
}

//! Finds the OAuth client of a request.

use http::Request;
use toolgate_core::oauth::client::{Client, unknown_client};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::gate::Gate;
use toolgate_core::oauth::params::Params;

use crate::entry::Incoming;

/// The client that a `client_id` names.
///
/// # Errors
/// There is no such client, or it may not come here.
pub(crate) async fn find(
    _incoming: &Incoming<'_>,
    gate: &Gate<'_>,
    params: &Params,
) -> Result<Client, OAuthError> {
    if params.is_repeated("client_id") {
        return Err(OAuthError::invalid_request("client_id is given more than once"));
    }
    Client::from_id(gate.keys, params.require("client_id")?).ok_or_else(unknown_client)
}

/// The client of a request to `/token` or `/revoke`, once it has proven to be that client.
///
/// # Errors
/// There is no such client, or it could not prove itself.
pub(crate) async fn authenticate(
    _incoming: &Incoming<'_>,
    gate: &Gate<'_>,
    request: &Request<Vec<u8>>,
    params: &Params,
) -> Result<Client, OAuthError> {
    Client::authenticate(gate.keys, request.headers(), params)
}

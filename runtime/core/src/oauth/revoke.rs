//! `POST /revoke` (RFC 7009).

use http::StatusCode;
use serde_json::json;

use crate::oauth::client::Client;
use crate::oauth::error::OAuthError;
use crate::oauth::gate::Gate;
use crate::oauth::grant::{Address, Operation};
use crate::oauth::params::Params;
use crate::oauth::token::{AccessToken, open_refresh};
use crate::reply::{self, Reply};
use crate::seal::Purpose;

/// The first step's result.
#[derive(Debug)]
pub enum Begin {
    /// Nothing to store.
    Reply(Reply),
    /// Perform this operation, then answer with [`done`].
    Store(Address, Operation),
}

/// Checks the request. Either token ends the whole grant, if it belongs to the asking client.
pub fn begin(gate: &Gate<'_>, params: &Params, client: &Client) -> Begin {
    match read(gate, params) {
        Ok(Some(address)) => {
            Begin::Store(address, Operation::Revoke { client: Some(client.key.clone()) })
        }
        // RFC 7009 section 2.2: an invalid token is as good as revoked.
        Ok(None) => Begin::Reply(done()),
        Err(error) => Begin::Reply(error.into_reply()),
    }
}

/// The answer to every understood request.
#[must_use]
pub fn done() -> Reply {
    reply::readable_by_any_origin(reply::json(StatusCode::OK, &json!({})))
}

fn read(gate: &Gate<'_>, params: &Params) -> Result<Option<Address>, OAuthError> {
    let token = params.require("token")?;
    Ok(open_refresh(gate, token).map(|token| token.address).or_else(|| {
        let token: AccessToken = gate.keys.open(Purpose::AccessToken, gate.origin, token)?;
        Some(token.address)
    }))
}

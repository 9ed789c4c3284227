//! `POST /revoke` (RFC 7009).

use http::StatusCode;
use serde_json::json;

use crate::audit::{EventKind, Reason};
use crate::oauth::context::OAuthContext;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{GrantKey, Operation};
use crate::oauth::params::Params;
use crate::oauth::token::{AccessToken, open_refresh};
use crate::reply::{self, Reply};
use crate::seal::Purpose;

/// The first step's result.
#[derive(Debug)]
pub enum RevocationStep {
    /// Nothing to store.
    Reply(Reply),
    /// Perform this operation, then answer with [`revoked`].
    Store(GrantKey, Operation),
}

/// Checks the request. Either token ends the whole grant, if it belongs to the asking client.
pub fn begin(oauth: &OAuthContext<'_>, params: &Params, client: &Authenticated) -> RevocationStep {
    match read(oauth, params, client) {
        Ok(Some(address)) => {
            RevocationStep::Store(address, Operation::Revoke { client: Some(client.key.clone()) })
        }
        // RFC 7009 section 2.2: an invalid token is as good as revoked.
        Ok(None) => RevocationStep::Reply(done()),
        Err(error) => RevocationStep::Reply(error.into_reply()),
    }
}

/// The answer once the grant is revoked.
#[must_use]
pub fn revoked(oauth: &OAuthContext<'_>) -> Reply {
    oauth.log.tell(EventKind::Revoked, Reason::RevokedByClient);
    done()
}

/// The answer to every understood request.
#[must_use]
pub fn done() -> Reply {
    reply::readable_by_any_origin(reply::json(StatusCode::OK, &json!({})))
}

/// The grant to revoke; `None` where the token is not valid or is another client's, which is
/// answered as if it had been revoked.
fn read(
    oauth: &OAuthContext<'_>,
    params: &Params,
    client: &Authenticated,
) -> Result<Option<GrantKey>, OAuthError> {
    let text = params.require("token")?;
    let found = open_refresh(oauth, text)
        .map(|token| (token.address, token.client, token.auth_method))
        .or_else(|| {
            let token: AccessToken = oauth.keys.open(Purpose::AccessToken, oauth.origin, text)?;
            // One that is over is an invalid one, and may stand in somebody's log.
            let is_over = token.expires < oauth.now;
            (!is_over).then_some((token.address, token.caller.client_id, token.auth_method))
        });
    let Some((address, owner, method)) = found else { return Ok(None) };
    oauth.log.user(&address.subject_key);
    // Somebody else's token is not revoked, and the answer is the same (RFC 7009 section 2.1).
    if owner != client.key {
        oauth.log.tell(EventKind::Refused, Reason::RevokeOfAnotherClient);
        return Ok(None);
    }
    client.require(method)?;
    Ok(Some(address))
}

//! Tokens without a sign-in: what an assertion or a client's own word gives at `/token`.
//!
//! `serve!()` names the grants, [`CLIENT_KEYS`] and [`USED`] where `mcp.toml` has sections of
//! them, so no other server contains them. `core` has the checks and their order; here are the keys of issuers
//! (`keys.rs`), the assertions that were used (`used.rs`, `object.rs`), and the record of the grant.

mod client_keys;
mod enterprise;
mod keys;
mod machines;
mod object;
mod used;
mod workloads;

use toolgate_core::audit::Reason;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::direct::{Direct, Issued, Refusal, Used};
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::grant::Operation;
use toolgate_core::reply::Reply;

use crate::auth::grants;
use crate::platform::console::log_error;
use crate::ports::app::Deployment;
use crate::ports::request_context::RequestContext;

pub use self::client_keys::CLIENT_KEYS;
pub(crate) use self::enterprise::enterprise;
pub(crate) use self::machines::machines;
pub use self::object::USED;
pub(crate) use self::workloads::workloads;

/// Seconds of `revocation_max_age` from which on the record of a token may be stored behind its answer: nobody asks for
/// it before.
const STORED_BEHIND: u32 = 10;

/// Uses up what a token is given for, stores its grant, and sends it.
///
/// The record is on its way when the answer is, and nobody waits for it: a fresh token is good without a look at it, for
/// `revocation_max_age`. One whose record could not be stored is refused at the first look.
async fn give(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    direct: Direct,
    used: Option<Used>,
) -> Result<Reply, Refusal> {
    if let Some(used) = used
        && !used::use_up(request, &used).await.map_err(|error| unavailable(&error))?
    {
        return Err(Refusal::Assertion("replay"));
    }
    let Issued { address, grant, reply, event } = direct.issue(oauth);
    let (app, env) = (request.app, request.env.clone());
    let store = async move {
        let create = Operation::Create(grant);
        let stored = app.store.perform(Deployment { app, env: &env }, &address, create).await;
        stored.map(drop).inspect_err(|_| grants::forget(&address))
    };
    if oauth.config.tokens.revocation_max_age < STORED_BEHIND {
        store.await.map_err(|error| unavailable(&error))?;
    } else {
        request.wait_until(async {
            if let Err(error) = store.await {
                log_error!("the grant of a token was not stored, so the token is refused: {error}");
            }
        });
    }
    oauth.log.record(event);
    Ok(reply)
}

fn unavailable(error: &worker::Error) -> Refusal {
    log_error!("storage failed: {error}");
    OAuthError::new("temporarily_unavailable", "The storage did not answer; try again")
        .because(Reason::StorageUnavailable)
        .into()
}

/// The keys of an issuer cannot be had: nothing is decided about the assertion, and nobody gets in.
fn no_keys(issuer: &str, why: &str) -> Refusal {
    log_error!("the keys of {issuer} could not be had: {why}");
    OAuthError::new("temporarily_unavailable", "The keys of the issuer could not be had; try again")
        .because(Reason::UpstreamUnavailable)
        .into()
}

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
use crate::ports::request_context::RequestContext;

pub use self::client_keys::CLIENT_KEYS;
pub(crate) use self::enterprise::enterprise;
pub(crate) use self::machines::machines;
pub use self::object::USED;
pub(crate) use self::workloads::workloads;

/// Stores the grant of a token and sends it, and uses up what it was given for. Both are asked at once: the record
/// of a token that nobody gets is ended again.
async fn give(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    direct: Direct,
    used: Option<Used>,
) -> Result<Reply, Refusal> {
    let Issued { address, grant, reply, event } = direct.issue(oauth);
    let create = grants::perform(request, &address, Operation::Create(grant));
    let use_up = async {
        match &used {
            Some(used) => used::use_up(request, used).await,
            None => Ok(true),
        }
    };
    let (created, is_first) = futures_util::future::join(create, use_up).await;
    let refusal = match (created, is_first) {
        (Ok(_), Ok(true)) => {
            oauth.log.record(event);
            return Ok(reply);
        }
        (_, Ok(false)) => Refusal::Assertion("replay"),
        (Err(error), _) | (_, Err(error)) => unavailable(&error),
    };
    let end = Operation::Revoke { client: None };
    if let Err(error) = grants::perform(request, &address, end).await {
        log_error!("the grant of a token that was not given ends by itself: {error}");
    }
    Err(refusal)
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

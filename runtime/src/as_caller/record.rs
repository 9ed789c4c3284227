//! The record of a grant, in the storage that `mcp.toml` names.

use toolgate_config::StorageKind;
use toolgate_core::oauth::grant::access::{self, AccessOperation, AccessOutcome};
use toolgate_core::oauth::grant::{GrantKey, Operation};

use super::{AS_CALLER_PATH, AccessRequest};
use crate::auth::grants;
use crate::grants::change_in_d1;
use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::now;
use crate::ports::app::{App, Deployment};

/// Performs an operation on the token in a grant's record.
///
/// # Errors
/// The storage does not answer.
pub(super) async fn perform(
    app: &'static App,
    env: &Env,
    address: &GrantKey,
    operation: AccessOperation,
) -> worker::Result<AccessOutcome> {
    let outcome = match app.config.storage.kind {
        StorageKind::DurableObject => in_object(app, env, address, operation).await?,
        StorageKind::D1 => {
            let apply = |stored| access::apply(stored, operation.clone(), now());
            change_in_d1(Deployment { app, env }, address, apply).await?
        }
        // `check` lets no such file pass.
        StorageKind::Kv => return Err("Workers KV keeps no token that is renewed".into()),
    };
    if outcome == AccessOutcome::Ended {
        grants::forget(address);
        if app.switch.is_some() {
            // It is over already; this tells the feed.
            let revoke = Operation::Revoke { client: None };
            app.store.perform(Deployment { app, env }, address, revoke).await?;
        }
    }
    Ok(outcome)
}

async fn in_object(
    app: &'static App,
    env: &Env,
    address: &GrantKey,
    operation: AccessOperation,
) -> worker::Result<AccessOutcome> {
    let request = AccessRequest { id: address.id.clone(), operation };
    let request = serde_json::to_string(&request)?;
    let object = format!("grants:{}", address.subject_key);
    let answer = object_client::ask(app, env, &object, AS_CALLER_PATH, &request).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

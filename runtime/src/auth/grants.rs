//! The cached check that a token's grant still stands.

use std::cell::RefCell;

use serde_json::{Map, Value};
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};
use toolgate_core::oauth::token::AccessToken;

use crate::platform::now;
use crate::ports::app::Deployment;
use crate::ports::request_context::RequestContext;

/// Grants remembered as checked, per isolate; at about 100 bytes each this is a few hundred KiB.
const MAX_CHECKED: usize = 4096;

/// Stands for a grant that is to be asked for at its next use, however fresh the token.
const FORGOTTEN: u64 = 0;

thread_local! {
    /// When each grant was last seen to stand. A map that a Worker has code for: another is 2 KB.
    static CHECKED: RefCell<Map<String, Value>> = RefCell::new(Map::new());
}

/// Performs an operation on a grant's record, in the storage that `mcp.toml` names.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn perform(
    request: &RequestContext<'_>,
    address: &GrantKey,
    operation: Operation,
) -> worker::Result<GrantOutcome> {
    perform_at(request.deployment(), address, operation).await
}

async fn perform_at(
    deployment: Deployment<'_>,
    address: &GrantKey,
    operation: Operation,
) -> worker::Result<GrantOutcome> {
    let is_end = matches!(operation, Operation::Revoke { .. });
    let outcome = deployment.app.store.perform(deployment, address, operation).await?;
    if is_end || matches!(outcome, GrantOutcome::Ended(_)) {
        note(&address.id, FORGOTTEN, now());
    }
    Ok(outcome)
}

/// The grants of a person, those made under older keys included.
pub(crate) async fn all_of(
    request: &RequestContext<'_>,
    subject_keys: &[String],
) -> worker::Result<Vec<(GrantKey, Grant)>> {
    let mut grants = Vec::new();
    for subject_key in subject_keys {
        let found = request.app.store.list(request.deployment(), subject_key).await?;
        let address = |id| GrantKey { subject_key: subject_key.clone(), id };
        grants.extend(found.into_iter().map(|(id, grant)| (address(id), grant)));
    }
    Ok(grants)
}

/// Has a grant asked for at its next use: it has ended otherwise than by an [`Operation`].
pub(crate) fn forget(address: &GrantKey) {
    note(&address.id, FORGOTTEN, now());
}

/// True if the grant of a token still stands, as of at most `revocation_max_age` seconds ago. A
/// fresh token and a recent check need no storage.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn stands(
    request: &RequestContext<'_>,
    token: &AccessToken,
) -> worker::Result<bool> {
    let client = Some(&*token.caller.client_id);
    Ok(stands_since(request.deployment(), &token.address, client, token.issued).await?.is_some())
}

/// When a grant was last seen to stand, at most `revocation_max_age` seconds ago; `None` where it
/// does not. A token issued under it was a check at that time. `client` is that of the token, where it is known.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn stands_since(
    deployment: Deployment<'_>,
    address: &GrantKey,
    client: Option<&str>,
    issued: u64,
) -> worker::Result<Option<u64>> {
    if let Some(switch) = deployment.app.switch {
        return (switch.stands)(deployment, address, client, issued).await;
    }
    let now = now();
    let oldest = now.saturating_sub(u64::from(deployment.app.config.tokens.revocation_max_age));
    let id = &address.id;
    let seen = match CHECKED.with_borrow(|checked| checked.get(id).and_then(Value::as_u64)) {
        Some(FORGOTTEN) => FORGOTTEN,
        Some(checked) => checked.max(issued),
        None => issued,
    };
    if seen > oldest {
        return Ok(Some(seen));
    }
    let outcome = perform_at(deployment, address, Operation::Check).await?;
    if !matches!(outcome, GrantOutcome::Active { .. }) {
        return Ok(None);
    }
    note(id, now, oldest);
    Ok(Some(now))
}

/// Remembers when a grant was checked; what was checked before `oldest` gives way when it gets full.
fn note(id: &str, checked_at: u64, oldest: u64) {
    CHECKED.with_borrow_mut(|checked| {
        if checked.len() >= MAX_CHECKED {
            checked.retain(|_, at| at.as_u64() > Some(oldest));
        }
        if checked.len() >= MAX_CHECKED {
            checked.clear();
        }
        checked.insert(id.to_owned(), checked_at.into());
    });
}

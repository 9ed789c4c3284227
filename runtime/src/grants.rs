//! The cached check that a token's grant still stands.

use std::cell::RefCell;
use std::collections::HashMap;

use toolgate_core::oauth::grant::{Address, Operation, Outcome};
use toolgate_core::oauth::token::AccessToken;

use crate::entry::Incoming;
use crate::platform::now;

/// Grants remembered as checked, per isolate; at about 100 bytes each this is a few hundred KiB.
const MAX_CHECKED: usize = 4096;

/// Performs an operation on a grant's record, in the storage that `mcp.toml` names.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn perform(
    incoming: &Incoming<'_>,
    address: &Address,
    operation: Operation,
) -> worker::Result<Outcome> {
    incoming.app.store.perform(incoming.place(), address, operation).await
}

thread_local! {
    /// When each grant was last seen to stand.
    static CHECKED: RefCell<HashMap<String, u64>> = RefCell::new(HashMap::new());
}

/// Whether the grant of a token still stands, as of at most `revocation_max_age` seconds ago. A
/// fresh token and a recent check need no storage.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn stands(incoming: &Incoming<'_>, token: &AccessToken) -> worker::Result<bool> {
    let now = now();
    let oldest = now.saturating_sub(u64::from(incoming.app.config.tokens.revocation_max_age));
    let id = &token.address.id;
    let seen = CHECKED.with_borrow(|checked| checked.get(id).copied()).unwrap_or(token.issued);
    if seen.max(token.issued) > oldest {
        return Ok(true);
    }
    let outcome = perform(incoming, &token.address, Operation::Check).await?;
    let stands = matches!(outcome, Outcome::Active { .. });
    if stands {
        CHECKED.with_borrow_mut(|checked| {
            if checked.len() >= MAX_CHECKED {
                checked.retain(|_, at| *at > oldest);
            }
            if checked.len() >= MAX_CHECKED {
                checked.clear();
            }
            checked.insert(id.clone(), now);
        });
    }
    Ok(stands)
}

/// Lets the next call with a token of this grant ask the storage, in this isolate.
pub(crate) fn forget(address: &Address) {
    CHECKED.with_borrow_mut(|checked| checked.remove(&address.id));
}

//! Where grants are stored, and the cached check that a token's grant still stands.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use toolgate_config::StorageKind;
use toolgate_core::oauth::grant::{self, Address, Grant, Operation, Outcome, Write};
use toolgate_core::oauth::token::AccessToken;
use worker::{Env, Error, Method, RequestInit};

use crate::app::App;
use crate::entry::Incoming;
use crate::platform::now;

/// Binding of the Durable Object class, which sessions need even when grants are in KV.
pub(crate) const OBJECT_BINDING: &str = "TOOLGATE";

/// Workers KV refuses a shorter life than this many seconds.
const KV_MIN_TTL: u64 = 60;

/// Grants remembered as checked, per isolate; at about 100 bytes each this is a few hundred KiB.
const MAX_CHECKED: usize = 4096;

/// What the Durable Object is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct GrantRequest {
    pub(crate) id: String,
    pub(crate) operation: Operation,
}

/// Performs an operation on a grant's record.
///
/// # Errors
/// The storage does not answer.
pub(crate) async fn perform(
    incoming: &Incoming<'_>,
    address: &Address,
    operation: Operation,
) -> worker::Result<Outcome> {
    match incoming.app.config.storage.kind {
        StorageKind::DurableObject => perform_in_object(incoming.env, address, operation).await,
        StorageKind::Kv => perform_in_kv(incoming.app, incoming.env, address, operation).await,
    }
}

/// A person's grants live in one object, so no object serves everybody, and all of one person's
/// are found together.
async fn perform_in_object(
    env: &Env,
    address: &Address,
    operation: Operation,
) -> worker::Result<Outcome> {
    let stub =
        env.durable_object(OBJECT_BINDING)?.get_by_name(&format!("grants:{}", address.shard))?;
    let body = serde_json::to_string(&GrantRequest { id: address.id.clone(), operation })?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.into()));
    let request = worker::Request::new_with_init("https://toolgate.internal/grant", &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    if response.status_code() != 200 {
        return Err(Error::RustError(format!("the object answered {}", response.status_code())));
    }
    response.json().await
}

/// KV has no compare-and-set: two uses at the same moment, or in two places within a minute, can
/// both succeed. Choosing `kind = "kv"` accepts that.
async fn perform_in_kv(
    app: &App,
    env: &Env,
    address: &Address,
    operation: Operation,
) -> worker::Result<Outcome> {
    let store = env.kv(&app.config.storage.binding)?;
    let key = format!("grant:{}:{}", address.shard, address.id);
    let stored = store.get(&key).json::<Grant>().await?;
    let now = now();
    let (write, outcome) = grant::apply(stored, operation, now);
    if let Write::Put(grant) = write {
        let ttl = grant.disposable_at().saturating_sub(now).max(KV_MIN_TTL);
        store.put(&key, serde_json::to_string(&grant)?)?.expiration_ttl(ttl).execute().await?;
    }
    Ok(outcome)
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

//! Grants in Workers KV: eventually consistent.
//!
//! KV has no compare-and-set: two uses at the same moment, or in two places within a minute, can
//! both succeed. Choosing `kind = "kv"` accepts that.

use toolgate_core::oauth::grant::{self, Address, Grant, Operation, Outcome, Write};

use super::{Answer, Place, Store};
use crate::platform::now;

/// Workers KV refuses a shorter life than this many seconds.
const MIN_TTL: u64 = 60;

/// The backend.
#[derive(Debug)]
pub struct Kv;

impl Store for Kv {
    fn perform<'a>(
        &'a self,
        place: Place<'a>,
        address: &'a Address,
        operation: Operation,
    ) -> Answer<'a, Outcome> {
        Box::pin(perform(place, address, operation))
    }

    fn list<'a>(&'a self, place: Place<'a>, shard: &'a str) -> Answer<'a, Vec<(String, Grant)>> {
        Box::pin(list(place, shard))
    }

    /// Every key expires by itself.
    fn purge<'a>(&'a self, _: Place<'a>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

fn prefix(shard: &str) -> String {
    format!("grant:{shard}:")
}

async fn perform(
    place: Place<'_>,
    address: &Address,
    operation: Operation,
) -> worker::Result<Outcome> {
    let store = place.env.kv(&place.app.config.storage.binding)?;
    let key = format!("{}{}", prefix(&address.shard), address.id);
    let stored = store.get(&key).json::<Grant>().await?;
    let now = now();
    let (write, outcome) = grant::apply(stored, operation, now);
    if let Write::Put(grant) = write {
        let ttl = grant.disposable_at().saturating_sub(now).max(MIN_TTL);
        store.put(&key, serde_json::to_string(&grant)?)?.expiration_ttl(ttl).execute().await?;
    }
    Ok(outcome)
}

async fn list(place: Place<'_>, shard: &str) -> worker::Result<Vec<(String, Grant)>> {
    let store = place.env.kv(&place.app.config.storage.binding)?;
    let prefix = prefix(shard);
    let mut grants = Vec::new();
    let mut cursor = None;
    loop {
        let mut query = store.list().prefix(prefix.clone());
        if let Some(cursor) = cursor {
            query = query.cursor(cursor);
        }
        let page = query.execute().await?;
        for key in page.keys {
            if let Some(grant) = store.get(&key.name).json::<Grant>().await? {
                grants.push((key.name[prefix.len()..].to_owned(), grant));
            }
        }
        cursor = page.cursor.filter(|_| !page.list_complete);
        if cursor.is_none() {
            return Ok(grants);
        }
    }
}

//! Grants in Workers KV: eventually consistent.
//!
//! KV has no compare-and-set: two uses at the same moment, or in two places within a minute, can
//! both succeed. Choosing `kind = "kv"` accepts that. What can be kept is kept: a revocation is a
//! key of its own that nothing writes over, so an old record written back cannot revive a grant. So is
//! the lease of a question to the identity provider, since a key takes one write a second.

use std::collections::HashSet;

use futures_util::future::{try_join, try_join3};
use toolgate_core::oauth::grant::{self, Grant, GrantKey, GrantOutcome, Lease, Operation, Write};
use worker::Env;
use worker::kv::KvStore;

use crate::platform::now;
use crate::ports::app::Deployment;
use crate::ports::store::{Store, Stored};

/// Workers KV refuses a shorter life than this many seconds.
const MIN_TTL: u64 = 60;

/// Kind of key that holds a grant's record.
const GRANT: &str = "grant";
/// Kind of key that is there once a grant is revoked.
const REVOKED: &str = "revoked";
/// Kind of key that says until when somebody asks the identity provider about a grant.
const ASKING: &str = "asking";

/// The backend.
#[derive(Debug)]
pub struct Kv;

impl Store for Kv {
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome> {
        Box::pin(perform(deployment, address, operation))
    }

    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>> {
        Box::pin(list(deployment, subject_key))
    }

    /// Every key expires by itself.
    fn purge<'a>(&'a self, _: Deployment<'a>) -> Stored<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

fn open(deployment: Deployment<'_>) -> worker::Result<KvStore> {
    // Grants are of the Worker, and never of a test's server.
    Env::kv(deployment.env, &deployment.app.config.storage.binding)
}

fn prefix(kind: &str, subject_key: &str) -> String {
    format!("{kind}:{subject_key}:")
}

async fn perform(
    deployment: Deployment<'_>,
    address: &GrantKey,
    operation: Operation,
) -> worker::Result<GrantOutcome> {
    let store = open(deployment)?;
    let key = |kind| format!("{}{}", prefix(kind, &address.subject_key), address.id);
    let (record, mark, lease) = (key(GRANT), key(REVOKED), key(ASKING));
    let asking = async {
        match &operation {
            Operation::Refresh { .. } => store.get(&lease).text().await,
            _ => Ok(None),
        }
    };
    let (stored, revoked, asking) =
        try_join3(store.get(&record).text(), store.get(&mark).text(), asking).await?;
    let stored: Option<Grant> =
        stored.as_deref().map(toolgate_core::from_json::read).transpose()?;
    let asking: Option<Lease> =
        asking.as_deref().map(toolgate_core::from_json::read).transpose()?;
    let stored = stored.map(|grant| Grant {
        revoked: grant.revoked || revoked.is_some(),
        asking: match &operation {
            // Its own lease may not be visible yet.
            Operation::Settle { lease, .. } => Some(lease.clone()),
            // One of an earlier generation is over, and is not taken away.
            _ => asking.filter(|lease| {
                let is_retry =
                    lease.presented + 1 == grant.generation && grant.confirmed != grant.generation;
                lease.presented == grant.generation || is_retry
            }),
        },
        ..grant
    });
    let is_unseen = stored.is_none() && matches!(operation, Operation::Revoke { .. });
    let now = now();
    let (write, outcome) = grant::apply(stored, operation, now);
    if is_unseen {
        // The record may be on its way here: whoever asks has a token that was sealed for it.
        let until = now + u64::from(deployment.app.config.tokens.refresh_token_ttl);
        put(&store, &mark, "1".to_owned(), until, now).await?;
        return Ok(GrantOutcome::Done);
    }
    if let GrantOutcome::Ask { lease: taken, .. } = &outcome {
        let until = taken.asking_until;
        put(&store, &lease, serde_json::to_string(taken)?, until, now).await?;
        return Ok(outcome);
    }
    match write {
        // Not worth writing a record back that may be a minute old.
        Write::Note(_) => {}
        // As long as any copy of the record can live.
        Write::Put(grant) if grant.revoked => {
            put(&store, &mark, "1".to_owned(), grant.expires, now).await?;
        }
        Write::Put(grant) => {
            let until = grant.disposable_at();
            put(&store, &record, serde_json::to_string(&grant)?, until, now).await?;
        }
        Write::Keep => {}
    }
    Ok(outcome)
}

async fn put(
    store: &KvStore,
    key: &str,
    value: String,
    until: u64,
    now: u64,
) -> worker::Result<()> {
    let ttl = until.saturating_sub(now).max(MIN_TTL);
    Ok(store.put(key, value)?.expiration_ttl(ttl).execute().await?)
}

async fn list(
    deployment: Deployment<'_>,
    subject_key: &str,
) -> worker::Result<Vec<(String, Grant)>> {
    let store = open(deployment)?;
    let (ids, revoked) =
        try_join(ids(&store, GRANT, subject_key), ids(&store, REVOKED, subject_key)).await?;
    let revoked: HashSet<_> = revoked.into_iter().collect();
    let mut grants = Vec::new();
    for id in ids {
        let key = format!("{}{id}", prefix(GRANT, subject_key));
        if let Some(record) = store.get(&key).text().await? {
            let mut grant: Grant = toolgate_core::from_json::read(&record)?;
            grant.revoked |= revoked.contains(&id);
            grants.push((id, grant));
        }
    }
    Ok(grants)
}

/// The ids of a person's keys of this kind.
async fn ids(store: &KvStore, kind: &str, subject_key: &str) -> worker::Result<Vec<String>> {
    let prefix = prefix(kind, subject_key);
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let mut query = store.list().prefix(prefix.clone());
        if let Some(cursor) = cursor {
            query = query.cursor(cursor);
        }
        let page = query.execute().await?;
        ids.extend(
            page.keys.iter().filter_map(|key| key.name.strip_prefix(&prefix)).map(str::to_owned),
        );
        cursor = page.cursor.filter(|_| !page.list_complete);
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}

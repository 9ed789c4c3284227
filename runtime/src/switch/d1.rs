//! Grants in D1 under the times up to which they are over, and the index beside them.

use std::cell::Cell;

use serde::Deserialize;
use toolgate_core::admin::index::{Entry, Found, Query};
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation, Write};
use toolgate_core::revocation::{Notice, record};
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, Env, SqlStorageValue};

use super::person::{apply, uses_tokens};
use super::{client, feed, index};
use crate::grants;
use crate::platform::console::log_error;
use crate::platform::{millis, now};
use crate::ports::app::Deployment;
use crate::ports::store::Store as _;

const SCHEMA: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS toolgate_people (person TEXT PRIMARY KEY, ended INTEGER NOT NULL) \
     WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS toolgate_index (id TEXT PRIMARY KEY, person TEXT NOT NULL, \
     client TEXT NOT NULL, address_key TEXT NOT NULL, created INTEGER NOT NULL, \
     used_day INTEGER NOT NULL, expires INTEGER NOT NULL, live INTEGER NOT NULL, \
     version INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS toolgate_index_person ON toolgate_index (person, live, expires)",
    "CREATE INDEX IF NOT EXISTS toolgate_index_client ON toolgate_index (client, person)",
    "CREATE INDEX IF NOT EXISTS toolgate_index_address ON toolgate_index (address_key)",
];

/// Attempts at telling the feed. After them the answer is that it was not told, and whoever asked asks again.
const ATTEMPTS: usize = 3;

thread_local! {
    /// True if this isolate has seen the tables.
    static HAS_TABLES: Cell<bool> = const { Cell::new(false) };
}

#[derive(Deserialize)]
struct PersonRow {
    person: String,
}

#[derive(Deserialize)]
struct EndedRow {
    ended: u64,
}

async fn open(deployment: Deployment<'_>) -> worker::Result<D1Database> {
    let database = Env::d1(deployment.env, &deployment.app.config.storage.binding)?;
    if !HAS_TABLES.get() {
        database.batch(SCHEMA.iter().map(|sql| database.prepare(*sql)).collect()).await?;
        HAS_TABLES.set(true);
    }
    Ok(database)
}

/// Performs an operation on one grant. Whatever it ends is in the feed when this answers.
///
/// # Errors
/// The storage or the feed does not answer.
pub(super) async fn perform(
    deployment: Deployment<'_>,
    address: &GrantKey,
    operation: Operation,
) -> worker::Result<GrantOutcome> {
    if uses_tokens(&operation) {
        // A client, or everybody, may have ended since this isolate read the feed.
        feed::read(deployment.app, deployment.env).await?;
    }
    let made = match &operation {
        Operation::Create(grant) => Some(grant.created),
        _ => None,
    };
    let (outcome, is_told, after) = grants::change_in_d1(deployment, address, |stored| {
        let before = stored.clone();
        let applied = apply(stored, operation.clone(), 0);
        let after = match &applied.write {
            Write::Put(grant) | Write::Note(grant) => Some((**grant).clone()),
            Write::Keep => before,
        };
        (applied.write, (applied.outcome, applied.is_told, after))
    })
    .await?;
    if is_told {
        tell(deployment, &[Notice::grant(&address.id, &address.subject_key)]).await?;
    }
    note(deployment, address, after).await;
    match made {
        // Whoever ends a person writes that first and looks for grants then: one of the two sees the other.
        Some(made) if made <= ended(deployment, &address.subject_key).await? => {
            Box::pin(perform(deployment, address, Operation::Revoke { client: None })).await?;
            Ok(GrantOutcome::Gone)
        }
        _ => Ok(outcome),
    }
}

/// Ends the grants of a person that were made until now, or until that was decided elsewhere.
///
/// # Errors
/// As [`perform`].
pub(super) async fn end(
    deployment: Deployment<'_>,
    person: &str,
    decided: Option<u64>,
) -> worker::Result<usize> {
    let now = now();
    let before = record::ended_before(decided, now);
    let database = open(deployment).await?;
    let sql = "INSERT INTO toolgate_people VALUES (?, ?) ON CONFLICT DO UPDATE SET \
               ended = max(ended, excluded.ended)";
    database.prepare(sql).bind(&[person.into(), number(before)])?.run().await?;
    let grants = grants::D1.list(deployment, person).await?;
    let (changed, notices) = record::end_person(person, grants, before, now);
    let mut count = 0;
    for (id, grant) in changed {
        let address = GrantKey { subject_key: person.to_owned(), id };
        count += usize::from(grant.expires > now);
        let after = grants::change_in_d1(deployment, &address, |stored| {
            let ended = stored.map(|grant| Grant { revoked: true, asking: None, ..grant });
            let write = ended.clone().map_or(Write::Keep, |grant| Write::Put(Box::new(grant)));
            (write, ended)
        })
        .await?;
        note(deployment, &address, after).await;
    }
    tell(deployment, &notices).await?;
    Ok(count)
}

async fn tell(deployment: Deployment<'_>, notices: &[Notice]) -> worker::Result<()> {
    let mut told = Ok(());
    for _ in 0..ATTEMPTS {
        told = client::tell((deployment.app, deployment.env), notices).await;
        if told.is_ok() {
            break;
        }
    }
    told
}

async fn ended(deployment: Deployment<'_>, person: &str) -> worker::Result<u64> {
    let database = open(deployment).await?;
    let statement = database.prepare("SELECT ended FROM toolgate_people WHERE person = ?");
    let row: Option<EndedRow> = statement.bind(&[person.into()])?.first(None).await?;
    Ok(row.map_or(0, |row| row.ended))
}

/// Puts an entry into the index. It is for looking only, so a failure stops nothing; the next refresh repairs it.
async fn note(deployment: Deployment<'_>, address: &GrantKey, grant: Option<Grant>) {
    let config = &deployment.app.config;
    if config.admin.is_none() && config.signals.is_none() {
        return;
    }
    let keys = deployment.app.keyring(deployment.env);
    let entry = keys
        .zip(grant)
        .and_then(|(keys, grant)| Entry::of(&keys, &address.subject_key, &address.id, &grant));
    let Some(entry) = entry else { return };
    if let Err(error) = put(deployment, &entry).await {
        log_error!("the index of grants was not written: {error}");
    }
}

async fn put(deployment: Deployment<'_>, entry: &Entry) -> worker::Result<()> {
    let values = [
        JsValue::from(&entry.grant),
        JsValue::from(&entry.person),
        JsValue::from(&entry.client),
        JsValue::from(&entry.address_key),
        number(entry.created),
        number(entry.used_day),
        number(entry.expires),
        number(entry.is_live.into()),
        number(millis()),
    ];
    open(deployment).await?.prepare(index::UPSERT).bind(&values)?.run().await.map(drop)
}

/// Finds people with live grants.
pub(super) async fn find(deployment: Deployment<'_>, query: Query) -> worker::Result<Found> {
    let (sql, values) = index::statement(query, now());
    let values: Vec<JsValue> = values.iter().map(value).collect();
    let rows = open(deployment).await?.prepare(sql).bind(&values)?.all().await?;
    let rows: Vec<PersonRow> = rows.results()?;
    Ok(index::page(rows.into_iter().map(|row| row.person).collect()))
}

/// Deletes what is of no more use.
pub(super) async fn purge(deployment: Deployment<'_>) -> worker::Result<()> {
    grants::D1.purge(deployment).await?;
    let database = open(deployment).await?;
    let now = number(now());
    database.prepare("DELETE FROM toolgate_index WHERE expires <= ?").bind(&[now])?.run().await?;
    Ok(())
}

fn value(value: &SqlStorageValue) -> JsValue {
    match value {
        SqlStorageValue::String(text) => JsValue::from(text),
        SqlStorageValue::Integer(whole) => number(u64::try_from(*whole).unwrap_or_default()),
        _ => JsValue::NULL,
    }
}

/// A number as JavaScript and SQLite both hold it exactly: below 2^53.
fn number(number: u64) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "times of this era")]
    JsValue::from_f64(number as f64)
}

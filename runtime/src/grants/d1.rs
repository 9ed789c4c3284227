//! Grants in D1: strongly consistent, at the cost of a way to the region of the database.
//!
//! Each row has a version, and a write names the version that was read: of those that overlap one
//! wins, and the others read again. So [`grant::apply`] is as atomic as inside a Durable Object.

use std::cell::Cell;

use serde::Deserialize;
use toolgate_core::oauth::grant::{self, Grant, GrantKey, GrantOutcome, Operation, Write};
use worker::wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, Env, Error};

use crate::platform::now;
use crate::ports::app::Deployment;
use crate::ports::store::{Store, Stored};

/// The name keeps clear of the tables of a database that the server shares.
const SCHEMA: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS toolgate_grants (id TEXT PRIMARY KEY, shard TEXT NOT NULL, \
     record TEXT NOT NULL, version INTEGER NOT NULL, disposable_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS toolgate_grants_shard ON toolgate_grants (shard)",
    "CREATE INDEX IF NOT EXISTS toolgate_grants_disposable_at ON toolgate_grants (disposable_at)",
];

// A grant is looked up among those of its person only, whatever its id.
const READ: &str = "SELECT record, version FROM toolgate_grants WHERE id = ? AND shard = ?";
const LIST: &str = "SELECT id, record FROM toolgate_grants WHERE shard = ?";
const INSERT: &str = "INSERT INTO toolgate_grants (id, shard, record, version, disposable_at) \
     VALUES (?, ?, ?, 1, ?) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE toolgate_grants SET record = ?, version = version + 1, \
     disposable_at = ? WHERE id = ? AND shard = ? AND version = ?";
const PURGE: &str = "DELETE FROM toolgate_grants WHERE id IN \
     (SELECT id FROM toolgate_grants WHERE disposable_at <= ? LIMIT ?)";

/// Attempts at an operation that is overtaken. However many overlap, the first uses a
/// token up, the second may revoke, and those after it have nothing to write: three rounds. The
/// rest is for a person who signs in, refreshes and revokes at the same moment.
const MAX_ATTEMPTS: usize = 8;

/// Rows that one statement deletes, so that sign-ins do not wait long for it.
const PURGE_ROWS: usize = 1000;

/// Statements of one purge: a Worker on the free plan may make 50 queries.
const PURGE_STATEMENTS: usize = 40;

thread_local! {
    /// True if this isolate has seen the table.
    static HAS_TABLE: Cell<bool> = const { Cell::new(false) };
}

/// The backend.
#[derive(Debug)]
pub struct D1;

#[derive(Deserialize)]
struct Row {
    record: String,
    version: u32,
}

#[derive(Deserialize)]
struct IdentifiedRow {
    id: String,
    record: String,
}

impl Store for D1 {
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome> {
        Box::pin(async move {
            change(deployment, address, |stored| grant::apply(stored, operation.clone(), now()))
                .await
        })
    }

    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>> {
        Box::pin(async move { looking(list(&open(deployment).await?, subject_key).await) })
    }

    fn purge<'a>(&'a self, deployment: Deployment<'a>) -> Stored<'a, ()> {
        Box::pin(async move { looking(purge(&open(deployment).await?).await) })
    }
}

/// After a failure the next operation looks for the table again: somebody may have dropped it.
fn looking<T>(result: worker::Result<T>) -> worker::Result<T> {
    if result.is_err() {
        HAS_TABLE.set(false);
    }
    result
}

/// The database, with its table. Isolates that create it at the same moment do not disturb each
/// other: a batch is a transaction, and each statement lets be what is there.
async fn open(deployment: Deployment<'_>) -> worker::Result<D1Database> {
    let database = Env::d1(deployment.env, &deployment.app.config.storage.binding)?;
    if !HAS_TABLE.get() {
        database.batch(SCHEMA.iter().map(|sql| database.prepare(*sql)).collect()).await?;
        HAS_TABLE.set(true);
    }
    Ok(database)
}

/// Changes a grant's record: what `apply` says, of the record that is there when it is written.
pub(crate) async fn change<T>(
    deployment: Deployment<'_>,
    address: &GrantKey,
    apply: impl Fn(Option<Grant>) -> (Write, T),
) -> worker::Result<T> {
    looking(try_change(&open(deployment).await?, address, apply).await)
}

async fn try_change<T>(
    database: &D1Database,
    address: &GrantKey,
    apply: impl Fn(Option<Grant>) -> (Write, T),
) -> worker::Result<T> {
    for _ in 0..MAX_ATTEMPTS {
        let key = [text(&address.id), text(&address.subject_key)];
        let row: Option<Row> = database.prepare(READ).bind(&key)?.first(None).await?;
        let version = row.as_ref().map(|row| row.version);
        let stored = row.map(|row| toolgate_core::from_json::read(&row.record)).transpose()?;
        let (write, outcome) = apply(stored);
        let (Write::Put(grant) | Write::Note(grant)) = write else { return Ok(outcome) };
        if put(database, address, version, &grant).await? {
            return Ok(outcome);
        }
    }
    Err(Error::RustError("the grant was changed by others all the time".to_owned()))
}

/// Writes over this version of the row, or a row that was not there; `false` when it is another by
/// now.
async fn put(
    database: &D1Database,
    address: &GrantKey,
    version: Option<u32>,
    grant: &Grant,
) -> worker::Result<bool> {
    let (id, subject_key) = (text(&address.id), text(&address.subject_key));
    let record = text(&serde_json::to_string(grant)?);
    let disposable_at = number(grant.disposable_at());
    let statement = match version {
        None => database.prepare(INSERT).bind(&[id, subject_key, record, disposable_at])?,
        Some(version) => {
            let values = [record, disposable_at, id, subject_key, JsValue::from(version)];
            database.prepare(UPDATE).bind(&values)?
        }
    };
    Ok(changes(&statement).await? > 0)
}

async fn list(database: &D1Database, subject_key: &str) -> worker::Result<Vec<(String, Grant)>> {
    let rows = database.prepare(LIST).bind(&[text(subject_key)])?.all().await?;
    let rows: Vec<IdentifiedRow> = rows.results()?;
    rows.into_iter().map(|row| Ok((row.id, toolgate_core::from_json::read(&row.record)?))).collect()
}

async fn purge(database: &D1Database) -> worker::Result<()> {
    let values = [number(now()), JsValue::from(PURGE_ROWS)];
    for _ in 0..PURGE_STATEMENTS {
        if changes(&database.prepare(PURGE).bind(&values)?).await? < PURGE_ROWS {
            break;
        }
    }
    Ok(())
}

async fn changes(statement: &D1PreparedStatement) -> worker::Result<usize> {
    let meta = statement.run().await?.meta()?;
    // Without the count nobody knows who won, so nobody did.
    meta.and_then(|meta| meta.changes)
        .ok_or_else(|| Error::RustError("D1 did not tell what it changed".to_owned()))
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

/// Seconds as JavaScript and SQLite both hold them exactly: below 2^53.
fn number(seconds: u64) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "times of this era")]
    JsValue::from_f64(seconds as f64)
}

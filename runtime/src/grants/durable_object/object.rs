//! Inside the object of one person's grants.

use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use toolgate_core::oauth::grant::{self, Grant, Write};
use worker::{Error, SqlStorageValue};

use super::{GRANT, GrantRequest};
use crate::platform::host::{Request, Response, SqlStorage};
use crate::platform::now;
use crate::ports::feature::Feature;
use crate::ports::object::{self, Object};

const TABLE: &str = "grants";

const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS grants \
     (id TEXT PRIMARY KEY, record TEXT NOT NULL, disposable_at INTEGER NOT NULL) WITHOUT ROWID";

/// The feature that keeps grants.
pub static GRANTS: &dyn Feature = &GrantsFeature;

#[derive(Debug)]
struct GrantsFeature;

impl Feature for GrantsFeature {
    fn prefix(&self) -> &'static str {
        GRANT
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            match object::body(&mut request).await? {
                GrantRequest::Perform(id, operation) => {
                    let apply = |stored| grant::apply(stored, operation, now());
                    object::answer(&change(object, &id, apply).await?)
                }
                GrantRequest::List => object::answer(&list(object)?),
            }
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            let is_of_grants = object.has_table(TABLE)?;
            if is_of_grants {
                purge(object).await?;
            }
            Ok(is_of_grants)
        })
    }
}

/// Reads, decides and writes without waiting in between, so nothing can come between them; the
/// platform holds the answer back until the write is durable.
pub(crate) async fn change<T>(
    object: &Object,
    id: &str,
    apply: impl FnOnce(Option<Grant>) -> (Write, T),
) -> worker::Result<T> {
    let sql = object.sql();
    sql.exec(CREATE_TABLE, None)?;
    let stored = read(&sql, id)?;
    let is_new = stored.is_none();
    let (write, outcome) = apply(stored);
    if let Write::Put(grant) | Write::Note(grant) = write {
        put(&sql, id, &grant)?;
        // An alarm for an earlier one stands, and goes on to this one.
        if is_new && earliest(&sql)? == Some(grant.disposable_at()) {
            schedule_purge(object, &sql).await?;
        }
    }
    Ok(outcome)
}

pub(crate) fn list(object: &Object) -> worker::Result<Vec<(String, Grant)>> {
    let sql = object.sql();
    sql.exec(CREATE_TABLE, None)?;
    sql.exec("SELECT id, record FROM grants", None)?
        .raw()
        .map(|row| match &row?[..] {
            [SqlStorageValue::String(id), record] => Ok((id.clone(), parse(record)?)),
            _ => Err(unreadable()),
        })
        .collect()
}

/// Deletes the records that are of no more use.
pub(crate) fn purge_rows(object: &Object) -> worker::Result<SqlStorage> {
    let sql = object.sql();
    sql.exec("DELETE FROM grants WHERE disposable_at <= ?", vec![seconds(now())])?;
    Ok(sql)
}

/// Deletes what is of no more use, and everything when nothing is left.
async fn purge(object: &Object) -> worker::Result<()> {
    let sql = purge_rows(object)?;
    if earliest(&sql)?.is_some() {
        schedule_purge(object, &sql).await
    } else {
        object.state().storage().delete_all().await
    }
}

async fn schedule_purge(object: &Object, sql: &SqlStorage) -> worker::Result<()> {
    let Some(at) = earliest(sql)? else { return Ok(()) };
    let wait = Duration::from_secs(at.saturating_sub(now()) + 1);
    object.state().storage().set_alarm(wait).await
}

fn read(sql: &SqlStorage, id: &str) -> worker::Result<Option<Grant>> {
    let rows = sql.exec("SELECT record FROM grants WHERE id = ?", vec![id.to_owned().into()])?;
    let first = rows.raw().next();
    first.map(|row| row?.first().ok_or_else(unreadable).and_then(parse)).transpose()
}

fn parse(record: &SqlStorageValue) -> worker::Result<Grant> {
    match record {
        SqlStorageValue::String(record) => Ok(toolgate_core::from_json::read(record)?),
        _ => Err(unreadable()),
    }
}

fn unreadable() -> Error {
    Error::RustError("a row of the storage is not one of ours".to_owned())
}

/// Stores a record.
pub(crate) fn put(sql: &SqlStorage, id: &str, grant: &Grant) -> worker::Result<()> {
    let values = vec![
        id.to_owned().into(),
        serde_json::to_string(grant)?.into(),
        seconds(grant.disposable_at()),
    ];
    sql.exec("INSERT OR REPLACE INTO grants (id, record, disposable_at) VALUES (?, ?, ?)", values)
        .map(drop)
}

/// When the first record is of no more use; `None` where there is none.
pub(crate) fn earliest(sql: &SqlStorage) -> worker::Result<Option<u64>> {
    let first =
        sql.exec("SELECT min(disposable_at) FROM grants", None)?.raw().next().transpose()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds we wrote")]
    Ok(match first.as_deref() {
        Some([SqlStorageValue::Integer(at)]) => u64::try_from(*at).ok(),
        Some([SqlStorageValue::Float(at)]) => Some(*at as u64),
        _ => None,
    })
}

/// Seconds as SQLite and JavaScript both hold them exactly.
fn seconds(time: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(time).unwrap_or(i64::MAX))
}

//! Inside the object that keeps state.

use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use worker::SqlStorageValue;

use super::atomically::atomically;
use super::sql::{SqlAnswer, SqlRequest, Statement};
use super::value::{Kept, ValueRequest};
use crate::platform::host::{Request, Response, SqlCursor, SqlStorage, Storage};
use crate::ports::feature::Feature;
use crate::ports::object::Object;

/// Bytes of JSON that a query may answer: it is held in memory several times on its way to the tool,
/// and a Worker has 128 MB.
const MAX_ROWS_BYTES: usize = 8 * 1024 * 1024;

const TABLE: &str = "toolgate_state";

/// `AUTOINCREMENT` never gives a number twice, so that a value which was deleted and made anew is
/// not taken for the one that was read before.
const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS toolgate_state \
     (version INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL)";

/// The feature of functions that use state.
pub static STATE: &dyn Feature = &StateFeature;

#[derive(Debug)]
struct StateFeature;

impl Feature for StateFeature {
    fn prefix(&self) -> &'static str {
        "/state/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let body = request.text().await?;
            let storage = object.state().storage();
            let answer = match request.path().as_str() {
                "/state/value" => {
                    serde_json::to_string(&value(object, toolgate_core::from_json::read(&body)?)?)?
                }
                "/state/sql" => {
                    serde_json::to_string(&sql(&storage, toolgate_core::from_json::read(&body)?))?
                }
                _ => return Response::error("no such operation", 404),
            };
            Response::ok(answer)
        })
    }
}

/// Reads, decides and writes without waiting in between, so nothing can come between them; the
/// platform holds the answer back until the write is durable.
fn value(object: &Object, question: ValueRequest) -> worker::Result<Kept> {
    let sql = &object.sql();
    match question {
        // Who only looks leaves nothing behind.
        ValueRequest::Get(_) if !object.has_table(TABLE)? => {
            Ok(Kept { done: true, ..Kept::default() })
        }
        ValueRequest::Get(key) => read(sql, key),
        ValueRequest::Put { key, value, expected } => {
            sql.exec(CREATE_TABLE, None)?;
            if let Some(expected) = expected {
                let kept = read(sql, key.clone())?;
                if kept.version != expected {
                    return Ok(Kept { done: false, ..kept });
                }
            }
            let Some(value) = value else {
                sql.exec("DELETE FROM toolgate_state WHERE key = ?", vec![key.into()])?;
                return Ok(Kept { done: true, ..Kept::default() });
            };
            // The new row replaces the one of the same key, and has a new version.
            sql.exec(
                "INSERT OR REPLACE INTO toolgate_state (key, value) VALUES (?, ?)",
                vec![key.into(), value.into()],
            )?;
            Ok(Kept { done: true, ..Kept::default() })
        }
    }
}

fn read(sql: &SqlStorage, key: String) -> worker::Result<Kept> {
    let rows =
        sql.exec("SELECT value, version FROM toolgate_state WHERE key = ?", vec![key.into()])?;
    match rows.raw().next().transpose()?.as_deref() {
        None => Ok(Kept { done: true, ..Kept::default() }),
        Some([SqlStorageValue::String(value), SqlStorageValue::Integer(version)]) => {
            Ok(Kept { value: Some(value.clone()), version: *version, done: true })
        }
        Some(_) => Err("a row of the storage is not one of ours".into()),
    }
}

fn sql(storage: &Storage, question: SqlRequest) -> SqlAnswer {
    let answer = match question {
        SqlRequest::Query(statement) => {
            atomically(storage, move |sql| rows(sql, statement)).map(SqlAnswer::Rows)
        }
        SqlRequest::Execute(statements) => atomically(storage, move |sql| {
            statements.into_iter().map(|statement| execute(sql, statement)).collect()
        })
        .map(SqlAnswer::Changed),
    };
    answer.unwrap_or_else(SqlAnswer::Refused)
}

fn execute(sql: &SqlStorage, statement: Statement) -> Result<u64, String> {
    let before = total_changes(sql)?;
    // The rows of a statement with RETURNING are let go.
    for row in exec(sql, statement)?.raw() {
        row.map_err(|error| words(&error))?;
    }
    Ok(total_changes(sql)?.saturating_sub(before))
}

fn total_changes(sql: &SqlStorage) -> Result<u64, String> {
    let rows = sql.exec("SELECT total_changes()", None).map_err(|error| words(&error))?;
    match rows.raw().next() {
        Some(Ok(row)) => match row.first() {
            Some(SqlStorageValue::Integer(count)) => Ok(u64::try_from(*count).unwrap_or_default()),
            _ => Ok(0),
        },
        Some(Err(error)) => Err(words(&error)),
        None => Ok(0),
    }
}

fn rows(sql: &SqlStorage, statement: Statement) -> Result<Vec<Map<String, Value>>, String> {
    let cursor = exec(sql, statement)?;
    let columns = cursor.column_names();
    let (mut rows, mut bytes) = (Vec::new(), 0);
    for row in cursor.raw() {
        let row = row.map_err(|error| words(&error))?;
        let mut object = Map::new();
        for (column, value) in columns.iter().zip(row) {
            bytes += column.len() + size(&value);
            object.insert(column.clone(), json(value));
        }
        if bytes > MAX_ROWS_BYTES {
            return Err(format!("the rows have more than {MAX_ROWS_BYTES} bytes; use LIMIT"));
        }
        rows.push(object);
    }
    Ok(rows)
}

fn exec(sql: &SqlStorage, statement: Statement) -> Result<SqlCursor, String> {
    let values: Result<Vec<_>, _> =
        statement.values.into_iter().map(crate::platform::params::SqlValue::into_storage).collect();
    sql.exec(&statement.sql, values?).map_err(|error| words(&error))
}

/// About how many bytes the value has as JSON.
fn size(value: &SqlStorageValue) -> usize {
    match value {
        SqlStorageValue::String(text) => text.len() + 2,
        // Each byte becomes a number of up to three digits.
        SqlStorageValue::Blob(bytes) => bytes.len() * 4,
        _ => 8,
    }
}

fn json(value: SqlStorageValue) -> Value {
    match value {
        SqlStorageValue::Null => Value::Null,
        SqlStorageValue::Boolean(value) => Value::from(value),
        SqlStorageValue::Integer(number) => Value::from(number),
        SqlStorageValue::Float(number) => Value::from(number),
        SqlStorageValue::String(text) => Value::from(text),
        SqlStorageValue::Blob(bytes) => Value::from(bytes),
    }
}

/// The message of SQLite, without the words of the layers around it.
pub(super) fn words(error: &worker::Error) -> String {
    let text = error.to_string();
    text.trim_start_matches("Error: ").to_owned()
}

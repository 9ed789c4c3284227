//! Inside the object: the sessions that are told of changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::future::join_all;
use toolgate_core::mcp::notify::Change;
use worker::SqlStorageValue;

use super::{FULL, GONE};
use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::host::{Response, SqlStorage};
use crate::ports::app::App;
use crate::ports::object::Object;

/// Sessions that are told of changes. Each costs a request to its object in each round.
const MAX_SESSIONS: u64 = 10_000;

/// Sessions that are told at once; the platform lets an object wait for a few requests only.
const AT_ONCE: usize = 6;

/// Changes that wait for the round under way to end, each kept once. A round takes a minute and a half
/// at most, and a server that changes more resources in that time has no use for telling of each.
const MAX_WAITING: usize = 1000;

const TABLE: &str = "listening";
const CREATE: [&str; 4] = [
    "CREATE TABLE IF NOT EXISTS listening \
     (at INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS listening_owner ON listening (owner, at)",
    // Counting the rows would read them all at each registration.
    "CREATE TABLE IF NOT EXISTS listening_count \
     (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL)",
    "INSERT INTO listening_count SELECT 1, (SELECT count(*) FROM listening) \
     WHERE NOT EXISTS (SELECT 1 FROM listening_count)",
];
const DELETE: &str = "DELETE FROM listening WHERE name = ?";

/// The rounds in which sessions are told: one under way at most, and what came up meanwhile.
#[derive(Default)]
pub(super) struct Fan {
    is_under_way: Cell<bool>,
    waiting: RefCell<Vec<Change>>,
}

/// Has a session told of changes; `row` is its subject key, which is in the column
/// `owner`, and its name, on a line each.
pub(super) fn register(object: &Object, row: &str) -> worker::Result<Response> {
    let Some((subject_key, name)) = row.split_once('\n') else {
        return Err("no name of a session".into());
    };
    let sql = object.sql();
    create(&sql)?;
    let limits = &object.app().config.limits;
    let of_one = limits.sessions_per_person.saturating_add(limits.streams_per_person);
    if let Some(of_one) = object.app().per_person(of_one) {
        // What a person has is bounded before it comes here; this is for ends that were not told.
        let gone = "DELETE FROM listening WHERE owner = ?1 AND name <> ?2 AND at NOT IN \
                    (SELECT at FROM listening WHERE owner = ?1 ORDER BY at DESC LIMIT ?3)";
        let kept = number(of_one as u64 - 1);
        count(&sql, -1, gone, vec![subject_key.into(), name.into(), kept])?;
    }
    let new = "INSERT OR IGNORE INTO listening (name, owner) \
               SELECT ?, ? WHERE (SELECT count FROM listening_count) < ?";
    count(&sql, 1, new, vec![name.into(), subject_key.into(), number(MAX_SESSIONS)])?;
    let known = sql.exec("SELECT 1 FROM listening WHERE name = ?", vec![name.into()])?;
    let is_known = known.raw().next().transpose()?.is_some();
    Response::ok(if is_known { "" } else { FULL })
}

/// The session of this name is over.
pub(super) fn unregister(object: &Object, name: &str) -> worker::Result<Response> {
    if object.has_table(TABLE)? {
        let sql = object.sql();
        create(&sql)?;
        forget(&sql, name)?;
    }
    Response::empty()
}

/// Makes what is missing; an earlier version of the server had less.
fn create(sql: &SqlStorage) -> worker::Result<()> {
    CREATE.iter().try_for_each(|statement| sql.exec(statement, None).map(drop))
}

fn forget(sql: &SqlStorage, name: &str) -> worker::Result<()> {
    count(sql, -1, DELETE, vec![name.into()])
}

/// Runs a statement, and counts the rows that it adds or takes away.
fn count(
    sql: &SqlStorage,
    sign: i64,
    statement: &str,
    values: Vec<SqlStorageValue>,
) -> worker::Result<()> {
    sql.exec(statement, values)?;
    let added = "UPDATE listening_count SET count = count + ? * changes()";
    sql.exec(added, vec![SqlStorageValue::Integer(sign)]).map(drop)
}

/// Tells every session of a change: in a round of its own, or in the next one with whatever else comes
/// up while one is under way.
pub(super) fn announce(object: &Object, fan: &Rc<Fan>, change: &Change) -> worker::Result<()> {
    if !object.has_table(TABLE)? {
        return Ok(());
    }
    {
        let mut waiting = fan.waiting.borrow_mut();
        if !waiting.contains(change) {
            if waiting.len() >= MAX_WAITING {
                log_error!("too many changes at once: sessions are not told of one of them");
                return Ok(());
            }
            waiting.push(change.clone());
        }
    }
    if fan.is_under_way.replace(true) {
        return Ok(());
    }
    let (app, env, sql, fan) = (object.app(), object.env().clone(), object.sql(), Rc::clone(fan));
    object.state().wait_until(async move {
        loop {
            let changes = fan.waiting.take();
            if changes.is_empty() {
                break;
            }
            if let Err(error) = round(app, &env, &sql, &changes).await {
                log_error!("sessions could not be told of changes: {error}");
            }
        }
        fan.is_under_way.set(false);
    });
    Ok(())
}

/// Tells every session of these changes.
async fn round(
    app: &'static App,
    env: &Env,
    sql: &SqlStorage,
    changes: &[Change],
) -> worker::Result<()> {
    create(sql)?;
    let sessions = sessions(sql)?;
    let changes = serde_json::to_string(changes)?;
    for (index, some) in sessions.chunks(AT_ONCE).enumerate() {
        let told = join_all(some.iter().map(|name| tell(app, env, name, &changes))).await;
        for (name, told) in some.iter().zip(told) {
            match told {
                Ok(true) => {}
                // Left for the next round, should it fail.
                Ok(false) => drop(forget(sql, name)),
                Err(error) if is_exhausted(&error) => {
                    let left = sessions.len() - index * AT_ONCE;
                    let of = sessions.len();
                    return Err(format!(
                        "{left} of {of} were left out, since the plan allows no more requests at \
                         once (`limits.subrequests`): {error}"
                    )
                    .into());
                }
                Err(error) => log_error!("a session could not be told of a change: {error}"),
            }
        }
    }
    Ok(())
}

/// True if the platform allows no more requests of this invocation.
fn is_exhausted(error: &worker::Error) -> bool {
    error.to_string().contains("subrequest")
}

/// Tells a session; false if there is none any more.
async fn tell(app: &App, env: &Env, name: &str, changes: &str) -> worker::Result<bool> {
    // The name begins with the kind of session, which knows this path.
    let kind = name.split(':').next().unwrap_or_default();
    let answer =
        object_client::ask(app, env, name, &["/", kind, "/notify"].concat(), changes).await?;
    Ok(answer != GONE)
}

fn sessions(sql: &SqlStorage) -> worker::Result<Vec<String>> {
    let rows = sql.exec("SELECT name FROM listening ORDER BY at", None)?;
    rows.raw()
        .map(|row| match row?.pop() {
            Some(SqlStorageValue::String(name)) => Ok(name),
            _ => Err("a row of the storage is not one of ours".into()),
        })
        .collect()
}

fn number(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(number.cast_signed())
}

// The workspace as a whole has the feature.
#[cfg(all(test, feature = "testing-sqlite"))]
#[path = "recorded_tests.rs"]
mod recorded_tests;

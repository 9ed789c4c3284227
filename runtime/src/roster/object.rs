//! Inside the object: what one person has open.

use std::time::Duration;

use worker::SqlStorageValue;

use super::{BUSY, Entry, GONE, OPEN};
use crate::http::object_client;
use crate::platform::console::log_error;
use crate::platform::host::Response;
use crate::ports::object::Object;

/// The table that tells such an object from others.
pub(crate) const TABLE: &str = "toolgate_roster";

/// A row is a session, or, with a number, a stream of one. `at` is when a stream was opened, and for a
/// session a time at or before its last use, in milliseconds.
const CREATE: &str = "CREATE TABLE IF NOT EXISTS toolgate_roster \
     (id INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, stream INTEGER NOT NULL, \
     at INTEGER NOT NULL, UNIQUE (session, stream))";

/// The number in the row of a session; streams are counted from 1.
const SESSION: i64 = 0;

/// Sessions that are asked for one that is too many. With the default bound that is each of them twice;
/// above it, whoever has more than this at work at once is kept from having still more.
const MAX_ASKED: usize = 128;

/// The answer of the person's object where something is not admitted.
const REFUSED: &str = "refused";

struct Row {
    id: i64,
    session: String,
    stream: i64,
    at: i64,
}

impl Row {
    fn is_session(&self) -> bool {
        self.stream == SESSION
    }
}

/// Takes an entry.
pub(crate) async fn serve(object: &Object, entry: Entry) -> worker::Result<Response> {
    let limits = &object.app().config.limits;
    let is_new = !object.has_table(TABLE)?;
    match entry {
        // Told late, everything may be forgotten already.
        Entry::End(_) if is_new => {}
        Entry::End(session) => {
            object.sql().exec(
                "DELETE FROM toolgate_roster WHERE session = ?",
                vec![session.as_str().into()],
            )?;
            tidy(object).await?;
        }
        Entry::Begin(session) => {
            begin(object, is_new).await?;
            let bound = object.app().per_person(limits.sessions_per_person).unwrap_or(usize::MAX);
            while count(object, |row| row.is_session())? >= bound {
                if !end_longest_idle(object).await? {
                    return Response::ok(REFUSED);
                }
            }
            put(object, &session, SESSION)?;
        }
        Entry::Open { session, stream, open } => {
            begin(object, is_new).await?;
            for row in rows(object)? {
                let is_open = u64::try_from(row.stream).is_ok_and(|stream| open.contains(&stream));
                if !row.is_session() && row.session == session && !is_open {
                    delete(object, row.id)?;
                }
            }
            let stream = stream.cast_signed();
            put(object, &session, stream)?;
            let bound = object.app().per_person(limits.streams_per_person).unwrap_or(usize::MAX);
            if count(object, |row| !row.is_session())? > bound {
                end_oldest(object, bound, (&session, stream)).await?;
            }
        }
    }
    Response::empty()
}

async fn begin(object: &Object, is_new: bool) -> worker::Result<()> {
    object.sql().exec(CREATE, None)?;
    if is_new {
        object.state().storage().set_alarm(rest(object)).await?;
    }
    Ok(())
}

/// Ends the session that was idle for longest, and none that is at work. Each is known to have been used
/// at a certain time at the earliest; where it was used later, another one may be the one.
async fn end_longest_idle(object: &Object) -> worker::Result<bool> {
    let mut busy: Vec<i64> = Vec::new();
    for _ in 0..MAX_ASKED {
        let mut rows = rows(object)?.into_iter();
        let idle = rows.find(|row| row.is_session() && !busy.contains(&row.id));
        let Some(row) = idle else { return Ok(false) };
        let answer = ask(object, &row.session, "idle", row.at).await.unwrap_or_else(|error| {
            log_error!("a session could not be asked whether it is idle: {error}");
            BUSY.to_owned()
        });
        match answer.as_str() {
            GONE => {
                // Its end was told here meanwhile, and may have taken the table along.
                begin(object, !object.has_table(TABLE)?).await?;
                object.sql().exec(
                    "DELETE FROM toolgate_roster WHERE session = ?",
                    vec![row.session.as_str().into()],
                )?;
                return Ok(true);
            }
            BUSY => busy.push(row.id),
            used => used_later(object, &row, used)?,
        }
    }
    Ok(false)
}

/// Notes when the session says that it was used.
fn used_later(object: &Object, row: &Row, used: &str) -> worker::Result<()> {
    let used: i64 = used.parse().unwrap_or(row.at);
    object.sql().exec(
        "UPDATE toolgate_roster SET at = ? WHERE id = ?",
        // Later in any case, so that the search gets on.
        vec![SqlStorageValue::Integer(used.max(row.at + 1)), SqlStorageValue::Integer(row.id)],
    )?;
    Ok(())
}

/// Forgets streams that are over, and ends the oldest of the others but for the new one.
async fn end_oldest(object: &Object, bound: usize, new: (&str, i64)) -> worker::Result<()> {
    let mut open = Vec::new();
    for row in rows(object)? {
        if row.is_session() || (row.session.as_str(), row.stream) == new {
            continue;
        }
        // One after the other: this is rare, and asking side by side is 2 KB of each Worker.
        match ask(object, &row.session, "stream", row.stream).await {
            Ok(answer) if answer != OPEN => delete(object, row.id)?,
            Ok(_) => open.push(row),
            Err(error) => {
                log_error!("a session could not be asked for its streams: {error}");
                open.push(row);
            }
        }
    }
    let too_many = (open.len() + 1).saturating_sub(bound);
    for row in open.into_iter().take(too_many) {
        ask(object, &row.session, "close", row.stream).await?;
        delete(object, row.id)?;
    }
    Ok(())
}

/// Asks a session something; its name begins with its kind, which knows these paths.
async fn ask(object: &Object, session: &str, what: &str, number: i64) -> worker::Result<String> {
    let kind = session.split(':').next().unwrap_or_default();
    let path = ["/", kind, "/", what].concat();
    object_client::ask(object.app(), object.env(), session, &path, &number.to_string()).await
}

/// Forgets sessions whose end was not told here; nothing is left of a person who has nothing open.
pub(crate) async fn look_after(object: &Object) -> worker::Result<()> {
    let before = now() - i64::try_from(rest(object).as_millis()).unwrap_or(i64::MAX);
    for row in rows(object)?.into_iter().filter(|row| row.at < before).take(MAX_ASKED) {
        let answer = match row.stream {
            // No session was last used at such a time: none is ended by the question.
            SESSION => ask(object, &row.session, "idle", 0).await,
            stream => ask(object, &row.session, "stream", stream).await,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                log_error!("a session could not be asked whether it is there: {error}");
                continue;
            }
        };
        match answer.as_str() {
            GONE => delete(object, row.id)?,
            BUSY => used_later(object, &row, &now().to_string())?,
            // A stream is as old as it is, whenever it was asked for.
            OPEN => {}
            used => used_later(object, &row, used)?,
        }
    }
    if tidy(object).await? {
        object.state().storage().set_alarm(rest(object)).await?;
    }
    Ok(())
}

/// The time for which nothing has to be heard of a session: one that nobody uses has ended by then.
fn rest(object: &Object) -> Duration {
    2 * Duration::from_secs(object.app().config.transport.session_idle.into())
}

/// True if anything is left; if not, the object goes.
async fn tidy(object: &Object) -> worker::Result<bool> {
    let is_left = !rows(object)?.is_empty();
    if !is_left {
        let storage = object.state().storage();
        storage.delete_alarm().await?;
        storage.delete_all().await?;
    }
    Ok(is_left)
}

fn put(object: &Object, session: &str, stream: i64) -> worker::Result<()> {
    let values =
        vec![session.into(), SqlStorageValue::Integer(stream), SqlStorageValue::Integer(now())];
    let sql = "INSERT OR REPLACE INTO toolgate_roster (session, stream, at) VALUES (?, ?, ?)";
    object.sql().exec(sql, values).map(drop)
}

fn delete(object: &Object, id: i64) -> worker::Result<()> {
    let values = vec![SqlStorageValue::Integer(id)];
    object.sql().exec("DELETE FROM toolgate_roster WHERE id = ?", values).map(drop)
}

fn count(object: &Object, is_meant: fn(&Row) -> bool) -> worker::Result<usize> {
    Ok(rows(object)?.iter().filter(|row| is_meant(row)).count())
}

/// All rows, the one that was used or opened first before all others.
fn rows(object: &Object) -> worker::Result<Vec<Row>> {
    let query = "SELECT id, session, stream, at FROM toolgate_roster ORDER BY at, id";
    let mut rows = Vec::new();
    for row in object.sql().exec(query, None)?.raw() {
        let row = match &row?[..] {
            [
                SqlStorageValue::Integer(id),
                SqlStorageValue::String(session),
                SqlStorageValue::Integer(stream),
                SqlStorageValue::Integer(at),
            ] => Row { id: *id, session: session.clone(), stream: *stream, at: *at },
            _ => return Err("a row of the storage is not one of ours".into()),
        };
        rows.push(row);
    }
    Ok(rows)
}

fn now() -> i64 {
    i64::try_from(crate::platform::millis()).unwrap_or(i64::MAX)
}

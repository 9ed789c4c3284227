//! The database of a session: its person, and the events of its streams,
//! each written before it is sent.
//!
//! An open stream is a reader of these rows, so a client that comes back gets exactly what follows
//! the event it names, and a slow one takes no memory.

use worker::SqlStorageValue;

use crate::auth::vault::Vault;
use crate::platform::host::SqlStorage;

/// Marks the object as a session; see [`Object::has_table`](crate::ports::object::Object::has_table).
pub(super) const TABLE: &str = "session";

const CREATE: [&str; 3] = [
    "CREATE TABLE session (name TEXT, owner TEXT, caller TEXT, until INTEGER, state TEXT, \
     seen_at INTEGER)",
    // Numbers are never given twice: event ids are unique in a session.
    "CREATE TABLE stream (id INTEGER PRIMARY KEY AUTOINCREMENT, pending TEXT, bytes INTEGER, \
     ended_at INTEGER, is_read INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE event (stream INTEGER, seq INTEGER, part INTEGER, data TEXT, \
     PRIMARY KEY (stream, seq, part)) WITHOUT ROWID",
];

/// Bytes of one row. SQLite in a Durable Object takes rows of up to 2 MB; a result can be larger.
const MAX_PART: usize = 1024 * 1024;

/// Bytes of sealed events that one session may keep: 16 MiB of events, which sealing makes a third
/// larger. Above it, what was sent gives way: streams that ended,
/// oldest first, and then what is behind the readers of others. Then streams that ended give way that
/// nobody has read, and then notifications are left out, which nobody counts on. Answers always have
/// room: there are no more of them than calls.
const MAX_BYTES: u64 = 22 * 1024 * 1024;

/// Streams that ended, were read to their end, and are kept for a client that lost its connection
/// shortly before.
const MAX_ENDED: u64 = 32;

/// Seconds for which a stream that ended is kept. Clients give up sooner.
const KEPT_FOR: u64 = 300;

/// Events behind the reader that are kept, should it have lost them: more than the sockets between
/// here and a client take.
const KEPT_BEHIND: u64 = 4096;

/// The session's row.
pub(super) struct Row {
    pub(super) name: String,
    /// Column `owner`.
    pub(super) subject_key: String,
    /// JSON; sealed in the database.
    pub(super) caller: String,
    /// When the caller's claims are over, in seconds since 1970. Column `until`.
    pub(super) expires: u64,
    /// JSON; sealed in the database.
    pub(super) state: String,
    pub(super) seen_at: u64,
}

/// The database of one session.
#[derive(Clone)]
pub(super) struct Store {
    sql: SqlStorage,
    vault: Vault,
}

/// The places that the parts of the session's own row are sealed for.
const CALLER: &str = "caller";
const STATE: &str = "state";

impl Store {
    pub(super) fn new(sql: SqlStorage, vault: Vault) -> Self {
        Self { sql, vault }
    }

    pub(super) fn create(&self, row: Row) -> worker::Result<()> {
        for statement in CREATE {
            self.run(statement, vec![])?;
        }
        let Row { name, subject_key, caller, expires, state, seen_at } = row;
        let (expires, seen_at) = (number(expires), number(seen_at));
        let (caller, state) = (self.vault.seal(CALLER, &caller), self.vault.seal(STATE, &state));
        let (name, subject_key) = (name.into(), subject_key.into());
        let values = vec![name, subject_key, caller.into(), expires, state.into(), seen_at];
        self.run("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)", values)
    }

    /// The session of an object, with its store; none that was sealed under a key that is gone, or by an
    /// earlier version of the server. `vault` makes the vault of a subject key and a name.
    pub(super) fn read(
        sql: SqlStorage,
        vault: impl Fn(&str, &str) -> worker::Result<Vault>,
    ) -> worker::Result<Option<(Self, Row)>> {
        let query = "SELECT name, owner, caller, until, state, seen_at FROM session";
        let Some(row) = sql.exec(query, None)?.raw().next().transpose()? else { return Ok(None) };
        let mut row = row.into_iter();
        let mut next = || row.next().unwrap_or(SqlStorageValue::Null);
        let (name, subject_key) = (text(next()), text(next()));
        let (caller, expires, state) = (text(next()), integer(&next()), text(next()));
        let vault = vault(&subject_key, &name)?;
        let (Ok(caller), Ok(state)) = (vault.open(CALLER, &caller), vault.open(STATE, &state))
        else {
            return Ok(None);
        };
        let row = Row { name, subject_key, caller, expires, state, seen_at: integer(&next()) };
        Ok(Some((Self::new(sql, vault), row)))
    }

    pub(super) fn set_state(&self, state: &str) -> worker::Result<()> {
        let state = self.vault.seal(STATE, state);
        self.run("UPDATE session SET state = ?", vec![state.into()])
    }

    /// The caller as of the last message, whose claims judge what the session may hear until they are
    /// over.
    pub(super) fn set_seen(&self, seen_at: u64, caller: &str, expires: u64) -> worker::Result<()> {
        let caller = self.vault.seal(CALLER, caller);
        let values = vec![number(seen_at), caller.into(), number(expires)];
        self.run("UPDATE session SET seen_at = ?, caller = ?, until = ?", values)
    }

    /// Begins a stream. `pending` is a JSON array of the ids of the requests it will answer; none for
    /// a stream of notifications.
    pub(super) fn begin_stream(&self, pending: String, now: u64) -> worker::Result<u64> {
        let oldest = now.saturating_sub(KEPT_FOR);
        self.forget(
            "ended_at < ? OR ended_at > 0 AND is_read AND id NOT IN \
             (SELECT id FROM stream WHERE ended_at > 0 ORDER BY ended_at DESC, id DESC LIMIT ?)",
            vec![number(oldest), number(MAX_ENDED)],
        )?;
        let row = self.first(
            "INSERT INTO stream (pending, bytes) VALUES (?, 0) RETURNING id",
            vec![pending.into()],
        )?;
        row.and_then(|row| row.first().map(integer)).ok_or_else(|| "no stream began".into())
    }

    /// The ids of the requests that a stream has not answered, as JSON, and whether it ended; `None`
    /// when it is not kept.
    pub(super) fn stream(&self, stream: u64) -> worker::Result<Option<(String, bool)>> {
        let row =
            self.first("SELECT pending, ended_at FROM stream WHERE id = ?", vec![number(stream)])?;
        Ok(row.and_then(|row| {
            let mut row = row.into_iter();
            Some((text(row.next()?), row.next()? != SqlStorageValue::Null))
        }))
    }

    /// The streams that are not over and have this as their pending requests, oldest first.
    pub(super) fn standalone(&self, pending: &str) -> worker::Result<Vec<u64>> {
        let query = "SELECT id FROM stream WHERE pending = ? AND ended_at IS NULL ORDER BY id";
        let rows = self.sql.exec(query, vec![pending.into()])?;
        rows.raw().map(|row| Ok(row?.first().map_or(0, integer))).collect()
    }

    /// Writes what a stream still has to answer.
    pub(super) fn set_pending(&self, stream: u64, pending: String) -> worker::Result<()> {
        self.run("UPDATE stream SET pending = ? WHERE id = ?", vec![pending.into(), number(stream)])
    }

    /// Says that nothing more comes on a stream.
    pub(super) fn end_stream(&self, stream: u64, now: u64) -> worker::Result<()> {
        let values = vec![number(now), number(stream)];
        self.run("UPDATE stream SET ended_at = ? WHERE id = ?", values)
    }

    /// Says that a stream was sent to its end.
    pub(super) fn set_read(&self, stream: u64) -> worker::Result<()> {
        self.run("UPDATE stream SET is_read = 1 WHERE id = ?", vec![number(stream)])
    }

    /// Deletes a stream.
    pub(super) fn delete_stream(&self, stream: u64) -> worker::Result<()> {
        self.forget("id = ?", vec![number(stream)])
    }

    /// Adds an event to a stream. `sent` are streams that are read, and how far.
    pub(super) fn append(
        &self,
        stream: u64,
        data: &str,
        is_answer: bool,
        sent: &[(u64, u64)],
    ) -> worker::Result<()> {
        let seq = self.last(stream)? + 1;
        let data = self.vault.seal(&place(stream, seq), data);
        if !self.make_room(data.len() as u64, sent)? && !is_answer {
            return Ok(());
        }
        self.insert(stream, seq, &data)
    }

    /// Adds an answer to a stream whose calls are lost. `least` is the lowest number it may have.
    pub(super) fn append_lost(&self, stream: u64, least: u64, data: &str) -> worker::Result<()> {
        let seq = (self.last(stream)? + 1).max(least);
        self.insert(stream, seq, &self.vault.seal(&place(stream, seq), data))
    }

    /// Writes a sealed event.
    fn insert(&self, stream: u64, seq: u64, data: &str) -> worker::Result<()> {
        let (size, seq) = (data.len() as u64, number(seq));
        let mut rest = data;
        for part in 0.. {
            // What is sealed is ASCII.
            let (head, tail) = rest.split_at(rest.len().min(MAX_PART));
            self.run(
                "INSERT INTO event VALUES (?, ?, ?, ?)",
                vec![number(stream), seq.clone(), number(part), head.into()],
            )?;
            rest = tail;
            if rest.is_empty() {
                break;
            }
        }
        self.run(
            "UPDATE stream SET bytes = bytes + ? WHERE id = ?",
            vec![number(size), number(stream)],
        )
    }

    /// The first event of a stream after the one of this number.
    pub(super) fn next(&self, stream: u64, after: u64) -> worker::Result<Option<(u64, String)>> {
        let rows = self.sql.exec(
            "SELECT seq, data FROM event WHERE stream = ?1 AND seq = \
             (SELECT min(seq) FROM event WHERE stream = ?1 AND seq > ?2) ORDER BY part",
            vec![number(stream), number(after)],
        )?;
        let mut event: Option<(u64, String)> = None;
        for row in rows.raw() {
            let mut row = row?.into_iter();
            let (Some(seq), Some(data)) = (row.next(), row.next()) else { continue };
            let data = text(data);
            match &mut event {
                Some((_, whole)) => whole.push_str(&data),
                None => event = Some((integer(&seq), data)),
            }
        }
        let Some((seq, data)) = event else { return Ok(None) };
        Ok(Some((seq, self.vault.open(&place(stream, seq), &data)?)))
    }

    /// True if events after the one of this number are kept no more.
    pub(super) fn lacks_after(&self, stream: u64, seq: u64) -> worker::Result<bool> {
        let first =
            self.first("SELECT min(seq) FROM event WHERE stream = ?", vec![number(stream)])?;
        Ok(first.and_then(|row| row.first().map(integer)).unwrap_or(0) > seq.saturating_add(1))
    }

    /// Forgets events that its reader has left far behind. Done now and then: it costs as much as
    /// writing an event.
    pub(super) fn trim(&self, stream: u64, seq: u64) -> worker::Result<()> {
        let before = seq.saturating_sub(KEPT_BEHIND);
        if before == 0 || !seq.is_multiple_of(KEPT_BEHIND / 4) {
            return Ok(());
        }
        self.forget_before(stream, before)
    }

    /// Forgets all but the newest events of a stream that nobody counts on.
    pub(super) fn trim_to_last(&self, stream: u64) -> worker::Result<()> {
        let last = self.last(stream)?;
        self.trim(stream, last)
    }

    fn forget_before(&self, stream: u64, before: u64) -> worker::Result<()> {
        self.run(
            "UPDATE stream SET bytes = bytes - (SELECT coalesce(sum(length(CAST(data AS BLOB))), 0) FROM event \
             WHERE stream = ?1 AND seq < ?2) WHERE id = ?1",
            vec![number(stream), number(before)],
        )?;
        self.run(
            "DELETE FROM event WHERE stream = ? AND seq < ?",
            vec![number(stream), number(before)],
        )
    }

    /// The number of the newest event.
    fn last(&self, stream: u64) -> worker::Result<u64> {
        let row =
            self.first("SELECT max(seq) FROM event WHERE stream = ?", vec![number(stream)])?;
        Ok(row.and_then(|row| row.first().map(integer)).unwrap_or(0))
    }

    fn make_room(&self, size: u64, sent: &[(u64, u64)]) -> worker::Result<bool> {
        let mut behind = sent.iter();
        loop {
            let used = self.first("SELECT coalesce(sum(bytes), 0) FROM stream", vec![])?;
            let used = used.and_then(|row| row.first().map(integer)).unwrap_or(0);
            if used + size <= MAX_BYTES {
                return Ok(true);
            }
            if let Some(read) = self.oldest_ended("is_read")? {
                self.delete_stream(read)?;
            } else if let Some((stream, sent)) = behind.next() {
                self.forget_before(*stream, *sent)?;
            } else if let Some(unread) = self.oldest_ended("NOT is_read")? {
                self.delete_stream(unread)?;
            } else {
                return Ok(false);
            }
        }
    }

    fn oldest_ended(&self, which: &str) -> worker::Result<Option<u64>> {
        let query = ["SELECT min(id) FROM stream WHERE ended_at > 0 AND ", which].concat();
        let row = self.first(&query, vec![])?;
        Ok(row.and_then(|row| row.first().map(integer)).filter(|id| *id > 0))
    }

    fn forget(&self, which: &str, values: Vec<SqlStorageValue>) -> worker::Result<()> {
        let streams =
            ["DELETE FROM event WHERE stream IN (SELECT id FROM stream WHERE ", which, ")"];
        self.run(&streams.concat(), values.clone())?;
        self.run(&["DELETE FROM stream WHERE ", which].concat(), values)
    }

    fn run(&self, query: &str, values: Vec<SqlStorageValue>) -> worker::Result<()> {
        self.sql.exec(query, values).map(drop)
    }

    fn first(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> worker::Result<Option<Vec<SqlStorageValue>>> {
        self.sql.exec(query, values)?.raw().next().transpose()
    }
}

/// The place that an event is sealed for: none can be put in the place of another.
fn place(stream: u64, seq: u64) -> String {
    [stream.to_string().as_str(), "/", &seq.to_string()].concat()
}

/// Numbers as SQLite and JavaScript both hold them exactly.
fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A number that we wrote.
fn integer(value: &SqlStorageValue) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "we wrote it")]
    match value {
        SqlStorageValue::Integer(value) => u64::try_from(*value).unwrap_or(0),
        SqlStorageValue::Float(value) => *value as u64,
        _ => 0,
    }
}

fn text(value: SqlStorageValue) -> String {
    match value {
        SqlStorageValue::String(text) => text,
        _ => String::new(),
    }
}

#[cfg(test)]
#[path = "recorded_tests.rs"]
mod recorded_tests;

//! The outbox of a person's object: ends that the feed has yet to hear of, and entries that the index has yet to get.
//!
//! A row is written in the transaction of what it tells of, and goes when it was taken in: at least once, and in any
//! order, which both bear.

use toolgate_core::admin::index::{Change, Entry, shard};
use toolgate_core::revocation::Notice;
use worker::SqlStorageValue;

use super::client;
use super::values::{seconds, unreadable, whole};
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::host::SqlStorage;
use crate::platform::millis;
use crate::ports::app::App;
use crate::ports::object::Object;

pub(super) const TABLE: &str = "toolgate_outbox";

/// `id` is that of the grant, or empty for the person; an entry of the index stays when it was sent, so that one
/// that says the same is not sent again.
const CREATE_TABLE: &str = "CREATE TABLE IF NOT EXISTS toolgate_outbox \
     (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL, \
      pending INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID";

const PUT: &str = "INSERT INTO toolgate_outbox VALUES (?, ?, ?, ?, 1, 0) ON CONFLICT DO UPDATE SET \
     body = excluded.body, version = max(version + 1, excluded.version), pending = 1, tries = 0 \
     WHERE pending = 1 OR body <> excluded.body OR kind = 'feed'";

/// Kind of row for the feed.
const OF_FEED: &str = "feed";

/// Kind of row for the index.
const OF_INDEX: &str = "index";

/// Seconds until the first attempt after one that failed; each further one waits twice as long.
const FIRST_WAIT: u64 = 2;

/// Most doublings of that wait: about a minute.
const MOST_DOUBLINGS: u64 = 5;

/// The outbox, for what goes on after the answer as well.
pub(super) struct Outbox {
    app: &'static App,
    env: Env,
    sql: SqlStorage,
}

/// A row that waits.
struct Waiting {
    id: String,
    body: String,
    version: u64,
}

impl Outbox {
    pub(super) fn of(object: &Object) -> Self {
        Self { app: object.app(), env: object.env().clone(), sql: object.sql() }
    }

    /// True if the server has an index to tell.
    pub(super) fn has_index(&self) -> bool {
        self.app.config.admin.is_some() || self.app.config.signals.is_some()
    }

    /// Notes an end for the feed.
    pub(super) fn note(&self, notice: &Notice) -> worker::Result<()> {
        let id = if notice.person.is_empty() { "" } else { &notice.key };
        self.put(OF_FEED, id, serde_json::to_string(notice)?)
    }

    /// Notes an entry for the index, unless it has it.
    pub(super) fn index(&self, entry: &Entry) -> worker::Result<()> {
        self.put(OF_INDEX, &entry.grant, serde_json::to_string(entry)?)
    }

    fn put(&self, kind: &str, id: &str, body: String) -> worker::Result<()> {
        self.sql.exec(CREATE_TABLE, None)?;
        // From the clock on: rows that were deleted once had lower versions.
        let values = vec![kind.into(), id.to_owned().into(), body.into(), seconds(millis())];
        self.sql.exec(PUT, values).map(drop)
    }

    /// Tells the feed of everything that it has yet to hear.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) async fn tell(&self) -> worker::Result<()> {
        let waiting = self.waiting(OF_FEED)?;
        if waiting.is_empty() {
            return Ok(());
        }
        let read = |row: &Waiting| toolgate_core::from_json::read(&row.body);
        let notices: Result<Vec<Notice>, _> = waiting.iter().map(read).collect();
        let told = client::tell((self.app, &self.env), &notices?).await;
        for row in &waiting {
            match &told {
                Ok(()) => self.change("DELETE FROM toolgate_outbox", OF_FEED, row)?,
                Err(_) => self.change(TRIED, OF_FEED, row)?,
            }
        }
        told
    }

    /// Sends the index everything that it has yet to get. What fails waits for the alarm.
    pub(super) async fn send(&self) {
        if let Err(error) = self.try_send().await {
            log_error!("the index of grants was not told: {error}");
        }
    }

    async fn try_send(&self) -> worker::Result<()> {
        let mut outcome = Ok(());
        for row in self.waiting(OF_INDEX)? {
            let entry: Entry = toolgate_core::from_json::read(&row.body)?;
            let shard = shard(&entry.person);
            let change = Change { entry, version: row.version };
            match client::put((self.app, &self.env), shard, &change).await {
                Ok(()) => self.change("UPDATE toolgate_outbox SET pending = 0", OF_INDEX, &row)?,
                Err(error) => {
                    self.change(TRIED, OF_INDEX, &row)?;
                    outcome = Err(error);
                }
            }
        }
        outcome
    }

    /// Changes a row, unless there is a later version of it by now.
    fn change(&self, what: &str, kind: &str, row: &Waiting) -> worker::Result<()> {
        let sql = [what, " WHERE kind = ? AND id = ? AND version = ?"].concat();
        let values = vec![kind.into(), row.id.clone().into(), seconds(row.version)];
        self.sql.exec(&sql, values).map(drop)
    }

    fn waiting(&self, kind: &str) -> worker::Result<Vec<Waiting>> {
        self.sql.exec(CREATE_TABLE, None)?;
        let query = "SELECT id, body, version FROM toolgate_outbox WHERE kind = ? AND pending = 1";
        self.sql
            .exec(query, vec![kind.into()])?
            .raw()
            .map(|row| match &row?[..] {
                [SqlStorageValue::String(id), SqlStorageValue::String(body), version] => {
                    let version = whole(version).ok_or_else(unreadable)?;
                    Ok(Waiting { id: id.clone(), body: body.clone(), version })
                }
                _ => Err(unreadable()),
            })
            .collect()
    }

    /// True if something waits.
    pub(super) fn is_pending(&self) -> worker::Result<bool> {
        Ok(self.fewest_tries()?.is_some())
    }

    /// When the next attempt is due; `None` where nothing waits.
    pub(super) fn next_attempt(&self, now: u64) -> worker::Result<Option<u64>> {
        let tries = self.fewest_tries()?;
        Ok(tries.map(|tries| now + (FIRST_WAIT << tries.min(MOST_DOUBLINGS))))
    }

    fn fewest_tries(&self) -> worker::Result<Option<u64>> {
        self.sql.exec(CREATE_TABLE, None)?;
        let query = "SELECT min(tries) FROM toolgate_outbox WHERE pending = 1";
        let row = self.sql.exec(query, None)?.raw().next().transpose()?;
        Ok(row.as_deref().and_then(|row| row.first()).and_then(whole))
    }

    /// Forgets entries of grants that are gone.
    pub(super) fn purge(&self) -> worker::Result<()> {
        let sql = "DELETE FROM toolgate_outbox WHERE kind = 'index' AND pending = 0 \
                   AND id NOT IN (SELECT id FROM grants)";
        self.sql.exec(sql, None).map(drop)
    }
}

const TRIED: &str = "UPDATE toolgate_outbox SET tries = tries + 1";

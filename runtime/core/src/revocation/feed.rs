//! The feed: what has ended lately, in the order in which it was told.

use serde::Serialize;

use super::{CLOCK_MARGIN, KEPT_AFTER};
use crate::from_json::FromJson;

/// Rows that are kept: each isolate has them in memory, at about 100 bytes, and reads all of them when it starts.
pub const MAX_ROWS: usize = 10_000;

/// What an end is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub enum Scope {
    /// One grant, for good.
    #[serde(rename = "g")]
    Grant,
    /// The tokens that a person had. Their object has ended the grants.
    #[serde(rename = "p")]
    Person,
    /// The tokens and grants of a client.
    #[serde(rename = "c")]
    Client,
    /// The tokens and grants of everybody.
    #[serde(rename = "a")]
    All,
    /// The tokens of everybody. Their grants go on: a refresh makes new ones.
    #[serde(rename = "t")]
    Tokens,
}

impl Scope {
    /// True if grants end by the row itself, and not in the objects of their persons.
    fn ends_grants(self) -> bool {
        matches!(self, Self::Client | Self::All)
    }
}

/// An end, as the feed is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Notice {
    /// What it is about.
    #[serde(rename = "k")]
    pub scope: Scope,
    /// The grant's id, the person's pseudonym or the key of the client; empty for everybody.
    #[serde(rename = "i")]
    pub key: String,
    /// The pseudonym of the person whose grant it is; empty for all but a grant.
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub person: String,
}

impl Notice {
    /// The end of one grant.
    #[must_use]
    pub fn grant(id: &str, person: &str) -> Self {
        Self { scope: Scope::Grant, key: id.to_owned(), person: person.to_owned() }
    }

    /// The end of what a person, a client or everybody has.
    #[must_use]
    pub fn of(scope: Scope, key: &str) -> Self {
        Self { scope, key: key.to_owned(), person: String::new() }
    }
}

/// A row of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Row {
    /// Its number: later rows have higher ones.
    #[serde(rename = "n")]
    pub number: u64,
    /// What it is about.
    #[serde(rename = "w")]
    pub notice: Notice,
    /// Tokens that were issued, and grants that were made, until then are over; in seconds since 1970. Those of
    /// a grant are over whenever they were issued.
    #[serde(rename = "b")]
    pub before: u64,
    /// From then on the row is of no more use.
    #[serde(rename = "u")]
    pub until: u64,
}

/// The answer to an isolate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct News {
    /// The number to ask from the next time.
    #[serde(rename = "n")]
    pub cursor: u64,
    /// The rows that are new.
    #[serde(rename = "r")]
    pub rows: Vec<Row>,
}

/// How long tokens and grants live, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    /// `access_token_ttl`.
    pub token: u64,
    /// `refresh_token_ttl`.
    pub grant: u64,
}

/// Changes to write before the answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rows that are new.
    pub put: Vec<Row>,
    /// Numbers of rows that are gone.
    pub delete: Vec<u64>,
}

/// The rows of the feed, in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feed {
    rows: Vec<Row>,
    /// The highest number that a row has had: an isolate that has seen it does not look at it again.
    last: u64,
}

impl Feed {
    /// The feed of rows that were stored, in any order.
    #[must_use]
    pub fn of(mut rows: Vec<Row>) -> Self {
        rows.sort_by_key(|row| row.number);
        let last = rows.last().map_or(0, |row| row.number);
        Self { rows, last }
    }

    /// Takes an end in; the time is in milliseconds.
    pub fn tell(&mut self, notice: Notice, lives: Lives, millis: u64) -> Changes {
        let now = millis / 1000;
        let mut changes = Changes { put: Vec::new(), delete: self.prune(now) };
        let before = now + CLOCK_MARGIN;
        let life = if notice.scope.ends_grants() { lives.grant } else { lives.token };
        let row = Row { number: 0, notice, before, until: before + life + KEPT_AFTER };
        self.put(row, millis, &mut changes);
        if self.rows.len() > MAX_ROWS {
            self.make_room(before, lives, millis, &mut changes);
        }
        changes
    }

    /// The rows that an isolate does not have, which knows those up to `cursor`.
    #[must_use]
    pub fn since(&self, cursor: u64) -> News {
        // A cursor from before the rows were lost: everything is new.
        let cursor = if cursor > self.last { 0 } else { cursor };
        let start = self.rows.partition_point(|row| row.number <= cursor);
        News { cursor: self.last, rows: self.rows[start..].to_vec() }
    }

    /// Forgets rows that are of no more use, and tells their numbers.
    pub fn prune(&mut self, now: u64) -> Vec<u64> {
        self.remove(|row| row.until <= now)
    }

    /// When the first row is of no more use; `None` where there is none.
    #[must_use]
    pub fn next_end(&self) -> Option<u64> {
        self.rows.iter().map(|row| row.until).min()
    }

    fn remove(&mut self, is_gone: impl Fn(&Row) -> bool) -> Vec<u64> {
        let gone = self.rows.iter().filter(|row| is_gone(row)).map(|row| row.number).collect();
        self.rows.retain(|row| !is_gone(row));
        gone
    }

    /// Adds a row in the place of one about the same.
    fn put(&mut self, mut row: Row, millis: u64, changes: &mut Changes) {
        let is_same = |known: &Row| {
            known.notice.scope == row.notice.scope && known.notice.key == row.notice.key
        };
        let is_known = |known: &Row| {
            // A grant ends once.
            is_same(known) && (known.notice.scope == Scope::Grant || known.before >= row.before)
        };
        if self.rows.iter().any(is_known) {
            return;
        }
        changes.delete.extend(self.remove(is_same));
        // From the clock on: should the rows be lost, new ones still have higher numbers.
        row.number = (self.last + 1).max(millis);
        self.last = row.number;
        changes.put.push(row.clone());
        self.rows.push(row);
    }

    /// Makes fewer rows of too many: first one of the grants of each person, so that somebody who ends their own
    /// over and over signs out nobody else, and then one of everybody's tokens. Clients have to refresh then.
    fn make_room(&mut self, before: u64, lives: Lives, millis: u64, changes: &mut Changes) {
        let until = before + lives.token + KEPT_AFTER;
        let row =
            |scope, key: &str| Row { number: 0, notice: Notice::of(scope, key), before, until };
        let mut people: Vec<String> =
            self.rows.iter().map(|row| row.notice.person.clone()).collect();
        people.sort_unstable();
        people.retain(|person| !person.is_empty());
        let mut several: Vec<&str> =
            people.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &*pair[0]).collect();
        several.dedup();
        let of_several = |row: &Row| several.binary_search(&&*row.notice.person).is_ok();
        changes.delete.extend(self.remove(of_several));
        for person in &several {
            self.put(row(Scope::Person, person), millis, changes);
        }
        if self.rows.len() > MAX_ROWS / 2 {
            let is_of_tokens = |row: &Row| !row.notice.scope.ends_grants();
            changes.delete.extend(self.remove(is_of_tokens));
            self.put(row(Scope::Tokens, ""), millis, changes);
        }
        if self.rows.len() > MAX_ROWS {
            // So many clients have ended that nobody can tell them apart: everybody signs in again.
            changes.delete.extend(self.remove(|_| true));
            let until = before + lives.grant + KEPT_AFTER;
            let notice = Notice::of(Scope::All, "");
            self.put(Row { number: 0, notice, before, until }, millis, changes);
        }
        // What came and went within this call never gets written.
        let gone = std::mem::take(&mut changes.delete);
        let (unwritten, gone): (Vec<_>, Vec<_>) = gone
            .into_iter()
            .partition(|number| changes.put.iter().any(|row| row.number == *number));
        changes.put.retain(|row| !unwritten.contains(&row.number));
        changes.delete = gone;
    }
}

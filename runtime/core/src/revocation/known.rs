//! What one isolate knows of the feed, by which it judges tokens without asking anybody.

use std::collections::HashMap;

use super::feed::{News, Row, Scope};

/// The part of `revocation_max_age` after which one request of the isolate reads ahead, in sixths: the others go
/// on with what is known, so that the feed is read once and nobody waits for it.
const AHEAD: (u64, u64) = (5, 6);

/// Milliseconds that a reading ahead may take before another request tries.
const READING: u64 = 3000;

/// What to do before a token is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Judge it.
    Judge,
    /// Read the feed, and judge it whether or not it answers.
    ReadAhead,
    /// Read the feed. Where it does not answer, nobody is let in.
    Read,
}

/// The facts of a token that revocations are about.
#[derive(Debug, Clone, Copy)]
pub struct TokenFacts<'a> {
    /// Id of its grant.
    pub grant: &'a str,
    /// Pseudonym of its person.
    pub person: &'a str,
    /// Key of its client; `None` where that is not known.
    pub client: Option<&'a str>,
    /// When it was issued, in seconds since 1970.
    pub issued: u64,
}

/// The verdict on a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing has ended it.
    Stands,
    /// It is over.
    Ended,
    /// A client has ended, and nobody says which one the token is of: the record tells.
    Unsure,
}

/// What an isolate knows. Times are in milliseconds, those of rows in seconds.
#[derive(Debug, Default)]
pub struct Known {
    cursor: u64,
    /// When the last question that was answered had been asked.
    read_at: Option<u64>,
    /// Until when a request that reads ahead is waited for.
    reading_until: u64,
    /// By grant: until when the row is of use.
    grants: HashMap<String, u64>,
    people: HashMap<String, Mark>,
    clients: HashMap<String, Mark>,
    all: Mark,
    tokens: Mark,
}

/// A time up to which something is over, and until when that matters; both in seconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mark {
    before: u64,
    until: u64,
}

impl Mark {
    fn raise(&mut self, row: &Row) {
        self.before = self.before.max(row.before);
        self.until = self.until.max(row.until);
    }
}

impl Known {
    /// What to do before a token is judged at this time. Whoever is told to read ahead is the only one for a while.
    pub fn plan(&mut self, max_age: u64, now: u64) -> Plan {
        // A clock that went back tells nothing about ages.
        let age = self.read_at.and_then(|read_at| now.checked_sub(read_at));
        match age {
            Some(age) if age < max_age => {
                let is_due = age * AHEAD.1 >= max_age * AHEAD.0;
                let is_read = (now..now + READING + 1).contains(&self.reading_until);
                if !is_due || is_read {
                    return Plan::Judge;
                }
                self.reading_until = now + READING;
                Plan::ReadAhead
            }
            _ => Plan::Read,
        }
    }

    /// When the last question that was answered had been asked, in seconds since 1970; 0 where none was.
    #[must_use]
    pub fn read_at(&self) -> u64 {
        self.read_at.unwrap_or_default() / 1000
    }

    /// The number to ask from.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Takes in the answer to a question that was asked at `asked` from `cursor`.
    pub fn take(&mut self, news: News, asked: u64) {
        for row in &news.rows {
            self.take_row(row);
        }
        // Answers of two requests may come in any order. Rows are added to and never taken away by one, so an
        // older cursor reads some again.
        self.cursor = news.cursor;
        self.read_at = self.read_at.filter(|at| *at <= asked + READING).max(Some(asked));
        self.reading_until = 0;
        self.forget(asked / 1000);
    }

    fn take_row(&mut self, row: &Row) {
        let key = || row.notice.key.clone();
        match row.notice.scope {
            Scope::Grant => {
                self.grants.insert(key(), row.until);
            }
            Scope::Person => self.people.entry(key()).or_default().raise(row),
            Scope::Client => self.clients.entry(key()).or_default().raise(row),
            Scope::All => self.all.raise(row),
            Scope::Tokens => self.tokens.raise(row),
        }
    }

    /// Forgets what is of no more use.
    fn forget(&mut self, now: u64) {
        self.grants.retain(|_, until| *until > now);
        self.people.retain(|_, mark| mark.until > now);
        self.clients.retain(|_, mark| mark.until > now);
    }

    /// Judges a token by what is known.
    #[must_use]
    pub fn judge(&self, token: TokenFacts<'_>) -> Verdict {
        let is_over = |mark: &Mark| token.issued <= mark.before;
        if self.grants.contains_key(token.grant)
            || self.people.get(token.person).is_some_and(is_over)
            || is_over(&self.all)
            || is_over(&self.tokens)
        {
            return Verdict::Ended;
        }
        match token.client {
            Some(client) if self.clients.get(client).is_some_and(is_over) => Verdict::Ended,
            None if self.clients.values().any(is_over) => Verdict::Unsure,
            _ => Verdict::Stands,
        }
    }

    /// The time up to which grants of a client are over, in seconds since 1970; 0 where none is. What was just read
    /// from the feed has to be taken in before.
    #[must_use]
    pub fn grants_before(&self, client: &str) -> u64 {
        let of_client = self.clients.get(client).map_or(0, |mark| mark.before);
        self.all.before.max(of_client)
    }
}

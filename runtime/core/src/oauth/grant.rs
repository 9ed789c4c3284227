//! A grant: what one sign-in gave one client, and the rules by which its code and refresh tokens
//! are used up.
//!
//! [`apply`] is the whole state machine, free of I/O. A Durable Object runs it between reading and
//! writing its own storage, where nothing else can come between, so single use and rotation are
//! atomic. KV can only promise that for requests that do not overlap.
//!
//! ```text
//! Create ─► code unused ─Redeem─► generation 1 ─Refresh(1)─► asking ─Settle─► generation 2 ─► …
//!                │                      │ Refresh(1) again within the grace: 2 again
//!                └─Redeem again─► revoked ◄─ Refresh of anything older, or after the grace
//! ```
//!
//! A refresh takes a lease, under which one request asks the identity provider. Its answer, the
//! provider's new token and the next generation are one write. Whatever cuts the request before leaves
//! the refresh token unused, and a retry asks again.

mod place;
mod refresh;

use crate::from_json::FromJson;
use serde::Serialize;

pub use place::{Place, Repeat, SHARED_ROWS, Uses};
pub use refresh::{ASKING, Answer, Lease, Rules};

/// A check notes the use of a grant only this often, in seconds: fine enough for people, and it
/// keeps checks from writing.
pub const USE_RESOLUTION: u64 = 3600;

/// Where a grant's record is: the person's shard, and the grant in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Address {
    /// Pseudonym of the person; names the shard.
    #[serde(rename = "s")]
    pub shard: String,
    /// Random id of the grant.
    #[serde(rename = "g")]
    pub id: String,
}

/// The stored record. Personal data is in `sealed` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Grant {
    /// Key of the client it was given to.
    pub client: String,
    /// The caller and the bound resource, sealed.
    pub sealed: String,
    /// Until when the code may be redeemed, in seconds since 1970.
    pub code_expires: u64,
    /// Until when the grant lives.
    pub expires: u64,
    /// Generation of the refresh token in use; 0 while the code is unused.
    pub generation: u32,
    /// When the present generation was issued.
    pub rotated_at: u64,
    /// Revoked for good; kept so that later uses are refused for the right reason.
    pub revoked: bool,
    /// When the person signed in, in seconds since 1970.
    pub created: u64,
    /// When it was last seen in use, to within [`USE_RESOLUTION`].
    pub used: u64,
    /// The last generation that the identity provider confirmed; a later one is asked about again.
    #[serde(default)]
    pub confirmed: u32,
    /// When it confirmed the person last; 0 in a record from before this was noted.
    #[serde(default)]
    pub confirmed_at: u64,
    /// The provider gave something to ask it again with. A record from before this was noted is
    /// taken to have it, until the first question shows that it does not.
    #[serde(default = "yes")]
    pub can_ask: bool,
    /// The question that is under way at the provider, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asking: Option<Lease>,
    /// Where it was used from, and how often its refresh tokens came twice.
    #[serde(default)]
    pub uses: Uses,
}

fn yes() -> bool {
    true
}

impl Grant {
    /// When the record is of no more use and can be deleted.
    #[must_use]
    pub fn disposable_at(&self) -> u64 {
        if self.generation == 0 { self.code_expires } else { self.expires }
    }

    /// Whether anything can still be done with it: use a code, refresh, or call.
    #[must_use]
    pub fn is_live(&self, now: u64) -> bool {
        !self.revoked && self.expires > now && self.disposable_at() > now
    }

    /// Whether its refresh tokens have come twice in so many generations in a row that two programs
    /// must hold them.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.uses.is_shared(self.generation)
    }
}

/// What is asked of a grant's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Stores a new grant.
    Create(Box<Grant>),
    /// Uses the authorization code.
    Redeem {
        /// Where the request comes from.
        place: Place,
    },
    /// Uses the refresh token of this generation, or takes the lease to ask the provider first.
    Refresh {
        /// The generation presented.
        generation: u32,
        /// What `mcp.toml` says of refreshes.
        rules: Rules,
        /// Where the request comes from.
        place: Place,
        /// The request came when the token was good, and has waited for another one since.
        #[serde(default)]
        has_waited: bool,
    },
    /// Tells what came of the question that this lease was for.
    Settle {
        /// The lease.
        lease: Lease,
        /// What the provider answered.
        answer: Answer,
        /// What `mcp.toml` says of refreshes.
        rules: Rules,
    },
    /// Asks whether the grant still stands; it is in use.
    Check,
    /// Ends the grant.
    Revoke {
        /// Key of the client that asks, which must be the grant's; `None` for the person and for
        /// the server itself.
        client: Option<String>,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The grant stands; the tokens to issue are of this generation.
    Active {
        /// Generation of the refresh token to hand out.
        generation: u32,
        /// Until when an access token may live: the end of the grant, or of what may go on
        /// unconfirmed.
        expires: u64,
        /// The sealed caller.
        sealed: String,
        /// How the refresh token came twice, if it did.
        repeat: Option<Repeat>,
    },
    /// The lease is taken: ask the identity provider about the caller, and [`Operation::Settle`].
    Ask {
        /// The sealed caller.
        sealed: String,
        /// The lease.
        lease: Lease,
        /// How the refresh token came twice, if it did.
        repeat: Option<Repeat>,
    },
    /// Another request has the lease; try again in a moment.
    Busy,
    /// The provider did not confirm the person, and `mcp.toml` wants it to: try again later.
    Unconfirmed,
    /// The provider gave nothing to ask it again with, and `mcp.toml` wants it asked.
    Unaskable,
    /// No such grant, or it is over.
    Gone,
    /// The grant is revoked now.
    Ended(End),
    /// Created or revoked, as asked.
    Done,
}

/// Why an operation revoked the grant, though nobody asked it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// A code or refresh token was used again.
    Reused,
    /// The identity provider no longer vouches for the person.
    Refused,
    /// The identity provider has confirmed the person too long ago.
    Lapsed,
    /// Its refresh tokens came twice, from two networks, in many generations in a row.
    TwoNetworks,
}

/// What the adapter writes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Leave the record as it is.
    Keep,
    /// Store this record. It differs in what was observed only, so a storage that might write over
    /// something newer leaves it.
    Note(Box<Grant>),
    /// Store this record.
    Put(Box<Grant>),
}

/// Applies an operation to the stored record. The adapter must write before it answers.
#[must_use]
pub fn apply(stored: Option<Grant>, operation: Operation, now: u64) -> (Write, Outcome) {
    match (stored, operation) {
        (None, Operation::Create(grant)) => put(*grant, Outcome::Done),
        // Ids are random: one that exists already is nobody's honest mistake.
        (Some(_), Operation::Create(_)) | (None, _) => (Write::Keep, Outcome::Gone),
        (Some(grant), Operation::Revoke { client }) => revoke(grant, client.as_deref()),
        (Some(grant), _) if grant.revoked || grant.expires <= now => (Write::Keep, Outcome::Gone),
        (Some(grant), Operation::Check) => check(grant, now),
        (Some(grant), Operation::Redeem { place }) => redeem(grant, place, now),
        (Some(grant), Operation::Refresh { generation, rules, place, has_waited }) => {
            refresh::refresh(grant, generation, rules, place, has_waited, now)
        }
        (Some(grant), Operation::Settle { lease, answer, rules }) => {
            refresh::settle(grant, lease, answer, rules, now)
        }
    }
}

fn active(grant: &Grant, repeat: Option<Repeat>) -> Outcome {
    Outcome::Active {
        generation: grant.generation,
        expires: grant.expires,
        sealed: grant.sealed.clone(),
        repeat,
    }
}

fn check(mut grant: Grant, now: u64) -> (Write, Outcome) {
    let outcome = active(&grant, None);
    if now < grant.used + USE_RESOLUTION {
        return (Write::Keep, outcome);
    }
    grant.used = now;
    (Write::Note(Box::new(grant)), outcome)
}

fn put(grant: Grant, outcome: Outcome) -> (Write, Outcome) {
    (Write::Put(Box::new(grant)), outcome)
}

fn end(mut grant: Grant, end: End) -> (Write, Outcome) {
    grant.revoked = true;
    grant.asking = None;
    put(grant, Outcome::Ended(end))
}

fn revoke(mut grant: Grant, client: Option<&str>) -> (Write, Outcome) {
    if client.is_some_and(|client| client != grant.client) || grant.revoked {
        // RFC 7009 section 2.1: another client's token is not revoked; the answer is the same.
        return (Write::Keep, Outcome::Done);
    }
    grant.revoked = true;
    put(grant, Outcome::Done)
}

fn redeem(mut grant: Grant, place: Place, now: u64) -> (Write, Outcome) {
    if grant.generation > 0 {
        // OAuth 2.1 section 4.1.3: a second use may mean that the code was stolen.
        return end(grant, End::Reused);
    }
    if grant.code_expires <= now {
        return (Write::Keep, Outcome::Gone);
    }
    grant.generation = 1;
    grant.rotated_at = now;
    grant.used = now;
    // The sign-in was the confirmation.
    grant.confirmed = 1;
    grant.confirmed_at = grant.created;
    grant.uses = Uses::first(place);
    let outcome = active(&grant, None);
    put(grant, outcome)
}

#[cfg(test)]
mod tests;

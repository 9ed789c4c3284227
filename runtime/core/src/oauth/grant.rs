//! A grant: what one sign-in gave one client, and the rules by which its code and refresh tokens
//! are used up.
//!
//! [`apply`] is the whole state machine, free of I/O. A Durable Object runs it between reading and
//! writing its own storage, where nothing else can come between, so single use and rotation are
//! atomic. KV can only promise that for requests that do not overlap.
//!
//! ```text
//! Create ─► code unused ─Redeem─► generation 1 ─Refresh(1)─► generation 2 ─Refresh(2)─► …
//!                │                      │ Refresh(1) again within the grace: 2 again
//!                └─Redeem again─► revoked ◄─ Refresh of anything older, or after the grace
//! ```

use serde::{Deserialize, Serialize};

/// A check notes the use of a grant only this often, in seconds: fine enough for people, and it
/// keeps checks from writing.
pub const USE_RESOLUTION: u64 = 3600;

/// Where a grant's record is: the person's shard, and the grant in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Pseudonym of the person; names the shard.
    #[serde(rename = "s")]
    pub shard: String,
    /// Random id of the grant.
    #[serde(rename = "g")]
    pub id: String,
}

/// The stored record. Personal data is in `sealed` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// What is asked of a grant's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Stores a new grant.
    Create(Box<Grant>),
    /// Uses the authorization code.
    Redeem,
    /// Uses the refresh token of this generation.
    Refresh {
        /// The generation presented.
        generation: u32,
        /// How long the previous generation still gets the same successor, in seconds.
        grace: u32,
    },
    /// Asks whether the grant still stands; it is in use.
    Check,
    /// Replaces the sealed caller, whose claims were read again at the identity provider.
    Update {
        /// The sealed caller.
        sealed: String,
    },
    /// Ends the grant.
    Revoke {
        /// Key of the client that asks, which must be the grant's; `None` for the person and for
        /// the server itself.
        client: Option<String>,
    },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The grant stands; the tokens to issue are of this generation.
    Active {
        /// Generation of the refresh token to hand out.
        generation: u32,
        /// When the grant ends.
        expires: u64,
        /// The sealed caller.
        sealed: String,
        /// Whether this very operation used a code or refresh token up: a retry did not.
        advanced: bool,
    },
    /// No such grant, or it is over.
    Gone,
    /// A code or refresh token was used again: the grant is revoked now.
    Reused,
    /// Created or revoked, as asked.
    Done,
}

/// What the adapter writes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Leave the record as it is.
    Keep,
    /// Store this record.
    Put(Box<Grant>),
}

/// Applies an operation to the stored record. The adapter must write before it answers.
#[must_use]
pub fn apply(stored: Option<Grant>, operation: Operation, now: u64) -> (Write, Outcome) {
    match (stored, operation) {
        (None, Operation::Create(grant)) => (Write::Put(grant), Outcome::Done),
        // Ids are random: one that exists already is nobody's honest mistake.
        (Some(_), Operation::Create(_)) | (None, _) => (Write::Keep, Outcome::Gone),
        (Some(grant), Operation::Revoke { client }) => revoke(grant, client.as_deref()),
        (Some(grant), _) if grant.revoked || grant.expires <= now => (Write::Keep, Outcome::Gone),
        (Some(grant), Operation::Check) => check(grant, now),
        (Some(mut grant), Operation::Update { sealed }) => {
            grant.sealed = sealed;
            put(grant, Outcome::Done)
        }
        (Some(grant), Operation::Redeem) => redeem(grant, now),
        (Some(grant), Operation::Refresh { generation, grace }) => {
            refresh(grant, generation, u64::from(grace), now)
        }
    }
}

fn active(grant: &Grant, advanced: bool) -> Outcome {
    Outcome::Active {
        generation: grant.generation,
        expires: grant.expires,
        sealed: grant.sealed.clone(),
        advanced,
    }
}

fn check(mut grant: Grant, now: u64) -> (Write, Outcome) {
    let outcome = active(&grant, false);
    if now < grant.used + USE_RESOLUTION {
        return (Write::Keep, outcome);
    }
    grant.used = now;
    put(grant, outcome)
}

fn put(grant: Grant, outcome: Outcome) -> (Write, Outcome) {
    (Write::Put(Box::new(grant)), outcome)
}

fn revoke(mut grant: Grant, client: Option<&str>) -> (Write, Outcome) {
    if client.is_some_and(|client| client != grant.client) || grant.revoked {
        // RFC 7009 section 2.1: another client's token is not revoked; the answer is the same.
        return (Write::Keep, Outcome::Done);
    }
    grant.revoked = true;
    put(grant, Outcome::Done)
}

fn redeem(mut grant: Grant, now: u64) -> (Write, Outcome) {
    if grant.generation > 0 {
        // OAuth 2.1 section 4.1.3: a second use may mean that the code was stolen.
        grant.revoked = true;
        return put(grant, Outcome::Reused);
    }
    if grant.code_expires <= now {
        return (Write::Keep, Outcome::Gone);
    }
    grant.generation = 1;
    grant.rotated_at = now;
    grant.used = now;
    let outcome = active(&grant, true);
    put(grant, outcome)
}

fn refresh(mut grant: Grant, presented: u32, grace: u64, now: u64) -> (Write, Outcome) {
    if presented == 0 || presented > grant.generation {
        return (Write::Keep, Outcome::Gone);
    }
    if presented == grant.generation {
        grant.generation = grant.generation.saturating_add(1);
        grant.rotated_at = now;
        grant.used = now;
        let outcome = active(&grant, true);
        return put(grant, outcome);
    }
    let is_retry = presented + 1 == grant.generation && now <= grant.rotated_at + grace;
    if is_retry {
        return (Write::Keep, active(&grant, false));
    }
    // OAuth 2.1 section 4.3.1: reuse of a rotated token may mean that it was stolen.
    grant.revoked = true;
    put(grant, Outcome::Reused)
}

#[cfg(test)]
mod tests;

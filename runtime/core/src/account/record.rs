//! The row of one connected account, and everything that can happen to it.
//!
//! One request at a time renews the tokens, under a lease, so that no refresh token is used twice. Every time
//! that the person connects begins a *generation*: what was begun for an earlier one is neither stored nor used,
//! for it is of another account.

use std::fmt;

use serde::Serialize;

use crate::from_json::FromJson;
use crate::seal::sha256;

/// Seconds for which a lease is held: longer than a third party may take to answer.
pub const LEASE: u64 = 15;

/// Seconds after which an account that no tool used is forgotten.
pub const UNUSED_FOR: u64 = 180 * 24 * 3600;

/// Seconds after which rows are looked at, though none of them is over: one whose section of `mcp.toml` is gone does not
/// stay for longer. Each look costs a person's object one request.
pub const LOOK_AFTER: u64 = 7 * 24 * 3600;

/// Seconds by which the stored time of the last use may be behind: not every use costs a write.
const PRECISION: u64 = 3600;

/// Seconds before its expiry from which on a token is renewed: a request takes up to half a minute.
const MARGIN: u64 = 30;

/// Seconds for which a failure of the third party answers for itself, so that many calls do not all wait for one
/// that is down.
const FAILED_FOR: u64 = 5;

/// Seconds after a renewal in which a host's refusal asks for no other token: a host that refuses every token
/// would have the third party asked at each call.
const RENEWED_FOR: u64 = 60;

/// Tokens, and what they are good for.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Kept {
    /// The tokens.
    pub sealed: String,
    /// When the access token is over, in seconds since 1970, where that is known.
    pub expires: Option<u64>,
    /// When they came.
    pub at: u64,
    /// True if there is a refresh token.
    pub can_renew: bool,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Account {
    /// The tokens.
    pub kept: Kept,
    /// Another one for each time that the person connects.
    pub generation: String,
    /// Whose it is.
    #[serde(default)]
    pub whose: Whose,
    /// When the person connected, in seconds since 1970.
    pub since: u64,
    /// When a tool used it last, within an hour.
    pub used: u64,
    /// The request that renews the tokens now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Until when the third party counts as down.
    #[serde(default)]
    pub failed_until: u64,
    /// When the tokens were renewed last.
    #[serde(default)]
    pub renewed_at: u64,
}

/// The person and the third party of a row, for which its tokens are sealed. Empty in a row from before it had them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Whose {
    /// Pseudonym of the person: an object cannot tell its own name.
    pub person: String,
    /// The third party, as the person saw it.
    pub party: String,
}

/// The right to renew the tokens of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Lease {
    /// Names the request.
    pub id: String,
    /// Until when, in seconds since 1970.
    pub until: u64,
}

/// Something that happens to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum AccountOperation {
    /// The person has connected an account.
    Connect {
        /// Its tokens.
        kept: Kept,
        /// A new generation.
        generation: String,
        /// Whose it is.
        whose: Whose,
    },
    /// A call needs the token.
    Take {
        /// [`fingerprint`] of the tokens of which a host has refused the access token.
        refused: Option<String>,
        /// Names the request, should it come to renew the tokens.
        lease: String,
    },
    /// The third party has answered the request that renews.
    Settle {
        /// The request's name.
        lease: String,
        /// The generation that it was begun for.
        generation: String,
        /// [`fingerprint`] of the tokens that it was begun for.
        seen: String,
        /// The answer.
        answer: Answer,
    },
    /// The person ends it.
    End,
    /// Nothing uses it any more.
    Forget {
        /// [`fingerprint`] of the tokens that nothing uses: others may have come since.
        seen: String,
    },
}

/// The answer of a third party to a request for new tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// New tokens.
    Renewed(Kept),
    /// It takes the refresh token no more.
    Refused,
    /// It decided nothing.
    Failed,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum AccountOutcome {
    /// There is no account, or there is none any more.
    Gone,
    /// Sealed tokens that are good.
    Token(String),
    /// The tokens are to be renewed by whoever asked.
    Renew {
        /// They are sealed.
        sealed: String,
        /// Their generation.
        generation: String,
    },
    /// Another request renews them.
    Busy,
    /// The third party failed a moment ago.
    Failed,
    /// The person has connected again: what was begun is of no use.
    Replaced,
    /// The person has ended it: what was begun is of no use.
    Ended,
    /// It is stored, in the place of these sealed tokens.
    Stored(Option<String>),
}

/// The change of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// None.
    Keep,
    /// The row is this now.
    Put(Box<Account>),
    /// There is no row now.
    Delete,
}

/// Tells one version of sealed tokens from all others.
#[must_use]
pub fn fingerprint(sealed: &str) -> String {
    sha256(sealed)
}

/// Applies an operation to the stored row. The adapter must write before it answers.
#[must_use]
pub fn apply(
    stored: Option<Account>,
    operation: AccountOperation,
    now: u64,
) -> (Write, AccountOutcome) {
    let stored = stored.filter(|account| account.is_kept(now));
    match (stored, operation) {
        (stored, AccountOperation::Connect { kept, generation, whose }) => {
            let old = stored.map(|account| account.kept.sealed);
            let account = Account::new(kept, (generation, whose), now);
            (Write::Put(Box::new(account)), AccountOutcome::Stored(old))
        }
        (None, AccountOperation::Settle { .. }) => (Write::Keep, AccountOutcome::Ended),
        // A row that is over goes as well.
        (None, _) => (Write::Delete, AccountOutcome::Gone),
        (Some(account), AccountOperation::Take { refused, lease }) => {
            take(account, refused.as_deref(), lease, now)
        }
        (Some(account), AccountOperation::Settle { lease, generation, seen, answer }) => {
            settle(account, (&lease, &generation, &seen), answer, now)
        }
        (Some(account), AccountOperation::Forget { seen })
            if fingerprint(&account.kept.sealed) != seen =>
        {
            (Write::Keep, AccountOutcome::Replaced)
        }
        (Some(account), AccountOperation::End | AccountOperation::Forget { .. }) => {
            (Write::Delete, AccountOutcome::Stored(Some(account.kept.sealed)))
        }
    }
}

fn take(
    mut account: Account,
    refused: Option<&str>,
    lease: String,
    now: u64,
) -> (Write, AccountOutcome) {
    let is_refused = refused.is_some_and(|seen| seen == fingerprint(&account.kept.sealed))
        && account.renewed_at + RENEWED_FOR <= now;
    let is_fresh = account.kept.is_fresh(now);
    if is_fresh && !(is_refused && account.kept.can_renew) {
        let outcome = AccountOutcome::Token(account.kept.sealed.clone());
        if account.used + PRECISION > now {
            return (Write::Keep, outcome);
        }
        account.used = now;
        return (Write::Put(Box::new(account)), outcome);
    }
    if !account.kept.can_renew {
        // Its access token was all that there was.
        return (Write::Delete, AccountOutcome::Gone);
    }
    if account.lease.as_ref().is_some_and(|lease| lease.until > now) {
        return (Write::Keep, AccountOutcome::Busy);
    }
    if account.failed_until > now {
        return (Write::Keep, AccountOutcome::Failed);
    }
    account.lease = Some(Lease { id: lease, until: now + LEASE });
    account.used = now;
    let outcome = AccountOutcome::Renew {
        sealed: account.kept.sealed.clone(),
        generation: account.generation.clone(),
    };
    (Write::Put(Box::new(account)), outcome)
}

fn settle(
    mut account: Account,
    (lease, generation, seen): (&str, &str, &str),
    answer: Answer,
    now: u64,
) -> (Write, AccountOutcome) {
    if account.generation != generation {
        return (Write::Keep, AccountOutcome::Replaced);
    }
    let is_own = account.lease.as_ref().is_some_and(|held| held.id == lease);
    if fingerprint(&account.kept.sealed) != seen {
        // The lease was over, and another request has renewed them since: what it stored is newer.
        return (Write::Keep, AccountOutcome::Busy);
    }
    match answer {
        Answer::Renewed(kept) => {
            let outcome = AccountOutcome::Token(kept.sealed.clone());
            (account.kept, account.renewed_at) = (kept, now);
            account.lease = None;
            account.failed_until = 0;
            (Write::Put(Box::new(account)), outcome)
        }
        // Another request may have used the refused token up, so the answer to that one counts.
        Answer::Refused | Answer::Failed if !is_own => (Write::Keep, AccountOutcome::Busy),
        Answer::Refused => (Write::Delete, AccountOutcome::Gone),
        Answer::Failed => {
            account.lease = None;
            account.failed_until = now + FAILED_FOR;
            (Write::Put(Box::new(account)), AccountOutcome::Failed)
        }
    }
}

impl Account {
    fn new(kept: Kept, (generation, whose): (String, Whose), now: u64) -> Self {
        Self {
            kept,
            generation,
            whose,
            since: now,
            used: now,
            lease: None,
            failed_until: 0,
            renewed_at: 0,
        }
    }

    /// When it is over unless a tool uses it, in seconds since 1970.
    #[must_use]
    pub fn over_at(&self) -> u64 {
        let forgotten = self.used.saturating_add(UNUSED_FOR);
        match self.kept.expires {
            Some(expires) if !self.kept.can_renew => forgotten.min(expires),
            _ => forgotten,
        }
    }

    /// True unless it is over.
    #[must_use]
    pub fn is_kept(&self, now: u64) -> bool {
        self.over_at() > now
    }
}

impl Kept {
    /// True if the access token lives long enough for a request. One that was short-lived from the first, or that
    /// nothing follows, serves for longer.
    fn is_fresh(&self, now: u64) -> bool {
        self.expires.is_none_or(|expires| {
            let half = expires.saturating_sub(self.at) / 2;
            let margin = if self.can_renew { MARGIN.min(half) } else { 0 };
            expires > now + margin
        })
    }
}

//! Operations on a grant's record, and their outcomes.

use serde::Serialize;

use super::place::{Repeat, RequestPlace};
use super::question::{Lease, RecheckOutcome, Rules};
use super::record::Grant;
use crate::from_json::FromJson;

/// Operation on a grant's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Stores a new grant.
    Create(Box<Grant>),
    /// Uses the authorization code.
    Redeem {
        /// Origin of the request.
        place: RequestPlace,
    },
    /// Uses the refresh token of this generation, or takes the lease to ask the provider first.
    Refresh {
        /// The generation presented.
        generation: u32,
        /// Rules of `mcp.toml` for refreshes.
        rules: Rules,
        /// Origin of the request.
        place: RequestPlace,
        /// The request came when the token was good, and has waited for another one since.
        #[serde(default)]
        has_waited: bool,
    },
    /// Tells what came of the question that this lease was for.
    Settle {
        /// The lease.
        lease: Lease,
        /// The provider's answer.
        answer: RecheckOutcome,
        /// Rules of `mcp.toml` for refreshes.
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

/// Outcome of an operation on a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum GrantOutcome {
    /// The grant stands; the tokens to issue are of this generation.
    Active {
        /// Generation of the refresh token to hand out.
        generation: u32,
        /// Until when an access token may live: the end of the grant, or of what may go on
        /// unconfirmed.
        expires: u64,
        /// The sealed caller.
        sealed: String,
        /// Set if the refresh token came twice.
        repeat: Option<Repeat>,
    },
    /// The lease is taken: ask the identity provider about the caller, and [`Operation::Settle`].
    Ask {
        /// The sealed caller.
        sealed: String,
        /// The lease.
        lease: Lease,
        /// Set if the refresh token came twice.
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

/// Change that the adapter writes to the storage.
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

pub(super) fn active(grant: &Grant, repeat: Option<Repeat>) -> GrantOutcome {
    GrantOutcome::Active {
        generation: grant.generation,
        expires: grant.expires,
        sealed: grant.sealed.clone(),
        repeat,
    }
}

pub(super) fn put(grant: Grant, outcome: GrantOutcome) -> (Write, GrantOutcome) {
    (Write::Put(Box::new(grant)), outcome)
}

pub(super) fn end(mut grant: Grant, end: End) -> (Write, GrantOutcome) {
    grant.revoked = true;
    grant.asking = None;
    put(grant, GrantOutcome::Ended(end))
}

//! The access token of the identity provider, which calls in the person's name carry: it is in the grant's
//! record, and one request at a time renews it.
//!
//! The lease is the one under which refreshes of our own tokens ask the provider, so that nobody uses a
//! refresh token of the provider's twice. Nothing else of the record changes here: what the provider says
//! of the person is asked at refreshes only.

use serde::Serialize;

use super::operation::{End, Write, end};
use super::place::RequestPlace;
use super::question::{ASKING, Lease};
use super::record::Grant;
use crate::from_json::FromJson;
use crate::seal::sha256;

/// The generation that a lease of this kind is for. No refresh token is of it, so no refresh takes the lease
/// for one of its own, or for that of its successor.
const NO_GENERATION: u32 = 0;

/// Operation on the token in a grant's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum AccessOperation {
    /// Reads the record, or takes the lease to renew the token of the one that was seen.
    Take {
        /// [`fingerprint`] of the record whose token is no longer good; `None` where none was seen.
        seen: Option<String>,
    },
    /// Tells what came of the question that this lease was for.
    Settle {
        /// The lease.
        lease: Lease,
        /// [`fingerprint`] of the record that it was taken for.
        seen: String,
        /// The provider's answer.
        answer: Renewal,
    },
}

/// Answer of the identity provider to a request for a new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// The record with the new token; sealed.
    Renewed {
        /// The record.
        sealed: String,
    },
    /// It decided nothing.
    Failed,
    /// It no longer vouches for the person.
    Refused,
}

/// Outcome of an operation on the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum AccessOutcome {
    /// No such grant, or it is over.
    Gone,
    /// The record as it is now; sealed.
    Stands {
        /// The record.
        sealed: String,
    },
    /// The lease is taken: ask the provider with what is in the record, and [`AccessOperation::Settle`].
    Renew {
        /// The record.
        sealed: String,
        /// The lease.
        lease: Lease,
    },
    /// Another request has the lease; try again in a moment.
    Busy,
    /// The grant is revoked now.
    Ended,
}

/// Tells one version of a sealed record from all others.
#[must_use]
pub fn fingerprint(sealed: &str) -> String {
    sha256(sealed)
}

/// Applies an operation to the stored record. The adapter must write before it answers.
#[must_use]
pub fn apply(
    stored: Option<Grant>,
    operation: AccessOperation,
    now: u64,
) -> (Write, AccessOutcome) {
    // Before its code was used nobody can call under it.
    let is_live = |grant: &Grant| !grant.revoked && grant.expires > now && grant.generation > 0;
    match (stored.filter(is_live), operation) {
        (None, _) => (Write::Keep, AccessOutcome::Gone),
        (Some(grant), AccessOperation::Take { seen }) => take(grant, seen.as_deref(), now),
        (Some(grant), AccessOperation::Settle { lease, seen, answer }) => {
            settle(grant, &lease, &seen, answer)
        }
    }
}

fn take(mut grant: Grant, seen: Option<&str>, now: u64) -> (Write, AccessOutcome) {
    if seen != Some(fingerprint(&grant.sealed).as_str()) {
        return (Write::Keep, stands(&grant));
    }
    if grant.asking.as_ref().is_some_and(|lease| lease.is_held(now)) {
        return (Write::Keep, AccessOutcome::Busy);
    }
    let lease = Lease {
        asking_until: now + ASKING,
        presented: NO_GENERATION,
        place: RequestPlace::default(),
    };
    grant.asking = Some(lease.clone());
    let outcome = AccessOutcome::Renew { sealed: grant.sealed.clone(), lease };
    put_access(grant, outcome)
}

fn settle(mut grant: Grant, lease: &Lease, seen: &str, answer: Renewal) -> (Write, AccessOutcome) {
    let is_own = grant.asking.as_ref() == Some(lease);
    let is_same = fingerprint(&grant.sealed) == seen;
    match answer {
        Renewal::Refused if is_own && is_same => {
            let (write, _) = end(grant, End::Refused);
            return (write, AccessOutcome::Ended);
        }
        // Another request has already used up the refused token, so the answer to that request counts.
        Renewal::Refused if is_own => {
            grant.asking = None;
            return put_access(grant, AccessOutcome::Busy);
        }
        Renewal::Refused => return (Write::Keep, AccessOutcome::Busy),
        Renewal::Failed if !is_own => return (Write::Keep, stands(&grant)),
        Renewal::Failed => grant.asking = None,
        // Somebody else has renewed it in the meantime, and what they stored is newer.
        Renewal::Renewed { .. } if !is_same => return (Write::Keep, stands(&grant)),
        Renewal::Renewed { sealed } => {
            grant.asking.take_if(|_| is_own);
            grant.sealed = sealed;
        }
    }
    let outcome = stands(&grant);
    put_access(grant, outcome)
}

fn stands(grant: &Grant) -> AccessOutcome {
    AccessOutcome::Stands { sealed: grant.sealed.clone() }
}

fn put_access(grant: Grant, outcome: AccessOutcome) -> (Write, AccessOutcome) {
    (Write::Put(Box::new(grant)), outcome)
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;

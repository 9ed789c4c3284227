//! Records of grants under the times up to which grants are over.

use super::CLOCK_MARGIN;
use super::feed::{Notice, Scope};
use crate::oauth::grant::{self, Grant, GrantOutcome, Operation, Write};

/// Result of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    /// Change to write before the answer.
    pub write: Write,
    /// The outcome.
    pub outcome: GrantOutcome,
    /// The grant is over, and the feed must know before the answer leaves.
    pub is_told: bool,
}

/// Applies an operation to the stored record, where grants that were made until `ended` are over.
#[must_use]
pub fn apply(stored: Option<Grant>, operation: Operation, ended: u64, now: u64) -> Applied {
    let is_over = |grant: &Grant| grant.created <= ended;
    if let (None, Operation::Create(grant)) = (&stored, &operation)
        && is_over(grant)
    {
        // It ended while the person was at the identity provider.
        return Applied { write: Write::Keep, outcome: GrantOutcome::Gone, is_told: false };
    }
    let is_end = matches!(operation, Operation::Revoke { .. });
    let was_revoked = stored.as_ref().is_some_and(|grant| grant.revoked);
    if let Some(grant) = stored.as_ref().filter(|grant| is_over(grant) && !grant.revoked) {
        let ended = Grant { revoked: true, asking: None, ..grant.clone() };
        let outcome = if is_end { GrantOutcome::Done } else { GrantOutcome::Gone };
        return Applied { write: Write::Put(Box::new(ended)), outcome, is_told: true };
    }
    let (write, outcome) = grant::apply(stored, operation, now);
    let is_revoked = match &write {
        Write::Put(grant) | Write::Note(grant) => grant.revoked,
        Write::Keep => was_revoked,
    };
    // A second request to end it may come because the feed did not answer the first one.
    let is_told = is_revoked && (is_end || !was_revoked);
    Applied { write, outcome, is_told }
}

/// Ends the grants of a person that were made until `before`, and tells which records change and what the feed is to
/// know. Where none is left, tokens that are on their way to a client are over as well.
#[must_use]
pub fn end_person(
    person: &str,
    grants: Vec<(String, Grant)>,
    before: u64,
    now: u64,
) -> (Vec<(String, Grant)>, Vec<Notice>) {
    let (ended, left): (Vec<_>, Vec<_>) =
        grants.into_iter().partition(|(_, grant)| grant.created <= before);
    let is_everything = !left.iter().any(|(_, grant)| grant.is_live(now));
    let notices = if is_everything {
        vec![Notice::of(Scope::Person, person)]
    } else {
        ended.iter().map(|(id, _)| Notice::grant(id, person)).collect()
    };
    let ended = ended.into_iter().filter(|(_, grant)| !grant.revoked);
    let ended = ended.map(|(id, grant)| (id, Grant { revoked: true, asking: None, ..grant }));
    (ended.collect(), notices)
}

/// The time up to which the grants of somebody are over who ends now, or whose end was decided at `decided` elsewhere.
#[must_use]
pub fn ended_before(decided: Option<u64>, now: u64) -> u64 {
    decided.map_or(now, |decided| decided.min(now)) + CLOCK_MARGIN
}

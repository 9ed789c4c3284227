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

pub mod access;
mod operation;
mod place;
mod question;
mod record;
mod refresh;

use operation::{active, end, put};

pub use operation::{End, GrantOutcome, Operation, Write};
pub use place::{Repeat, RequestPlace, SHARED_ROWS, Uses};
pub use question::{ASKING, Lease, RecheckOutcome, Rules};
pub use record::{Grant, GrantKey, USE_RESOLUTION};

/// Applies an operation to the stored record. The adapter must write before it answers.
#[must_use]
pub fn apply(stored: Option<Grant>, operation: Operation, now: u64) -> (Write, GrantOutcome) {
    match (stored, operation) {
        (None, Operation::Create(grant)) => put(*grant, GrantOutcome::Done),
        // Ids are random: one that exists already is nobody's honest mistake.
        (Some(_), Operation::Create(_)) | (None, _) => (Write::Keep, GrantOutcome::Gone),
        (Some(grant), Operation::Revoke { client }) => revoke(grant, client.as_deref()),
        (Some(grant), _) if grant.revoked || grant.expires <= now => {
            (Write::Keep, GrantOutcome::Gone)
        }
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

fn check(mut grant: Grant, now: u64) -> (Write, GrantOutcome) {
    let outcome = active(&grant, None);
    if now < grant.used + USE_RESOLUTION {
        return (Write::Keep, outcome);
    }
    grant.used = now;
    (Write::Note(Box::new(grant)), outcome)
}

fn revoke(mut grant: Grant, client: Option<&str>) -> (Write, GrantOutcome) {
    if client.is_some_and(|client| client != grant.client) || grant.revoked {
        // RFC 7009 section 2.1: another client's token is not revoked; the answer is the same.
        return (Write::Keep, GrantOutcome::Done);
    }
    grant.revoked = true;
    put(grant, GrantOutcome::Done)
}

fn redeem(mut grant: Grant, place: RequestPlace, now: u64) -> (Write, GrantOutcome) {
    if grant.generation > 0 {
        // OAuth 2.1 section 4.1.3: a second use may mean that the code was stolen.
        return end(grant, End::Reused);
    }
    if grant.code_expires <= now {
        return (Write::Keep, GrantOutcome::Gone);
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

//! Refreshes: at most one question at a time to the identity provider, and one successor for each
//! refresh token.

use super::operation::{End, GrantOutcome, Write, active, end, put};
use super::place::{Repeat, RequestPlace, TWO_NETWORKS_ROWS};
use super::question::{ASKING, Lease, RecheckOutcome, Rules};
use super::record::Grant;

impl Grant {
    /// Time of the provider's last confirmation. A record from before this was noted tells when the
    /// provider was asked last, whatever it answered.
    fn last_confirmed(&self) -> u64 {
        if self.confirmed_at == 0 { self.rotated_at } else { self.confirmed_at }
    }

    fn is_asking(&self, now: u64) -> bool {
        self.asking.as_ref().is_some_and(|lease| lease.is_held(now))
    }

    fn advance(&mut self, place: RequestPlace, now: u64) {
        self.confirmed_at = self.last_confirmed();
        self.generation = self.generation.saturating_add(1);
        self.rotated_at = now;
        self.used = now;
        self.uses.advance(place);
    }

    /// Ends the question of whoever presented this generation.
    fn release(&mut self, presented: u32) {
        self.asking.take_if(|lease| lease.presented == presented);
    }
}

pub(super) fn refresh(
    grant: Grant,
    presented: u32,
    rules: Rules,
    place: RequestPlace,
    has_waited: bool,
    now: u64,
) -> (Write, GrantOutcome) {
    if presented == 0 || presented > grant.generation {
        return (Write::Keep, GrantOutcome::Gone);
    }
    if presented == grant.generation {
        return first_use(grant, rules, place, now);
    }
    let is_retry =
        presented + 1 == grant.generation && now <= grant.rotated_at + u64::from(rules.grace);
    // The successor was used as well, by whoever is asking or was cut off while asking.
    let is_overtaken = grant.asking.as_ref().is_some_and(|lease| lease.presented > presented);
    if (!is_retry || is_overtaken) && has_waited {
        // It was overtaken while we had it wait: that proves no theft, and it gets no tokens either.
        return (Write::Keep, GrantOutcome::Busy);
    }
    if !is_retry || is_overtaken {
        // OAuth 2.1 section 4.3.1: reuse of a rotated token may mean that it was stolen.
        return end(grant, End::Reused);
    }
    retry(grant, presented, rules, place, now)
}

fn first_use(
    mut grant: Grant,
    rules: Rules,
    place: RequestPlace,
    now: u64,
) -> (Write, GrantOutcome) {
    if grant.is_asking(now) {
        return (Write::Keep, GrantOutcome::Busy);
    }
    if grant.can_ask {
        let presented = grant.generation;
        return ask(grant, presented, place, None, now);
    }
    if rules.is_required {
        return (Write::Keep, GrantOutcome::Unaskable);
    }
    grant.advance(place, now);
    let outcome = active(&grant, None);
    put(grant, outcome)
}

/// The same token again. A generation that nobody has confirmed is asked about before its tokens are
/// given once more.
fn retry(
    mut grant: Grant,
    presented: u32,
    rules: Rules,
    place: RequestPlace,
    now: u64,
) -> (Write, GrantOutcome) {
    let is_confirmed = grant.confirmed == grant.generation;
    if !is_confirmed && grant.is_asking(now) {
        return (Write::Keep, GrantOutcome::Busy);
    }
    let before = grant.uses.clone();
    let repeat = grant.uses.repeat(grant.generation, &place);
    if grant.uses.elsewhere_rows() >= TWO_NETWORKS_ROWS {
        return end(grant, End::TwoNetworks);
    }
    if !is_confirmed && grant.can_ask {
        return ask(grant, presented, place, Some(repeat), now);
    }
    if !is_confirmed && rules.is_required {
        return (Write::Keep, GrantOutcome::Unaskable);
    }
    let outcome = active(&grant, Some(repeat));
    let is_noted = grant.uses == before;
    (if is_noted { Write::Keep } else { Write::Note(Box::new(grant)) }, outcome)
}

fn ask(
    mut grant: Grant,
    presented: u32,
    place: RequestPlace,
    repeat: Option<Repeat>,
    now: u64,
) -> (Write, GrantOutcome) {
    let lease = Lease { asking_until: now + ASKING, presented, place };
    grant.asking = Some(lease.clone());
    let outcome = GrantOutcome::Ask { sealed: grant.sealed.clone(), lease, repeat };
    put(grant, outcome)
}

pub(super) fn settle(
    mut grant: Grant,
    lease: Lease,
    answer: RecheckOutcome,
    rules: Rules,
    now: u64,
) -> (Write, GrantOutcome) {
    let is_first_use = grant.generation == lease.presented;
    if !is_first_use && grant.generation != lease.presented + 1 {
        // The grant went on while this answer was on its way.
        return (Write::Keep, GrantOutcome::Gone);
    }
    let is_own = grant.asking.as_ref() == Some(&lease);
    let is_confirmed = !is_first_use && grant.confirmed == grant.generation;
    match answer {
        RecheckOutcome::Refused if is_own => return end(grant, End::Refused),
        // The lease ran out, and what was refused is what another request has used up: its answer
        // counts.
        RecheckOutcome::Refused => return (Write::Keep, GrantOutcome::Busy),
        RecheckOutcome::Unconfirmed { .. } if is_confirmed => {
            return (Write::Keep, active(&grant, None));
        }
        RecheckOutcome::Confirmed { sealed } => {
            grant.release(lease.presented);
            grant.sealed = sealed;
            if is_first_use {
                grant.advance(lease.place, now);
            }
            grant.confirmed = grant.generation;
            grant.confirmed_at = now;
        }
        RecheckOutcome::Unaskable => {
            grant.release(lease.presented);
            grant.can_ask = false;
            if rules.is_required {
                return put(grant, GrantOutcome::Unaskable);
            }
            if is_first_use {
                grant.advance(lease.place, now);
            }
        }
        // Too late: another request asks by now, and its answer counts.
        RecheckOutcome::Unconfirmed { sealed: None } if !is_own && grant.is_asking(now) => {
            return (Write::Keep, GrantOutcome::Busy);
        }
        RecheckOutcome::Unconfirmed { sealed } => {
            grant.release(lease.presented);
            grant.sealed = sealed.unwrap_or(grant.sealed);
            return unconfirmed(grant, is_first_use, lease.place, rules, now);
        }
    }
    let outcome = active(&grant, None);
    put(grant, outcome)
}

/// The claims known so far go on, within their bound.
fn unconfirmed(
    mut grant: Grant,
    is_first_use: bool,
    place: RequestPlace,
    rules: Rules,
    now: u64,
) -> (Write, GrantOutcome) {
    if rules.is_required {
        return put(grant, GrantOutcome::Unconfirmed);
    }
    let bound = grant.last_confirmed().saturating_add(rules.max_unconfirmed.into());
    if bound <= now {
        return end(grant, End::Lapsed);
    }
    if is_first_use {
        grant.advance(place, now);
    }
    let outcome = GrantOutcome::Active {
        generation: grant.generation,
        expires: grant.expires.min(bound),
        sealed: grant.sealed.clone(),
        repeat: None,
    };
    put(grant, outcome)
}

//! Refreshes: at most one question at a time to the identity provider, and one successor for each
//! refresh token.

use super::operation::{End, Outcome, Write, active, end, put};
use super::place::{Place, Repeat, TWO_NETWORKS_ROWS};
use super::question::{ASKING, Answer, Lease, Rules};
use super::record::Grant;

impl Grant {
    /// When the provider confirmed the person last. A record from before this was noted tells when
    /// the provider was asked last, whatever it answered.
    fn last_confirmed(&self) -> u64 {
        if self.confirmed_at == 0 { self.rotated_at } else { self.confirmed_at }
    }

    fn is_asking(&self, now: u64) -> bool {
        self.asking.as_ref().is_some_and(|lease| lease.is_held(now))
    }

    fn advance(&mut self, place: Place, now: u64) {
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
    place: Place,
    has_waited: bool,
    now: u64,
) -> (Write, Outcome) {
    if presented == 0 || presented > grant.generation {
        return (Write::Keep, Outcome::Gone);
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
        return (Write::Keep, Outcome::Busy);
    }
    if !is_retry || is_overtaken {
        // OAuth 2.1 section 4.3.1: reuse of a rotated token may mean that it was stolen.
        return end(grant, End::Reused);
    }
    retry(grant, presented, rules, place, now)
}

fn first_use(mut grant: Grant, rules: Rules, place: Place, now: u64) -> (Write, Outcome) {
    if grant.is_asking(now) {
        return (Write::Keep, Outcome::Busy);
    }
    if grant.can_ask {
        let presented = grant.generation;
        return ask(grant, presented, place, None, now);
    }
    if rules.is_required {
        return (Write::Keep, Outcome::Unaskable);
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
    place: Place,
    now: u64,
) -> (Write, Outcome) {
    let is_confirmed = grant.confirmed == grant.generation;
    if !is_confirmed && grant.is_asking(now) {
        return (Write::Keep, Outcome::Busy);
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
        return (Write::Keep, Outcome::Unaskable);
    }
    let outcome = active(&grant, Some(repeat));
    let is_noted = grant.uses == before;
    (if is_noted { Write::Keep } else { Write::Note(Box::new(grant)) }, outcome)
}

fn ask(
    mut grant: Grant,
    presented: u32,
    place: Place,
    repeat: Option<Repeat>,
    now: u64,
) -> (Write, Outcome) {
    let lease = Lease { asking_until: now + ASKING, presented, place };
    grant.asking = Some(lease.clone());
    let outcome = Outcome::Ask { sealed: grant.sealed.clone(), lease, repeat };
    put(grant, outcome)
}

pub(super) fn settle(
    mut grant: Grant,
    lease: Lease,
    answer: Answer,
    rules: Rules,
    now: u64,
) -> (Write, Outcome) {
    let is_first_use = grant.generation == lease.presented;
    if !is_first_use && grant.generation != lease.presented + 1 {
        // The grant went on while this answer was on its way.
        return (Write::Keep, Outcome::Gone);
    }
    let is_own = grant.asking.as_ref() == Some(&lease);
    let is_confirmed = !is_first_use && grant.confirmed == grant.generation;
    match answer {
        Answer::Refused if is_own => return end(grant, End::Refused),
        // The lease ran out, and what was refused is what another request has used up: its answer
        // counts.
        Answer::Refused => return (Write::Keep, Outcome::Busy),
        Answer::Unconfirmed { .. } if is_confirmed => {
            return (Write::Keep, active(&grant, None));
        }
        Answer::Confirmed { sealed } => {
            grant.release(lease.presented);
            grant.sealed = sealed;
            if is_first_use {
                grant.advance(lease.place, now);
            }
            grant.confirmed = grant.generation;
            grant.confirmed_at = now;
        }
        Answer::Unaskable => {
            grant.release(lease.presented);
            grant.can_ask = false;
            if rules.is_required {
                return put(grant, Outcome::Unaskable);
            }
            if is_first_use {
                grant.advance(lease.place, now);
            }
        }
        // Too late: another request asks by now, and its answer counts.
        Answer::Unconfirmed { sealed: None } if !is_own && grant.is_asking(now) => {
            return (Write::Keep, Outcome::Busy);
        }
        Answer::Unconfirmed { sealed } => {
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
    place: Place,
    rules: Rules,
    now: u64,
) -> (Write, Outcome) {
    if rules.is_required {
        return put(grant, Outcome::Unconfirmed);
    }
    let bound = grant.last_confirmed().saturating_add(rules.max_unconfirmed.into());
    if bound <= now {
        return end(grant, End::Lapsed);
    }
    if is_first_use {
        grant.advance(place, now);
    }
    let outcome = Outcome::Active {
        generation: grant.generation,
        expires: grant.expires.min(bound),
        sealed: grant.sealed.clone(),
        repeat: None,
    };
    put(grant, outcome)
}

//! The shares of a server's quota that one isolate holds.

use super::pool::{Back, Draw, Drawn, LEASE_LIFE, LEASE_MARGIN};
use super::window::Limit;

/// Milliseconds over which the calls of the isolate are counted at least, to guess how many come: a handful
/// that come at once are not the beginning of thousands.
const LEAST_COUNTED: u64 = 500;

/// Milliseconds after which they are counted from the start.
const MOST_COUNTED: u64 = 5000;

/// Units that an isolate expects to use at least.
const LEAST_WANTED: u64 = 8;

/// Milliseconds of calls that a lease is to be enough for: somewhat more than its life, since calls come in
/// clusters, and what is left comes back with the next request.
const LEASE_LIFE_WITH_RESERVE: u64 = LEASE_LIFE * 13 / 10;

/// Milliseconds for which calls wait for a request that another call has sent, before they send their own.
const PATIENCE: u64 = 250;

/// The shares of one quota.
#[derive(Debug, Default)]
pub struct Leases {
    held: Vec<Held>,
    /// What is to be told at the next request.
    back: Vec<Back>,
    /// Until when nothing is to be had, and when the window ends; by the clock of the isolate.
    spent: Option<(u64, u64)>,
    /// When the request was sent that is under way.
    asked: Option<u64>,
    /// Units that calls took or wanted since then.
    counted: u64,
    since: u64,
}

#[derive(Debug)]
struct Held {
    number: u64,
    units: u32,
    from: u64,
    until: u64,
}

/// What a call does for its units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// It has them.
    Taken,
    /// There are none: milliseconds until the window ends.
    Spent(u64),
    /// It sends this request.
    Ask(Draw),
    /// It waits a moment and takes again: another call has asked.
    Wait,
}

impl Leases {
    /// Takes units, or says what to do for them. The call may wait for another one's request if it is
    /// `patient`.
    pub fn take(
        &mut self,
        isolate: &str,
        (units, limit): (u32, Limit),
        is_patient: bool,
        now: u64,
    ) -> Take {
        self.drop_ended(now);
        if let Some((until, resets)) = self.spent {
            // The clock may have been put back meanwhile.
            if now < until && until - now <= limit.period {
                return Take::Spent(resets.saturating_sub(now));
            }
            self.spent = None;
        }
        if self.take_held(units) {
            self.count(units, now);
            return Take::Taken;
        }
        let waits = |asked: u64| now >= asked && now - asked < PATIENCE;
        if is_patient && self.asked.is_some_and(waits) {
            return Take::Wait;
        }
        self.count(units, now);
        self.asked = Some(now);
        // They are too few for this call, and may be what the pool lacks for it.
        let back = std::mem::take(&mut self.back).into_iter();
        let held = self.held.drain(..).map(|Held { number, units, .. }| Back { number, units });
        let back = back.chain(held).collect();
        let want = self.wanted(now);
        Take::Ask(Draw { isolate: isolate.to_owned(), units, want, back, limit })
    }

    /// Takes up the answer to a request for so many units that was sent at `sent`.
    pub fn answered(&mut self, drawn: &Drawn, units: u32, sent: u64) {
        self.asked = None;
        match *drawn {
            Drawn::Granted { number, units: leased, life } if leased > 0 => {
                let until = sent.saturating_add(life.saturating_sub(LEASE_MARGIN));
                self.held.push(Held { number, units: leased, from: sent, until });
            }
            // Of several units there may be some.
            Drawn::Spent { resets, again } if units == 1 => {
                self.spent = Some((sent.saturating_add(again), sent.saturating_add(resets)));
            }
            Drawn::Granted { .. } | Drawn::Spent { .. } => {}
        }
    }

    /// The request was not answered. What it gave back may have come or not, so it is lost.
    pub fn unanswered(&mut self) {
        self.asked = None;
    }

    /// The request that gives back what ended leases left; `None` where they left nothing.
    pub fn give_back(&mut self, isolate: &str, limit: Limit, now: u64) -> Option<Draw> {
        self.drop_ended(now);
        if self.back.iter().all(|back| back.units == 0) {
            return None;
        }
        let back = std::mem::take(&mut self.back);
        Some(Draw { isolate: isolate.to_owned(), units: 0, want: 0, back, limit })
    }

    /// The leases that are held, by their numbers, and the units that each has left.
    pub fn held(&self) -> impl Iterator<Item = (u64, u32)> {
        self.held.iter().map(|held| (held.number, held.units))
    }

    fn drop_ended(&mut self, now: u64) {
        let back = &mut self.back;
        self.held.retain(|held| {
            // A clock that was put back tells nothing of how long the lease lives.
            let is_good = held.units > 0 && held.from <= now && now < held.until;
            if !is_good {
                back.push(Back { number: held.number, units: held.units });
            }
            is_good
        });
    }

    fn take_held(&mut self, units: u32) -> bool {
        let held: u64 = self.held.iter().map(|held| u64::from(held.units)).sum();
        if held < units.into() {
            return false;
        }
        let mut open = units;
        // The first one ends first.
        for held in &mut self.held {
            let part = open.min(held.units);
            held.units -= part;
            open -= part;
        }
        true
    }

    fn count(&mut self, units: u32, now: u64) {
        if now < self.since || now - self.since > MOST_COUNTED {
            (self.since, self.counted) = (now, 0);
        }
        self.counted = self.counted.saturating_add(units.into());
    }

    /// The units that calls will take in the life of a lease, if as many come as came of late.
    fn wanted(&self, now: u64) -> u32 {
        let passed = now.saturating_sub(self.since).max(LEAST_COUNTED);
        let wanted = self.counted.saturating_mul(LEASE_LIFE_WITH_RESERVE) / passed;
        let wanted = wanted.max(LEAST_WANTED);
        u32::try_from(wanted).unwrap_or(u32::MAX)
    }
}

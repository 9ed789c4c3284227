//! The units of one person: all of their quotas in one place, so that a call takes of all or of none.

use serde::Serialize;

use super::window::{Limit, Window};
use crate::from_json::FromJson;
use crate::mcp::request_state::REQUEST_STATE_TTL;

/// Passes that are remembered of one person. A person answers a few questions an hour; whoever has more than
/// this pays for each further round.
const MAX_PASSES: usize = 512;

/// The time for which a used pass is remembered, in milliseconds: somewhat longer than the state that carries
/// it is good, since that was sealed by another clock.
const PASS_TTL: u64 = (REQUEST_STATE_TTL + 300) * 1000;

/// The quotas of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Person {
    quotas: Vec<Counted>,
    passes: Vec<Pass>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
struct Counted {
    name: String,
    window: Window,
    /// The end of the window.
    ends: u64,
}

/// A round of a call that has been run, and is not to be run again for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
struct Pass {
    id: String,
    until: u64,
}

/// Units of one quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Charge {
    /// The quota.
    pub name: String,
    /// Units.
    pub units: u32,
    /// The limit that holds now.
    pub limit: Limit,
}

/// A request to the place that counts for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum PersonRequest {
    /// Takes of all these quotas, or of none.
    Charge(Vec<Charge>),
    /// Uses up the pass with which a paid call goes on.
    Pass(String),
    /// Gives back what [`PersonAnswer::Charged`] took: the units could not be had elsewhere.
    GiveBack(Vec<Taken>),
}

/// Units that were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Taken {
    /// The quota.
    pub name: String,
    /// Units.
    pub units: u32,
    /// The beginning of their window.
    pub started: u64,
}

/// The answer to a [`PersonRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum PersonAnswer {
    /// It is refused: the quota of this name is spent for so many milliseconds. Also what stands in for an
    /// answer that cannot be read.
    Spent(String, u64),
    /// Everything was taken.
    Charged(Vec<Taken>),
    /// The pass was good, and is no more.
    Passed,
    /// The pass was used before.
    Used,
    /// It is done.
    Done,
}

impl Person {
    /// Answers a request.
    pub fn answer(&mut self, request: PersonRequest, now: u64) -> PersonAnswer {
        self.forget(now);
        match request {
            PersonRequest::Charge(charges) => self.charge(&charges, now),
            PersonRequest::Pass(id) => self.pass(id, now),
            PersonRequest::GiveBack(taken) => {
                taken.iter().for_each(|taken| self.give_back(taken));
                PersonAnswer::Done
            }
        }
    }

    /// The time from which on nothing of this is of use.
    #[must_use]
    pub fn disposable_at(&self) -> u64 {
        let quotas = self.quotas.iter().map(|quota| quota.ends);
        quotas.chain(self.passes.iter().map(|pass| pass.until)).max().unwrap_or(0)
    }

    fn forget(&mut self, now: u64) {
        self.quotas.retain(|quota| quota.ends > now);
        self.passes.retain(|pass| pass.until > now);
    }

    fn charge(&mut self, charges: &[Charge], now: u64) -> PersonAnswer {
        for Charge { name, units, limit } in charges {
            let counted = self.counted(name, *limit, now);
            if counted.window.left(*limit) < u64::from(*units) {
                let wait = counted.ends.saturating_sub(now);
                return PersonAnswer::Spent(name.clone(), wait);
            }
        }
        let take = |Charge { name, units, limit }: &Charge| {
            let window = &mut self.counted(name, *limit, now).window;
            window.used += u64::from(*units);
            Taken { name: name.clone(), units: *units, started: window.started }
        };
        PersonAnswer::Charged(charges.iter().map(take).collect())
    }

    fn counted(&mut self, name: &str, limit: Limit, now: u64) -> &mut Counted {
        let known = self.quotas.iter().position(|quota| quota.name == name);
        let index = known.unwrap_or_else(|| {
            let window = Window { started: now, used: 0 };
            self.quotas.push(Counted { name: name.to_owned(), window, ends: 0 });
            self.quotas.len() - 1
        });
        let counted = &mut self.quotas[index];
        counted.window.roll(limit, now);
        counted.ends = counted.window.ends(limit);
        counted
    }

    fn pass(&mut self, id: String, now: u64) -> PersonAnswer {
        let is_used = self.passes.iter().any(|pass| pass.id == id);
        if is_used || self.passes.len() >= MAX_PASSES {
            return PersonAnswer::Used;
        }
        self.passes.push(Pass { id, until: now.saturating_add(PASS_TTL) });
        PersonAnswer::Passed
    }

    fn give_back(&mut self, Taken { name, units, started }: &Taken) {
        let window = self.quotas.iter_mut().find(|quota| quota.name == *name);
        let window = window.map(|quota| &mut quota.window);
        if let Some(window) = window.filter(|window| window.started == *started) {
            window.give_back(*units);
        }
    }
}

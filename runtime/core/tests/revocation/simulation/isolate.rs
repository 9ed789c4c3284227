//! Isolates: what each knows, and its clock.

use toolgate_core::revocation::{Known, News, Plan, TokenFacts, Verdict};

use super::Mutant;
use super::events::Random;

pub(super) const MAX_AGE: u64 = 30_000;

pub(super) struct Isolate {
    pub(super) known: Known,
    /// Which one it is in its slot.
    pub(super) life: u64,
    skew: i64,
    mutant: Option<Mutant>,
}

impl Isolate {
    pub(super) fn new(life: u64, skew: u64, mutant: Option<Mutant>, random: &mut Random) -> Self {
        let skew = random.below(2 * skew + 1).cast_signed() - skew.cast_signed();
        Self { known: Known::default(), life, skew, mutant }
    }

    /// The time as it sees it.
    pub(super) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew)
    }

    pub(super) fn plan(&mut self, now: u64) -> Plan {
        let clock = self.clock(now);
        self.known.plan(MAX_AGE, clock)
    }

    /// Takes in the answer to a question that was asked at this true time.
    pub(super) fn take(&mut self, mut news: News, asked: u64, now: u64) {
        let asked = if self.mutant == Some(Mutant::AgeOfTheAnswer) { now } else { asked };
        if self.mutant == Some(Mutant::NoMargin) {
            let margin = toolgate_core::revocation::CLOCK_MARGIN;
            news.rows.iter_mut().for_each(|row| row.before -= margin);
        }
        let asked = self.clock(asked);
        self.known.take(news, asked);
    }

    /// The cursor goes on without the rows, for a mutant.
    pub(super) fn skip(&mut self, news: News, asked: u64) {
        let asked = self.clock(asked);
        self.known.take(News { rows: Vec::new(), ..news }, asked);
    }

    pub(super) fn judge(&self, grant: &str, person: &str, client: &str, issued: u64) -> Verdict {
        let person = if self.mutant == Some(Mutant::PersonsIgnored) { "" } else { person };
        self.known.judge(TokenFacts { grant, person, client: Some(client), issued })
    }
}

//! The object of a person: records, the time up to which the person is over, and what the feed has yet to hear.

use std::collections::BTreeMap;

use toolgate_core::oauth::grant::{Grant, GrantOutcome, Operation, Write};
use toolgate_core::revocation::record::{apply, end_person, ended_before};
use toolgate_core::revocation::{Known, Notice};

use super::Mutant;

#[derive(Default)]
pub(super) struct Person {
    pub(super) grants: BTreeMap<String, Grant>,
    pub(super) ended: u64,
    pub(super) outbox: BTreeMap<u64, Notice>,
    pub(super) next: u64,
    /// In memory: lost with the object.
    pub(super) known: Known,
    pub(super) life: u64,
    pub(super) skew: i64,
}

impl Person {
    /// The time as the object sees it, in seconds.
    pub(super) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew) / 1000
    }

    /// The object ends: what is stored stays.
    pub(super) fn restart(&mut self) {
        self.known = Known::default();
        self.life += 1;
    }

    /// Puts a notice into the outbox, in the transaction of the change.
    fn note(&mut self, notice: Notice) -> u64 {
        self.next += 1;
        self.outbox.insert(self.next, notice);
        self.next
    }

    /// One operation, and the numbers of what the feed is to hear of before the answer.
    pub(super) fn perform(
        &mut self,
        name: &str,
        id: &str,
        operation: Operation,
        now: u64,
        mutant: Option<Mutant>,
    ) -> (GrantOutcome, Vec<u64>) {
        let stored = self.grants.get(id).cloned();
        let client = match (&stored, &operation) {
            (Some(grant), _) => grant.client.clone(),
            (None, Operation::Create(grant)) => grant.client.clone(),
            (None, _) => String::new(),
        };
        let own = if mutant == Some(Mutant::NoEpoch) { 0 } else { self.ended };
        let ended = own.max(self.known.grants_before(&client));
        let applied = apply(stored, operation, ended, now);
        if let Write::Put(grant) | Write::Note(grant) = applied.write {
            self.grants.insert(id.to_owned(), *grant);
        }
        let told = applied.is_told.then(|| self.note(Notice::grant(id, name)));
        (applied.outcome, told.into_iter().collect())
    }

    /// Ends the person.
    pub(super) fn end(&mut self, name: &str, now: u64) -> Vec<u64> {
        let before = ended_before(None, now);
        self.ended = self.ended.max(before);
        let grants = self.grants.clone().into_iter().collect();
        let (ended, notices) = end_person(name, grants, before, now);
        self.grants.extend(ended);
        notices.into_iter().map(|notice| self.note(notice)).collect()
    }
}

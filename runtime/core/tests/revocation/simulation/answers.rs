//! Ends, and the answers by which the oracle knows them.

use toolgate_core::oauth::grant::GrantOutcome;
use toolgate_core::revocation::{Notice, Scope};

use super::Mutant;
use super::events::{Asked, Doing, End, Event};
use super::run::{MINUTE, Run, client_name, is_meant};

impl Run {
    pub(super) fn answers(&mut self, asked: Asked, outcome: GrantOutcome) {
        match (asked, outcome) {
            (Asked::Create { session, .. }, _) => {
                let wait = self.random.below(MINUTE);
                self.after(wait, Event::Refreshes { session });
                self.after(wait, Event::Calls { session });
            }
            (Asked::Refresh { session, issued, sent }, GrantOutcome::Active { generation, .. }) => {
                let one = &mut self.sessions[session];
                let late = self.mutant == Some(Mutant::IssuedWhenSent);
                one.token = Some(if late { self.now / 1000 + 2 } else { issued });
                one.generation = generation;
                if one.ended.is_some_and(|ended| ended < sent) {
                    self.fault(format!("{session} was refreshed after its end"));
                }
            }
            (Asked::Refresh { session, .. }, GrantOutcome::Ended(_)) => {
                self.sessions[session].ended.get_or_insert(self.now);
            }
            (Asked::End { end, sent }, GrantOutcome::Done) => self.mark(&end, sent),
            _ => {}
        }
    }

    /// Whoever asked for the end has the answer now: it holds for all that were there when they asked.
    pub(super) fn mark(&mut self, end: &End, sent: u64) {
        for (index, session) in self.sessions.iter_mut().enumerate() {
            if is_meant(end, index, session) && session.made < sent && session.ended.is_none() {
                session.ended = Some(self.now);
                self.outcome.ends += 1;
            }
        }
    }

    pub(super) fn ends(&mut self) {
        let sent = self.now;
        let end = match self.random.below(40) {
            0 => End::All,
            1..6 => End::Client(self.random.below(self.world.clients as u64) as usize),
            6..20 => End::Person(self.random.below(self.world.people as u64) as usize),
            _ => End::Grant(self.random.below(self.sessions.len() as u64) as usize),
        };
        // Somebody refreshes at this very moment.
        for session in 0..self.sessions.len() {
            if is_meant(&end, session, &self.sessions[session]) && self.random.is(300) {
                self.refresh(session, self.sessions[session].person);
            }
        }
        let notice = match &end {
            End::Grant(session) => {
                let person = self.sessions[*session].person;
                return self.send(Event::AtObject { person, asked: Asked::End { end, sent } });
            }
            End::Person(person) => {
                let person = *person;
                return self.send(Event::AtObject { person, asked: Asked::End { end, sent } });
            }
            End::Client(client) => Notice::of(Scope::Client, &client_name(*client)),
            End::All => Notice::of(Scope::All, ""),
        };
        self.ask_feed(None, vec![notice], Doing::Admin { end, sent });
    }
}

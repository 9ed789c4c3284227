//! The feed in the schedule, and what its answers lead to.

use toolgate_core::revocation::{News, Notice, Plan, Verdict};

use super::Mutant;
use super::events::{Doing, Event, Session};
use super::isolate::MAX_AGE;
use super::run::{LIVES, MINUTE, Run, START, client_name, person_name};

impl Run {
    pub(super) fn at_feed(
        &mut self,
        number: u64,
        cursor: Option<u64>,
        notices: Vec<Notice>,
        doing: Doing,
    ) {
        if self.is_away() {
            return;
        }
        for notice in notices {
            self.feed.tell(notice, LIVES, self.now);
        }
        let news = cursor.map(|cursor| self.feed.since(cursor)).unwrap_or_default();
        self.send(Event::FeedAnswers { number, news, doing });
    }

    pub(super) fn feed_answers(&mut self, number: u64, news: News, doing: Doing) {
        if !self.waiting.remove(&number) {
            return;
        }
        match doing {
            Doing::Judges { isolate: slot, life, at, session } => {
                let is_ahead = self.mutant == Some(Mutant::CursorGoesAhead) && self.random.is(300);
                let isolate = &mut self.isolates[slot];
                if isolate.life != life {
                    return;
                }
                if is_ahead {
                    isolate.skip(news, at);
                } else {
                    isolate.take(news, at, self.now);
                }
                self.judge(slot, session);
            }
            Doing::Reads { person, life, at, asked } => {
                let object = &mut self.people[person];
                if object.life == life {
                    object.known.take(news, at);
                    self.apply(person, asked);
                }
            }
            Doing::Tells { person, life, numbers, then } => {
                let object = &mut self.people[person];
                numbers.iter().for_each(|number| drop(object.outbox.remove(number)));
                if let Some((asked, outcome)) = then.filter(|_| object.life == life) {
                    self.send(Event::Answers { asked, outcome });
                }
            }
            Doing::Admin { end, sent } => self.mark(&end, sent),
        }
    }

    pub(super) fn gives_up(&mut self, number: u64, doing: &Doing) {
        if !self.waiting.remove(&number) {
            return;
        }
        if let Doing::Judges { isolate: slot, life, session, .. } = *doing {
            let isolate = &mut self.isolates[slot];
            let is_known = isolate.life == life && isolate.plan(self.now) != Plan::Read;
            if is_known || self.mutant == Some(Mutant::FailsOpen) {
                return self.judge(slot, session);
            }
            self.outcome.unavailable += 1;
        }
    }

    pub(super) fn judge(&mut self, slot: usize, session: usize) {
        let Session { person, client, id, token, ended, .. } = &self.sessions[session];
        let Some(issued) = *token else { return };
        let isolate = &self.isolates[slot];
        let now = isolate.clock(self.now) / 1000;
        let (person, client) = (person_name(*person), client_name(*client));
        let is_over = issued + LIVES.token <= now;
        if is_over || isolate.judge(id, &person, &client, issued) != Verdict::Stands {
            return;
        }
        let ended = *ended;
        if let Some(late) = ended.and_then(|ended| self.now.checked_sub(ended)) {
            let latest = self.latest.entry(session).or_default();
            *latest = (*latest).max(late);
        }
        if self.written.get(&session).is_some_and(|at| self.now > at + 5 * MINUTE) {
            self.fault(format!(
                "{session} was ended in the object, and the feed never heard of it"
            ));
        }
        let away = self.world.away.map(|(from, to)| (START + from * MINUTE, START + to * MINUTE));
        if away.is_some_and(|(from, to)| (from + MAX_AGE + 1000..to).contains(&self.now)) {
            self.outcome.accepted_in_outage += 1;
        }
    }
}

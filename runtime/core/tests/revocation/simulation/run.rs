//! The schedule, and the oracle.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use toolgate_core::oauth::grant::{GrantOutcome, Operation, RequestPlace, Rules};
use toolgate_core::revocation::feed::{Feed, Lives};
use toolgate_core::revocation::{Notice, Plan};

use super::events::{Asked, Doing, End, Event, Random, Session};
use super::isolate::Isolate;
use super::person::Person;
use super::{Mutant, World};
use crate::record::grant;

pub(super) const MINUTE: u64 = 60_000;
/// The true time at which a run begins.
pub(super) const START: u64 = 1_767_225_600_000;
/// After so long nobody waits for an answer any more.
const TIMEOUT: u64 = 8000;
pub(super) const LIVES: Lives = Lives { token: 600, grant: 86_400 };
const RULES: Rules = Rules { grace: 600, max_unconfirmed: 0, is_required: false };

#[derive(Default)]
pub(super) struct Outcome {
    pub(super) faults: Vec<String>,
    /// The longest time after the answer at which a call was accepted.
    pub(super) latest: u64,
    pub(super) ends: usize,
    pub(super) after_31_seconds: usize,
    pub(super) calls: u64,
    pub(super) unavailable: u64,
    pub(super) accepted_in_outage: u64,
    pub(super) reads: u64,
    pub(super) isolate_seconds: u64,
}

pub(super) struct Run {
    pub(super) world: World,
    pub(super) random: Random,
    pub(super) now: u64,
    pub(super) events: BinaryHeap<Reverse<(u64, u64)>>,
    pub(super) what: HashMap<u64, Event>,
    pub(super) sequence: u64,
    pub(super) feed: Feed,
    pub(super) isolates: Vec<Isolate>,
    pub(super) people: Vec<Person>,
    pub(super) sessions: Vec<Session>,
    /// Questions to the feed that nobody has answered yet.
    pub(super) waiting: HashSet<u64>,
    pub(super) asked: u64,
    /// When the object of each session wrote that it is over.
    pub(super) written: HashMap<usize, u64>,
    pub(super) mutant: Option<Mutant>,
    pub(super) latest: HashMap<usize, u64>,
    pub(super) outcome: Outcome,
}

pub(super) fn person_name(person: usize) -> String {
    format!("person{person}")
}

pub(super) fn client_name(client: usize) -> String {
    format!("client{client}")
}

pub(super) fn is_meant(end: &End, index: usize, session: &Session) -> bool {
    match end {
        End::Grant(one) => index == *one,
        End::Person(person) => session.person == *person,
        End::Client(client) => session.client == *client,
        End::All => true,
    }
}

impl Run {
    pub(super) fn new(world: World, seed: u64) -> Self {
        let mut random = Random(seed);
        let isolate = |random: &mut Random| Isolate::new(0, world.skew, world.mutant, random);
        let isolates = (0..world.isolates).map(|_| isolate(&mut random)).collect();
        let mut skew = || random.below(2 * world.skew + 1).cast_signed() - world.skew.cast_signed();
        let people =
            (0..world.people).map(|_| Person { skew: skew(), ..Person::default() }).collect();
        Self {
            world,
            random,
            now: START,
            events: BinaryHeap::new(),
            what: HashMap::new(),
            sequence: 0,
            feed: Feed::default(),
            isolates,
            people,
            sessions: Vec::new(),
            waiting: HashSet::new(),
            asked: 0,
            written: HashMap::new(),
            mutant: world.mutant,
            latest: HashMap::new(),
            outcome: Outcome::default(),
        }
    }

    pub(super) fn run(mut self) -> Outcome {
        for _ in 0..self.world.sessions {
            self.after(1, Event::SignsIn);
        }
        let end = START + self.world.minutes * MINUTE;
        for minute in 1..self.world.minutes {
            for _ in 0..2 {
                let at = minute * MINUTE + self.random.below(MINUTE);
                self.after(at, Event::Ends);
                let later = at + self.random.below(MINUTE);
                self.after(later, Event::SignsIn);
                // Somebody is at the identity provider when it ends.
                self.after(at.saturating_sub(20), Event::SignsIn);
            }
        }
        while let Some(Reverse((time, sequence))) = self.events.pop() {
            if time > end {
                break;
            }
            self.now = time;
            let event = self.what.remove(&sequence).expect("it was put there");
            self.happens(event);
        }
        self.outcome.latest = self.latest.values().copied().max().unwrap_or(0);
        self.outcome.after_31_seconds = self.latest.values().filter(|late| **late > 31_000).count();
        self.outcome.isolate_seconds = self.world.minutes * 60 * self.world.isolates as u64;
        self.outcome
    }

    pub(super) fn after(&mut self, wait: u64, event: Event) {
        self.sequence += 1;
        self.events.push(Reverse((self.now + wait, self.sequence)));
        self.what.insert(self.sequence, event);
    }

    /// Sends a message, which may be lost or late.
    pub(super) fn send(&mut self, event: Event) {
        let wait = match self.random.below(1000) {
            n if n < self.world.lost => return,
            n if n < self.world.lost + self.world.late => 500 + self.random.below(6500),
            _ => 5 + self.random.below(40),
        };
        self.after(wait, event);
    }

    pub(super) fn fault(&mut self, text: String) {
        self.outcome.faults.push(format!("{} s: {text}", (self.now - START) / 1000));
    }

    pub(super) fn is_away(&self) -> bool {
        let minute = (self.now - START) / MINUTE;
        self.world.away.is_some_and(|(from, to)| (from..to).contains(&minute))
    }

    /// An isolate or object may end before whatever happens.
    pub(super) fn somebody_ends(&mut self) {
        if !self.random.is(self.world.ends) {
            return;
        }
        let slot = self.random.below(self.isolates.len() as u64) as usize;
        let life = self.isolates[slot].life + 1;
        self.isolates[slot] =
            Isolate::new(life, self.world.skew, self.world.mutant, &mut self.random);
        let person = self.random.below(self.people.len() as u64) as usize;
        self.people[person].restart();
    }

    pub(super) fn happens(&mut self, event: Event) {
        self.somebody_ends();
        match event {
            Event::SignsIn => self.signs_in(),
            Event::Calls { session } => self.calls(session),
            Event::Refreshes { session } => self.refreshes(session),
            Event::Ends => self.ends(),
            Event::AtObject { person, asked } => self.at_object(person, asked),
            Event::AtFeed { number, cursor, notices, doing } => {
                self.at_feed(number, cursor, notices, doing);
            }
            Event::FeedAnswers { number, news, doing } => self.feed_answers(number, news, doing),
            Event::GivesUp { number, doing } => self.gives_up(number, &doing),
            Event::Answers { asked, outcome } => self.answers(asked, outcome),
            Event::Alarm { person, wait } => self.alarm(person, wait),
        }
    }

    pub(super) fn signs_in(&mut self) {
        let person = self.random.below(self.world.people as u64) as usize;
        let client = self.random.below(self.world.clients as u64) as usize;
        let session = self.sessions.len();
        let id = format!("grant{session}");
        let isolate = self.random.below(self.world.isolates as u64) as usize;
        let created = self.isolates[isolate].clock(self.now) / 1000;
        let made = self.now;
        self.sessions.push(Session {
            person,
            client,
            id,
            token: None,
            generation: 0,
            made,
            ended: None,
        });
        // The browser may take its time between the two.
        let wait = self.random.below(1500);
        self.after(wait, Event::AtObject { person, asked: Asked::Create { session, created } });
    }

    pub(super) fn calls(&mut self, session: usize) {
        let wait = 500 + self.random.below(3000);
        self.after(wait, Event::Calls { session });
        let slot = self.random.below(self.world.isolates as u64) as usize;
        self.outcome.calls += 1;
        let isolate = &mut self.isolates[slot];
        if isolate.plan(self.now) == Plan::Judge {
            return self.judge(slot, session);
        }
        let (life, cursor) = (isolate.life, isolate.known.cursor());
        self.outcome.reads += 1;
        let doing = Doing::Judges { isolate: slot, life, at: self.now, session };
        self.ask_feed(Some(cursor), Vec::new(), doing);
    }

    /// Asks the feed, and gives up after a while.
    pub(super) fn ask_feed(&mut self, cursor: Option<u64>, notices: Vec<Notice>, doing: Doing) {
        self.asked += 1;
        let number = self.asked;
        self.waiting.insert(number);
        self.after(TIMEOUT, Event::GivesUp { number, doing: doing.clone() });
        self.send(Event::AtFeed { number, cursor, notices, doing });
    }

    pub(super) fn refreshes(&mut self, session: usize) {
        let Session { person, ended, .. } = self.sessions[session];
        // A client that was refused tries a few times more.
        if ended.is_some_and(|at| self.now > at + 3 * MINUTE) {
            return;
        }
        let wait = 200_000 + self.random.below(300_000);
        self.after(wait, Event::Refreshes { session });
        self.refresh(session, person);
    }

    pub(super) fn refresh(&mut self, session: usize, person: usize) {
        let slot = self.random.below(self.world.isolates as u64) as usize;
        let issued = self.isolates[slot].clock(self.now) / 1000;
        let asked = Asked::Refresh { session, issued, sent: self.now };
        self.send(Event::AtObject { person, asked });
    }

    pub(super) fn at_object(&mut self, person: usize, asked: Asked) {
        let reads = matches!(asked, Asked::Refresh { .. });
        if !reads || self.mutant == Some(Mutant::RefreshReadsNothing) {
            return self.apply(person, asked);
        }
        let object = &self.people[person];
        let (life, cursor) = (object.life, object.known.cursor());
        let doing = Doing::Reads { person, life, at: self.now, asked };
        self.ask_feed(Some(cursor), Vec::new(), doing);
    }

    pub(super) fn apply(&mut self, person: usize, asked: Asked) {
        let name = person_name(person);
        let mutant = self.mutant;
        let object = &mut self.people[person];
        let now = object.clock(self.now);
        let operation = match &asked {
            Asked::Create { session, created } => {
                let client = client_name(self.sessions[*session].client);
                Some((*session, Operation::Create(Box::new(grant(&client, *created)))))
            }
            Asked::Refresh { session, .. } => {
                let place = RequestPlace::default();
                let generation = self.sessions[*session].generation;
                let operation = match generation {
                    0 => Operation::Redeem { place },
                    _ => Operation::Refresh { generation, rules: RULES, place, has_waited: false },
                };
                Some((*session, operation))
            }
            Asked::End { end: End::Grant(session), .. } => {
                Some((*session, Operation::Revoke { client: None }))
            }
            Asked::End { .. } => None,
        };
        let (outcome, numbers) = match operation {
            Some((session, operation)) => {
                object.perform(&name, &self.sessions[session].id, operation, now, mutant)
            }
            None => (GrantOutcome::Done, object.end(&name, now)),
        };
        for (index, session) in self.sessions.iter().enumerate() {
            if self.people[session.person].grants.get(&session.id).is_some_and(|it| it.revoked) {
                self.written.entry(index).or_insert(self.now);
            }
        }
        if numbers.is_empty() {
            return self.send(Event::Answers { asked, outcome });
        }
        let then = if mutant == Some(Mutant::ToldAfterTheAnswer) {
            self.send(Event::Answers { asked, outcome });
            None
        } else {
            Some((asked, outcome))
        };
        if mutant == Some(Mutant::NoOutbox) {
            return self.tell(person, numbers, then);
        }
        self.after(10_000, Event::Alarm { person, wait: 4000 });
        self.tell(person, numbers, then);
    }

    pub(super) fn tell(
        &mut self,
        person: usize,
        numbers: Vec<u64>,
        then: Option<(Asked, GrantOutcome)>,
    ) {
        let object = &self.people[person];
        let notices = numbers.iter().filter_map(|it| object.outbox.get(it).cloned()).collect();
        let doing = Doing::Tells { person, life: object.life, numbers, then };
        self.ask_feed(None, notices, doing);
    }

    pub(super) fn alarm(&mut self, person: usize, wait: u64) {
        let numbers: Vec<_> = self.people[person].outbox.keys().copied().collect();
        if !numbers.is_empty() {
            self.after(wait, Event::Alarm { person, wait: (wait * 2).min(32_000) });
            self.tell(person, numbers, None);
        }
    }
}

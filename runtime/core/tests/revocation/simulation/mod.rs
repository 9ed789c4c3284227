//! Ends of grants, persons, clients and of everybody in simulated schedules: isolates and objects that end between
//! any two steps, messages that are lost, late or out of order, clocks that are wrong, a feed that is away.
//!
//! What decides is the code of the core. The schedule only carries its messages, as the adapter does, and an oracle
//! that knows everything at once looks at each call. Times are in milliseconds.

mod answers;
mod events;
mod feed;
mod isolate;
mod person;
mod run;

use run::{Outcome, Run};

/// Ways of getting it wrong; each has to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    /// The feed is told after the answer.
    ToldAfterTheAnswer,
    /// The feed is told once, and not again where it did not hear.
    NoOutbox,
    /// A refresh goes by what the object knew of clients.
    RefreshReadsNothing,
    /// The object of a person forgets up to when it ended them.
    NoEpoch,
    /// What is known counts from when the answer came.
    AgeOfTheAnswer,
    /// A token counts as issued when it is sent.
    IssuedWhenSent,
    /// Where the feed does not answer, what is known still counts.
    FailsOpen,
    /// The times of two clocks are compared as if they were one.
    NoMargin,
    /// The cursor goes on, though the rows did not arrive.
    CursorGoesAhead,
    /// Rows of persons are not looked at.
    PersonsIgnored,
}

const MUTANTS: [Mutant; 10] = [
    Mutant::ToldAfterTheAnswer,
    Mutant::NoOutbox,
    Mutant::RefreshReadsNothing,
    Mutant::NoEpoch,
    Mutant::AgeOfTheAnswer,
    Mutant::IssuedWhenSent,
    Mutant::FailsOpen,
    Mutant::NoMargin,
    Mutant::CursorGoesAhead,
    Mutant::PersonsIgnored,
];

/// A world to simulate.
#[derive(Debug, Clone, Copy)]
struct World {
    minutes: u64,
    isolates: usize,
    people: usize,
    clients: usize,
    /// Sign-ins that are there from the start.
    sessions: usize,
    /// Of a thousand messages, those that are lost, and those that are seconds late.
    lost: u64,
    late: u64,
    /// Of a thousand events, those before which an isolate or an object ends.
    ends: u64,
    /// Milliseconds by which clocks are wrong, at most.
    skew: u64,
    /// Minutes from and to which the feed is away.
    away: Option<(u64, u64)>,
    mutant: Option<Mutant>,
}

const CALM: World = World {
    minutes: 30,
    isolates: 8,
    people: 12,
    clients: 4,
    sessions: 40,
    lost: 0,
    late: 0,
    ends: 0,
    skew: 0,
    away: None,
    mutant: None,
};

const ROUGH: World =
    World { lost: 20, late: 30, ends: 5, skew: 2000, away: Some((12, 14)), ..CALM };

/// Half of all messages do not arrive in time.
const STORMY: World = World { lost: 250, late: 250, skew: 2000, ..CALM };

fn run(world: World, seed: u64) -> Outcome {
    Run::new(world, seed).run()
}

#[test]
fn no_call_is_accepted_longer_than_32_seconds_after_its_end_was_answered() {
    let (mut ends, mut late) = (0, 0);
    for (seed, world) in (0..24).map(|seed| (seed, if seed % 3 == 2 { STORMY } else { ROUGH })) {
        let outcome = run(world, seed);
        assert_eq!(outcome.faults, Vec::<String>::new(), "seed {seed}");
        assert!(outcome.latest <= 32_000, "seed {seed}: {} ms", outcome.latest);
        ends += outcome.ends;
        late += outcome.after_31_seconds;
    }
    assert!(ends > 500, "{ends} ends");
    assert!(late * 20 <= ends, "{late} of {ends} held after 31 seconds only");
}

#[test]
fn an_isolate_reads_the_feed_once_in_thirty_seconds_however_many_call() {
    for seed in 0..4 {
        let Outcome { reads, calls, isolate_seconds, .. } = run(CALM, seed);
        // Reading ahead takes place after 25 of them.
        let most = isolate_seconds / 25 + 8;
        assert!(reads <= most, "{reads} readings in {isolate_seconds} s");
        assert!(calls > reads * 20, "{calls} calls");
    }
}

#[test]
fn calls_go_on_through_lost_messages_and_stop_when_the_feed_is_away() {
    let mut refused = 0;
    for seed in 0..4 {
        let calm = run(CALM, seed);
        assert_eq!(calm.unavailable, 0, "seed {seed}");
        let rough = run(World { away: None, ..ROUGH }, seed);
        assert!(rough.unavailable * 50 < rough.calls, "{} of {}", rough.unavailable, rough.calls);
        let away = run(World { away: Some((10, 14)), ..CALM }, seed);
        assert_eq!(away.accepted_in_outage, 0, "seed {seed}");
        refused += away.unavailable;
    }
    assert!(refused > 100);
}

#[test]
fn every_mutant_is_found() {
    for mutant in MUTANTS {
        let found = (0..200).any(|seed| {
            let world = if seed % 2 == 1 { STORMY } else { ROUGH };
            let outcome = run(World { mutant: Some(mutant), ..world }, seed);
            !outcome.faults.is_empty() || outcome.latest > 32_000
        });
        assert!(found, "{mutant:?}");
    }
}

//! Events, and the random numbers that make them.

use toolgate_core::oauth::grant::GrantOutcome;
use toolgate_core::revocation::{News, Notice};

/// SplitMix64.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(super) fn is(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
}

/// What a sign-in gave a client, as the client and the oracle see it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) person: usize,
    pub(super) client: usize,
    pub(super) id: String,
    /// Its access token: when it was issued, by the clock of its isolate, and the generation to refresh with.
    pub(super) token: Option<u64>,
    pub(super) generation: u32,
    /// The true time at which the sign-in was done.
    pub(super) made: u64,
    /// The true time at which its end was answered.
    pub(super) ended: Option<u64>,
}

/// What ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Grant(usize),
    Person(usize),
    Client(usize),
    All,
}

/// What somebody asks the object of a person, and the true time at which they did.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    Create { session: usize, created: u64 },
    Refresh { session: usize, issued: u64, sent: u64 },
    End { end: End, sent: u64 },
}

/// What an isolate or an object is doing while the feed is asked.
#[derive(Debug, Clone)]
pub(super) enum Doing {
    /// An object will apply the operation then.
    Reads { person: usize, life: u64, at: u64, asked: Asked },
    /// An object has written, and will take this out of its outbox, and answer.
    Tells { person: usize, life: u64, numbers: Vec<u64>, then: Option<(Asked, GrantOutcome)> },
    /// An isolate will judge a call then.
    Judges { isolate: usize, life: u64, at: u64, session: usize },
    /// Somebody ends a client or everybody.
    Admin { end: End, sent: u64 },
}

/// What happens.
#[derive(Debug)]
pub(super) enum Event {
    Calls {
        session: usize,
    },
    Refreshes {
        session: usize,
    },
    SignsIn,
    Ends,
    AtObject {
        person: usize,
        asked: Asked,
    },
    AtFeed {
        number: u64,
        cursor: Option<u64>,
        notices: Vec<Notice>,
        doing: Doing,
    },
    FeedAnswers {
        number: u64,
        news: News,
        doing: Doing,
    },
    /// Nothing came back in time.
    GivesUp {
        number: u64,
        doing: Doing,
    },
    Answers {
        asked: Asked,
        outcome: GrantOutcome,
    },
    Alarm {
        person: usize,
        wait: u64,
    },
}

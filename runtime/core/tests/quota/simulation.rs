//! A server's quota in simulated schedules: isolates that end, answers that are lost or late, clocks that are
//! wrong and stand still. Times are in milliseconds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use toolgate_core::quota::Limit;
use toolgate_core::quota::lease::{Leases, Take};
use toolgate_core::quota::pool::{Draw, Drawn, GIVE_BACK_AFTER, Pool};

const MINUTE: u64 = 60_000;
/// The true time at which a run begins.
const START: u64 = 1_767_225_600_000;
/// The time after which a call gives a request up.
const TIMEOUT: u64 = 5000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn is(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// Between two arrivals, when so many come in a minute.
    fn gap(&mut self, per_minute: u64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        -(1.0 - unit).ln() * MINUTE as f64 / per_minute as f64
    }
}

/// A world to simulate.
#[derive(Clone, Copy)]
struct World {
    quota: u32,
    isolates: usize,
    /// Calls a minute, of all isolates together.
    offered: u64,
    /// The first isolates get more than the last.
    is_uneven: bool,
    minutes: u64,
    /// Of a thousand requests or answers, those that are lost.
    lost: u64,
    /// Of a thousand calls, those at which their isolate ends.
    ends: u64,
    /// Units of a call, at most.
    units: u32,
    /// Milliseconds by which clocks are wrong, and for which they stand still.
    skew: u64,
    still: u64,
}

const CALM: World = World {
    quota: 600,
    isolates: 1,
    offered: 720,
    is_uneven: false,
    minutes: 10,
    lost: 0,
    ends: 0,
    units: 1,
    skew: 0,
    still: 0,
};

/// What happens.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives(usize),
    Takes { slot: usize, life: u64, units: u32, waited: u32 },
    AtPool { request: usize },
    Answered { request: usize },
    GivesBack { slot: usize, life: u64 },
}

struct Request {
    slot: usize,
    life: u64,
    draw: Draw,
    sent: u64,
    drawn: Option<Drawn>,
}

struct Isolate {
    leases: Leases,
    /// Which one it is in its slot.
    life: u64,
    skew: i64,
}

struct Run {
    world: World,
    random: Random,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    sequence: u64,
    pool: Pool,
    isolates: Vec<Isolate>,
    requests: Vec<Request>,
    /// The ends of the windows that leases are of.
    windows: BTreeMap<u64, u64>,
    /// Units by the end of their window.
    admitted: BTreeMap<u64, u64>,
    calls: u64,
    asked: u64,
}

struct Result {
    /// The part of the quota that was used, of all windows but the first and the last.
    used: f64,
    /// Requests for each call.
    asked: f64,
}

impl Run {
    fn new(world: World, seed: u64) -> Self {
        let mut random = Random(seed);
        let isolates = (0..world.isolates).map(|_| Isolate::new(&world, &mut random, 0)).collect();
        Self {
            world,
            random,
            now: START,
            events: BinaryHeap::new(),
            sequence: 0,
            pool: Pool::default(),
            isolates,
            requests: Vec::new(),
            windows: BTreeMap::new(),
            admitted: BTreeMap::new(),
            calls: 0,
            asked: 0,
        }
    }

    fn at(&mut self, time: u64, event: Event) {
        self.sequence += 1;
        self.events.push(Reverse((time, self.sequence, event)));
    }

    fn limit(&self) -> Limit {
        Limit { units: self.world.quota, period: MINUTE }
    }

    fn run(mut self) -> Result {
        let end = START + self.world.minutes * MINUTE;
        let mut arrival = START as f64;
        while (arrival as u64) < end {
            let slot = self.slot();
            self.at(arrival as u64, Event::Arrives(slot));
            arrival += self.random.gap(self.world.offered);
        }
        while let Some(Reverse((time, _, event))) = self.events.pop() {
            self.now = time;
            self.happens(event);
        }
        let quota = f64::from(self.world.quota);
        for (window, units) in &self.admitted {
            assert!(*units as f64 <= quota, "{units} of {quota} in the window until {window}");
        }
        let whole: Vec<_> = self.admitted.values().skip(1).collect();
        let whole = &whole[..whole.len().saturating_sub(1)];
        let used = whole.iter().map(|units| **units as f64).sum::<f64>();
        Result {
            used: used / (quota * whole.len() as f64),
            asked: self.asked as f64 / self.calls as f64,
        }
    }

    fn slot(&mut self) -> usize {
        let slots = self.world.isolates as u64;
        if self.world.is_uneven {
            // The smaller of two is likelier to be small.
            let (one, other) = (self.random.below(slots), self.random.below(slots));
            return one.min(other) as usize;
        }
        self.random.below(slots) as usize
    }

    /// The time as the isolate sees it.
    fn clock(&mut self, slot: usize) -> u64 {
        let still = if self.world.still > 0 { self.random.below(self.world.still) } else { 0 };
        (self.now - still).saturating_add_signed(self.isolates[slot].skew)
    }

    fn hop(&mut self) -> u64 {
        if self.random.is(10) { 200 } else { 3 + self.random.below(20) }
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::Arrives(slot) => {
                self.calls += 1;
                if self.random.is(self.world.ends) {
                    let life = self.isolates[slot].life + 1;
                    self.isolates[slot] = Isolate::new(&self.world, &mut self.random, life);
                }
                let units = 1 + self.random.below(self.world.units.into()) as u32;
                self.takes(slot, units, 0);
            }
            Event::Takes { slot, life, units, waited } if self.isolates[slot].life == life => {
                self.takes(slot, units, waited);
            }
            Event::AtPool { request } => self.at_pool(request),
            Event::Answered { request } => self.answered(request),
            Event::GivesBack { slot, life } if self.isolates[slot].life == life => {
                let (clock, limit) = (self.clock(slot), self.limit());
                let name = name(slot, life);
                if let Some(draw) = self.isolates[slot].leases.give_back(&name, limit, clock) {
                    self.send(slot, draw, clock);
                }
            }
            // Its isolate is no more.
            Event::Takes { .. } | Event::GivesBack { .. } => {}
        }
    }

    fn takes(&mut self, slot: usize, units: u32, waited: u32) {
        let (clock, limit) = (self.clock(slot), self.limit());
        let isolate = &mut self.isolates[slot];
        let life = isolate.life;
        let before: Vec<_> = isolate.leases.held().collect();
        let take = isolate.leases.take(&name(slot, life), (units, limit), waited < 50, clock);
        match take {
            Take::Taken => {
                let after: BTreeMap<_, _> = isolate.leases.held().collect();
                for (number, had) in before {
                    // One that was over is there no more, and one of which something was taken is.
                    let used = after.get(&number).map_or(0, |has| had - has);
                    let window = self.windows[&number];
                    assert!(used == 0 || self.now < window, "a lease outlived its window");
                    *self.admitted.entry(window).or_default() += u64::from(used);
                }
            }
            Take::Spent(_) => {}
            Take::Wait => {
                self.at(self.now + 5, Event::Takes { slot, life, units, waited: waited + 1 })
            }
            Take::Ask(draw) => self.send(slot, draw, clock),
        }
    }

    fn send(&mut self, slot: usize, draw: Draw, sent: u64) {
        self.asked += 1;
        let life = self.isolates[slot].life;
        let request = self.requests.len();
        self.requests.push(Request { slot, life, draw, sent, drawn: None });
        if self.random.is(self.world.lost) {
            self.at(self.now + TIMEOUT, Event::Answered { request });
        } else {
            let time = self.now + self.hop();
            self.at(time, Event::AtPool { request });
        }
    }

    fn at_pool(&mut self, request: usize) {
        let draw = self.requests[request].draw.clone();
        let (units, drawn) = (draw.units, self.pool.draw(draw, self.now));
        let window = self.pool.disposable_at();
        if units > 0 && matches!(drawn, Drawn::Granted { .. }) {
            *self.admitted.entry(window).or_default() += u64::from(units);
        }
        if let Drawn::Granted { number, units: 1.., .. } = drawn {
            self.windows.insert(number, window);
        }
        let lost = self.random.is(self.world.lost);
        let wait = if lost { TIMEOUT } else { self.hop() };
        self.requests[request].drawn = (!lost).then_some(drawn);
        self.at(self.now + wait, Event::Answered { request });
    }

    fn answered(&mut self, request: usize) {
        let Request { slot, life, ref draw, sent, ref drawn } = self.requests[request];
        let (units, drawn) = (draw.units, drawn.clone());
        let isolate = &mut self.isolates[slot];
        if isolate.life != life || units == 0 {
            return;
        }
        match drawn {
            Some(drawn) => {
                isolate.leases.answered(&drawn, units, sent);
                if let Drawn::Granted { units: 1.., .. } = drawn {
                    self.at(self.now + GIVE_BACK_AFTER, Event::GivesBack { slot, life });
                }
            }
            None => isolate.leases.unanswered(),
        }
    }
}

impl Isolate {
    fn new(world: &World, random: &mut Random, life: u64) -> Self {
        let skew = if world.skew > 0 {
            random.below(2 * world.skew) as i64 - world.skew as i64
        } else {
            0
        };
        Self { leases: Leases::default(), life, skew }
    }
}

fn name(slot: usize, life: u64) -> String {
    format!("{slot}-{life}")
}

#[test]
fn a_quota_is_used_and_the_object_seldom_asked() {
    for (quota, isolates, is_uneven) in [
        (600, 1, false),
        (600, 2, false),
        (1200, 2, true),
        (6000, 10, false),
        (6000, 10, true),
        (60_000, 100, true),
    ] {
        let offered = u64::from(quota) * 12 / 10;
        let world = World { quota, isolates, offered, is_uneven, minutes: 4, ..CALM };
        for seed in 0..2 {
            let Result { used, asked } = Run::new(world, seed).run();
            println!("{quota}/min, {isolates} isolates: {used:.3} used, {asked:.4} asked");
            assert!(used >= 0.97, "{quota}/min, {isolates} isolates: {used:.3} of it is used");
            assert!(asked <= 0.03, "{quota}/min, {isolates} isolates: {asked:.4} requests a call");
        }
    }
}

#[test]
fn no_schedule_admits_more_than_the_quota() {
    let mut random = Random(1);
    for seed in 0..2000 {
        let quota = [60, 599, 600, 700, 1500][random.below(5) as usize];
        let world = World {
            quota,
            isolates: 1 + random.below(30) as usize,
            offered: u64::from(quota) * (5 + random.below(25)) / 10,
            is_uneven: random.is(500),
            minutes: 2,
            lost: [0, 5, 50, 300][random.below(4) as usize],
            ends: [0, 1, 10, 100][random.below(4) as usize],
            units: 1 + random.below(5) as u32,
            skew: [0, 1000, 3_600_000][random.below(3) as usize],
            still: random.below(200),
        };
        Run::new(world, seed).run();
    }
}

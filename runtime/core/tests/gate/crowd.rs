//! Many people behind few addresses, by the limits that a server has by default: a simulation with one
//! location of Cloudflare, in seconds.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use toolgate_config::{Limits, check};
use toolgate_core::rate::{PERIOD, Route, Window};

const PEOPLE: u32 = 50_000;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// An address of the hosted client, in the range below.
const CLIENT: &str = "160.79.106.7";
const HOSTED: &str = "hosted = { anthropic = [\"160.79.104.0/21\"] }\n";

fn limits(keys: &str) -> Limits {
    let file = format!("[server]\nname = \"A server\"\n\n[limits]\n{keys}");
    check(&file).expect("a sound file").config.limits
}

/// Requests of one person's sign-in, in this order, followed by a refresh each hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Register,
    Authorize,
    Approve,
    Return,
    Redeem,
    Refresh,
}

struct Crowd {
    limits: Limits,
    /// Addresses that browsers come from.
    offices: u32,
    windows: HashMap<(&'static str, String), Window>,
    /// Requests that were refused, by the name of their route.
    refused: HashMap<&'static str, u32>,
    /// When the last person was signed in.
    done: u64,
}

impl Crowd {
    fn new(limits: Limits, offices: u32) -> Self {
        Self { limits, offices, windows: HashMap::new(), refused: HashMap::new(), done: 0 }
    }

    fn admits(&mut self, (route, whose): (Route, String), now: u64) -> bool {
        let limit = route.limit(&self.limits);
        let is_admitted = self.windows.entry((route.name(), whose)).or_default().admits(limit, now);
        if !is_admitted {
            *self.refused.entry(route.name()).or_default() += 1;
        }
        is_admitted
    }

    fn unproven(&mut self, path: &str, address: &str, now: u64) -> bool {
        let route = Route::of(path).expect("a route that is counted");
        self.admits(route.by_network(Some(address), &self.limits), now)
    }

    fn step(&mut self, person: u32, step: Step, now: u64) -> bool {
        let office = person % self.offices;
        let office = format!("203.0.{}.{}", office / 250, office % 250);
        match step {
            Step::Register => self.unproven("/register", CLIENT, now),
            Step::Authorize => self.unproven("/authorize", &office, now),
            Step::Approve => self.admits((Route::Attempt, person.to_string()), now),
            Step::Return => self.admits((Route::Return, person.to_string()), now),
            Step::Redeem | Step::Refresh => self.admits((Route::Grant, person.to_string()), now),
        }
    }

    /// Lets everybody sign in from the second that `begins` tells, and refresh until `end`. Whoever is
    /// refused tries again after a minute, as `Retry-After` says.
    fn run(&mut self, begins: impl Fn(u32) -> u64, end: u64) {
        let first = |person| Reverse((begins(person), person, Step::Register));
        let mut steps: BinaryHeap<_> = (0..PEOPLE).map(first).collect();
        while let Some(Reverse((now, person, step))) = steps.pop() {
            if now > end {
                return;
            }
            let (wait, step) = match (self.step(person, step, now), step) {
                (false, step) => (PERIOD, step),
                (true, Step::Register) => (1, Step::Authorize),
                (true, Step::Authorize) => (5, Step::Approve),
                (true, Step::Approve) => (10, Step::Return),
                (true, Step::Return) => (1, Step::Redeem),
                (true, Step::Redeem) => {
                    self.done = now;
                    (HOUR, Step::Refresh)
                }
                (true, Step::Refresh) => (HOUR, Step::Refresh),
            };
            steps.push(Reverse((now + wait, person, step)));
        }
    }

    fn refused(&self) -> u32 {
        self.refused.values().sum()
    }
}

/// People who come at nine o'clock, with a standard deviation of ten minutes: the sum of twelve evenly
/// distributed numbers is close to a normal distribution.
fn nine_o_clock(person: u32) -> u64 {
    let mut state = u64::from(person).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let sum: u64 = (0..12)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % 1_000
        })
        .sum();
    // Mean 5,994 and deviation 1,000: an hour is the mean, 600 seconds the deviation.
    (HOUR + sum * 600 / 1_000).saturating_sub(3_596)
}

#[test]
fn fifty_thousand_people_of_a_hosted_client_come_at_nine_and_nobody_is_refused() {
    let mut crowd = Crowd::new(limits(HOSTED), 25);
    crowd.run(nine_o_clock, 3 * HOUR);
    assert_eq!(crowd.refused, HashMap::new());
    assert!(crowd.done > 0);
}

#[test]
fn without_the_client_s_ranges_its_one_address_would_not_carry_them() {
    let mut crowd = Crowd::new(limits(""), 25);
    crowd.run(nine_o_clock, 3 * HOUR);
    assert!(crowd.refused["register"] > PEOPLE / 2, "{:?}", crowd.refused);
}

#[test]
fn after_a_new_key_everybody_is_signed_in_again_within_a_quarter_of_an_hour() {
    let mut crowd = Crowd::new(limits(HOSTED), 25);
    crowd.run(|person| u64::from(person % 60), HOUR);
    assert!(crowd.refused() > 0, "it is a rush");
    assert!(crowd.done <= 15 * MINUTE, "{} s", crowd.done);
}

#[test]
fn one_office_of_everybody_takes_three_quarters_of_an_hour_with_the_limit_that_the_book_names() {
    let mut crowd = Crowd::new(limits(&format!("{HOSTED}authorize = 1200\n")), 1);
    crowd.run(|person| u64::from(person % 60), 2 * HOUR);
    assert!(crowd.done <= 45 * MINUTE, "{} s", crowd.done);
}

#[test]
fn junk_from_one_address_gets_no_further_than_the_limit() {
    let limits = limits(HOSTED);
    let passed = |address: &str, path: &str| {
        let mut crowd = Crowd::new(limits.clone(), 1);
        (0..100_000).filter(|_| crowd.unproven(path, address, HOUR)).count()
    };
    assert_eq!(passed("192.0.2.7", "/token"), 600);
    assert_eq!(passed("192.0.2.7", "/register"), 300);
    assert_eq!(passed(CLIENT, "/token"), 600, "a range lifts the limit of registrations only");
    assert_eq!(passed(CLIENT, "/register"), 12_000);
}

#[test]
fn ranges_are_compared_as_addresses_however_they_are_written() {
    let keys = "hosted = { four = [\"192.0.2.0/25\"], six = [\"2001:db8:1::/48\"] }\n";
    let limits = limits(keys);
    let whose = |address| Route::Register.by_network(Some(address), &limits);
    for address in ["192.0.2.0", "192.0.2.127", "::ffff:192.0.2.5", " 192.0.2.5 "] {
        assert_eq!(whose(address), (Route::Hosted, "four".to_owned()), "{address}");
    }
    assert_eq!(whose("2001:db8:1:ffff::1"), (Route::Hosted, "six".to_owned()));
    for address in ["192.0.2.128", "192.0.1.255", "2001:db8:2::", "::192.0.2.5", "four", ""] {
        assert_eq!(whose(address).0, Route::Register, "{address}");
    }
}

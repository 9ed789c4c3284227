//! The units of a server, in one place.

use toolgate_core::quota::Limit;
use toolgate_core::quota::pool::{Back, Draw, Drawn, Pool};

const MINUTE: u64 = 60_000;
const START: u64 = 1_767_225_600_000;

fn draw(units: u32, want: u32, of: u32) -> Draw {
    let limit = Limit { units: of, period: MINUTE };
    Draw { isolate: "one".to_owned(), units, want, back: Vec::new(), limit }
}

fn granted(drawn: &Drawn) -> Option<u32> {
    match drawn {
        Drawn::Granted { units, .. } => Some(*units),
        Drawn::Spent { .. } => None,
    }
}

#[test]
fn a_lease_of_before_the_object_forgot_is_not_taken_for_a_new_one() {
    let granted = |pool: &mut Pool, now| match pool.draw(draw(1, 100, 600), now) {
        Drawn::Granted { number, units, .. } => (number, units),
        Drawn::Spent { .. } => panic!("nothing is left"),
    };
    let (old, units) = granted(&mut Pool::default(), START);
    let mut forgot = Pool::default();
    let (new, _) = granted(&mut forgot, START + 60_000);
    assert_ne!(old, new);
    let left = |pool: &mut Pool| granted(pool, START + 60_001).1;
    let expected = left(&mut forgot.clone());
    forgot
        .draw(Draw { back: vec![Back { number: old, units }], ..draw(0, 0, 600) }, START + 60_001);
    assert_eq!(left(&mut forgot), expected);
}

#[test]
fn below_six_hundred_a_minute_nothing_is_leased() {
    let mut pool = Pool::default();
    for left in (0..599).rev() {
        let drawn = pool.draw(draw(1, 500, 599), START);
        assert_eq!(granted(&drawn), Some(0), "{left} are left");
    }
    let spent = pool.draw(draw(1, 500, 599), START + 10);
    assert_eq!(spent, Drawn::Spent { resets: MINUTE - 10, again: MINUTE - 10 });
}

#[test]
fn from_there_on_the_isolate_gets_what_it_expects_to_use_up_to_its_part() {
    for (want, isolates, expected) in [(20, 1, 20), (400, 1, 400), (400, 3, 199), (0, 1, 0)] {
        let mut pool = Pool::default();
        for other in 1..isolates {
            let isolate = format!("other {other}");
            let drawn = pool.draw(Draw { isolate, ..draw(1, 0, 600) }, START);
            assert_eq!(granted(&drawn), Some(0));
        }
        let drawn = pool.draw(draw(1, want, 600), START);
        assert_eq!(granted(&drawn), Some(expected), "{want} of {isolates}");
    }
}

#[test]
fn what_a_lease_leaves_comes_back_once() {
    let mut pool = Pool::default();
    let Drawn::Granted { number, units: 100, .. } = pool.draw(draw(1, 100, 600), START) else {
        panic!("not granted")
    };
    assert_eq!(granted(&pool.draw(draw(500, 0, 600), START)), None);
    let back = vec![Back { number, units: 60 }, Back { number, units: 60 }];
    pool.draw(Draw { back: back.clone(), ..draw(0, 0, 600) }, START);
    pool.draw(Draw { back, ..draw(0, 0, 600) }, START);
    assert_eq!(granted(&pool.draw(draw(560, 0, 600), START)), None);
    assert_eq!(granted(&pool.draw(draw(559, 0, 600), START)), Some(0));
}

#[test]
fn no_lease_gives_back_more_than_it_had_or_in_another_window() {
    let mut pool = Pool::default();
    let Drawn::Granted { number, .. } = pool.draw(draw(1, 10, 600), START) else {
        panic!("not granted")
    };
    let back = |units| Draw { back: vec![Back { number, units }], ..draw(0, 0, 600) };
    pool.draw(back(u32::MAX), START);
    assert_eq!(granted(&pool.draw(draw(600, 0, 600), START)), None, "one is used");
    let Drawn::Granted { number, .. } = pool.draw(draw(1, 10, 600), START) else {
        panic!("not granted")
    };
    let late = START + MINUTE;
    assert_eq!(granted(&pool.draw(draw(600, 0, 600), late)), Some(0));
    let back = Draw { back: vec![Back { number, units: 10 }], ..draw(0, 0, 600) };
    pool.draw(back, late);
    assert_eq!(granted(&pool.draw(draw(1, 0, 600), late)), None);
}

#[test]
fn a_lease_ends_with_the_window_at_the_latest() {
    let mut pool = Pool::default();
    pool.draw(draw(1, 0, 600), START);
    let drawn = pool.draw(draw(1, 100, 600), START + MINUTE - 4000);
    assert!(matches!(drawn, Drawn::Granted { units: 100, life: 4000, .. }), "{drawn:?}");
    let drawn = pool.draw(draw(1, 100, 600), START + MINUTE - 200);
    assert_eq!(granted(&drawn), Some(0), "nobody could use it");
}

#[test]
fn the_largest_quota_and_request_overflow_nothing() {
    let mut pool = Pool::default();
    let drawn = pool.draw(draw(u32::MAX, u32::MAX, u32::MAX), u64::MAX - 1);
    assert_eq!(granted(&drawn), Some(0));
    assert_eq!(granted(&pool.draw(draw(1, 1, u32::MAX), u64::MAX - 1)), None);
}

//! The units of one person.

use toolgate_core::quota::Limit;
use toolgate_core::quota::person::{Charge, Person, PersonAnswer, PersonRequest};

const HOUR: u64 = 3_600_000;
const START: u64 = 1_767_225_600_000;

fn charge(name: &str, units: u32, of: u32) -> Charge {
    Charge { name: name.to_owned(), units, limit: Limit { units: of, period: HOUR } }
}

fn take(person: &mut Person, units: u32, now: u64) -> PersonAnswer {
    person.answer(PersonRequest::Charge(vec![charge("a", units, 3)]), now)
}

fn is_charged(answer: &PersonAnswer) -> bool {
    matches!(answer, PersonAnswer::Charged(_))
}

#[test]
fn a_person_has_the_units_of_a_window_and_then_none_until_it_ends() {
    let mut person = Person::default();
    assert!((0..3).all(|_| is_charged(&take(&mut person, 1, START))));
    let spent = take(&mut person, 1, START + 1000);
    assert_eq!(spent, PersonAnswer::Spent("a".to_owned(), HOUR - 1000));
    assert!(!is_charged(&take(&mut person, 1, START + HOUR - 1)));
    assert!(is_charged(&take(&mut person, 1, START + HOUR)));
}

#[test]
fn a_window_begins_with_its_first_unit() {
    let mut person = Person::default();
    // Refused, so it begins nothing.
    assert!(!is_charged(&take(&mut person, 4, START)));
    assert!(is_charged(&take(&mut person, 3, START + 5000)));
    assert!(!is_charged(&take(&mut person, 1, START + HOUR)));
    assert!(is_charged(&take(&mut person, 1, START + HOUR + 5000)));
}

#[test]
fn all_units_are_taken_or_none_of_any_quota() {
    let mut person = Person::default();
    assert!(is_charged(&take(&mut person, 2, START)));
    assert!(!is_charged(&take(&mut person, 2, START)));
    let both = |units| PersonRequest::Charge(vec![charge("b", units, 9), charge("a", units, 3)]);
    assert!(!is_charged(&person.answer(both(2), START)));
    assert!(is_charged(&person.answer(both(1), START)));
    let rest = PersonRequest::Charge(vec![charge("b", 8, 9)]);
    assert!(is_charged(&person.answer(rest, START)), "the refused call took none of `b`");
}

#[test]
fn huge_numbers_overflow_nothing() {
    let mut person = Person::default();
    for units in [u32::MAX, u32::MAX - 1] {
        let request = PersonRequest::Charge(vec![charge("a", units, u32::MAX)]);
        let answer = person.answer(request, u64::MAX - 1);
        assert_eq!(is_charged(&answer), units == u32::MAX, "{answer:?}");
    }
}

#[test]
fn a_clock_that_goes_back_brings_no_units() {
    let mut person = Person::default();
    assert!(is_charged(&take(&mut person, 3, START)));
    assert!(!is_charged(&take(&mut person, 1, START - HOUR)));
    assert!(!is_charged(&take(&mut person, 1, START - 2 * HOUR)));
}

#[test]
fn units_come_back_only_in_the_window_that_they_were_taken_of() {
    let mut person = Person::default();
    let PersonAnswer::Charged(taken) = take(&mut person, 3, START) else { panic!("not charged") };
    let give_back = PersonRequest::GiveBack(taken);
    person.answer(give_back.clone(), START + 1);
    assert!(is_charged(&take(&mut person, 3, START + HOUR + 1)), "given back, and a new window");
    person.answer(give_back, START + HOUR + 2);
    assert!(!is_charged(&take(&mut person, 1, START + HOUR + 3)));
}

#[test]
fn a_pass_is_good_once() {
    let mut person = Person::default();
    let mut pass = |id: &str, now| person.answer(PersonRequest::Pass(id.to_owned()), now);
    assert_eq!(pass("x", START), PersonAnswer::Passed);
    assert_eq!(pass("x", START), PersonAnswer::Used);
    assert_eq!(pass("x", START + HOUR), PersonAnswer::Used, "its state is still good");
    assert_eq!(pass("y", START), PersonAnswer::Passed);
}

#[test]
fn whoever_uses_passes_by_the_thousand_pays_for_each_round() {
    let mut person = Person::default();
    let mut pass = |id: u32| person.answer(PersonRequest::Pass(id.to_string()), START);
    let passed = (0..2000).filter(|id| pass(*id) == PersonAnswer::Passed).count();
    assert_eq!(passed, 512);
    assert_eq!(person.answer(PersonRequest::Pass("0".to_owned()), START), PersonAnswer::Used);
}

#[test]
fn a_count_says_when_nothing_of_it_is_of_use() {
    let mut person = Person::default();
    take(&mut person, 1, START);
    assert_eq!(person.disposable_at(), START + HOUR);
}

//! One renewal at a time, and what becomes of the grant.

use super::super::{GrantOutcome, Operation, Rules, Uses, apply as refresh};
use super::*;

fn grant(sealed: &str) -> Grant {
    Grant {
        client: "c".into(),
        sealed: sealed.into(),
        code_expires: 700,
        expires: 10_000,
        generation: 3,
        rotated_at: 100,
        revoked: false,
        created: 90,
        used: 100,
        confirmed: 3,
        confirmed_at: 90,
        can_ask: true,
        asking: None,
        uses: Uses::default(),
    }
}

fn run(stored: &mut Grant, operation: AccessOperation, now: u64) -> AccessOutcome {
    let (write, outcome) = apply(Some(stored.clone()), operation, now);
    if let Write::Put(grant) | Write::Note(grant) = write {
        *stored = *grant;
    }
    outcome
}

fn seen(sealed: &str) -> AccessOperation {
    AccessOperation::Take { seen: Some(fingerprint(sealed)) }
}

fn lease(outcome: AccessOutcome) -> Lease {
    match outcome {
        AccessOutcome::Renew { lease, .. } => lease,
        other => panic!("{other:?}"),
    }
}

fn settle(lease: &Lease, sealed: &str, answer: Renewal) -> AccessOperation {
    AccessOperation::Settle { lease: lease.clone(), seen: fingerprint(sealed), answer }
}

fn renewed(sealed: &str) -> Renewal {
    Renewal::Renewed { sealed: sealed.into() }
}

fn stands_as(sealed: &str) -> AccessOutcome {
    AccessOutcome::Stands { sealed: sealed.into() }
}

#[test]
fn a_look_at_the_record_takes_no_lease() {
    let mut stored = grant("old");
    assert_eq!(run(&mut stored, AccessOperation::Take { seen: None }, 200), stands_as("old"));
    assert_eq!(run(&mut stored, seen("older"), 200), stands_as("old"));
    assert_eq!(stored, grant("old"));
}

#[test]
fn one_of_fifty_renews_and_the_others_get_what_it_stored() {
    let mut stored = grant("old");
    let taken = lease(run(&mut stored, seen("old"), 200));
    for _ in 1..50 {
        assert_eq!(run(&mut stored, seen("old"), 201), AccessOutcome::Busy);
    }
    let settled = run(&mut stored, settle(&taken, "old", renewed("new")), 202);
    assert_eq!((settled, &stored.asking), (stands_as("new"), &None));
    for _ in 1..50 {
        assert_eq!(run(&mut stored, seen("old"), 203), stands_as("new"));
    }
}

#[test]
fn a_lease_that_was_lost_is_over_after_a_while() {
    let mut stored = grant("old");
    drop(run(&mut stored, seen("old"), 200));
    assert_eq!(run(&mut stored, seen("old"), 200 + ASKING - 1), AccessOutcome::Busy);
    drop(lease(run(&mut stored, seen("old"), 200 + ASKING)));
}

#[test]
fn what_came_too_late_writes_over_nothing_newer() {
    let mut stored = grant("old");
    let first = lease(run(&mut stored, seen("old"), 200));
    let second = lease(run(&mut stored, seen("old"), 200 + ASKING));
    drop(run(&mut stored, settle(&second, "old", renewed("new")), 212));
    for answer in [renewed("late"), Renewal::Failed] {
        let late = run(&mut stored, settle(&first, "old", answer), 213);
        assert_eq!(late, stands_as("new"));
    }
    let refused = run(&mut stored, settle(&first, "old", Renewal::Refused), 213);
    assert_eq!((refused, stored.revoked), (AccessOutcome::Busy, false));
}

#[test]
fn a_refusal_of_what_another_request_has_used_up_ends_nothing() {
    let mut stored = grant("old");
    let taken = lease(run(&mut stored, seen("old"), 200));
    // The confirmation of a refresh, which came late and brought the next refresh token.
    stored.sealed = "confirmed".to_owned();
    let refused = run(&mut stored, settle(&taken, "old", Renewal::Refused), 203);
    assert_eq!((refused, stored.revoked), (AccessOutcome::Busy, false));
    // Its lease is over, and keeps nobody waiting.
    drop(lease(run(&mut stored, seen("confirmed"), 203)));
}

#[test]
fn a_refusal_ends_the_grant_and_a_failure_lets_the_next_one_ask() {
    let mut stored = grant("old");
    let taken = lease(run(&mut stored, seen("old"), 200));
    drop(run(&mut stored, settle(&taken, "old", Renewal::Failed), 201));
    let again = lease(run(&mut stored, seen("old"), 202));
    let ended = run(&mut stored, settle(&again, "old", Renewal::Refused), 203);
    assert_eq!((ended, stored.revoked), (AccessOutcome::Ended, true));
    assert_eq!(run(&mut stored, seen("old"), 204), AccessOutcome::Gone);
}

#[test]
fn nobody_calls_under_a_grant_that_is_over_or_whose_code_is_unused() {
    let take = || AccessOperation::Take { seen: None };
    assert_eq!(apply(None, take(), 200).1, AccessOutcome::Gone);
    let unused = Grant { generation: 0, ..grant("old") };
    assert_eq!(apply(Some(unused), take(), 200).1, AccessOutcome::Gone);
    assert_eq!(apply(Some(grant("old")), take(), 10_000).1, AccessOutcome::Gone);
}

fn refreshed(stored: &Grant, generation: u32, now: u64) -> (Write, GrantOutcome) {
    let rules = Rules { grace: 60, max_unconfirmed: 1_000, is_required: false };
    let place = RequestPlace::default();
    let operation = Operation::Refresh { generation, rules, place, has_waited: false };
    refresh(Some(stored.clone()), operation, now)
}

#[test]
fn a_refresh_waits_for_a_renewal_and_its_retry_is_no_theft() {
    let mut stored = Grant { rotated_at: 190, ..grant("old") };
    drop(run(&mut stored, seen("old"), 200));
    assert_eq!(refreshed(&stored, 3, 201), (Write::Keep, GrantOutcome::Busy));
    // The client has lost the answer that brought generation 3.
    let (_, outcome) = refreshed(&stored, 2, 201);
    assert!(matches!(outcome, GrantOutcome::Active { generation: 3, .. }), "{outcome:?}");
}

#[test]
fn a_renewal_waits_for_a_refresh() {
    let mut stored = grant("old");
    let (Write::Put(asking), GrantOutcome::Ask { .. }) = refreshed(&stored, 3, 200) else {
        panic!("it asks the provider")
    };
    stored = *asking;
    assert_eq!(run(&mut stored, seen("old"), 201), AccessOutcome::Busy);
}

//! The state machine, step by step. Random sequences are in `tests/grant.rs`.

use super::*;

fn grant(generation: u32) -> Grant {
    Grant {
        client: "c".into(),
        sealed: "s".into(),
        code_expires: 700,
        expires: 10_000,
        generation,
        rotated_at: 100,
        revoked: false,
        created: 90,
        used: 100,
    }
}

fn run(stored: Grant, operation: Operation, now: u64) -> (Option<Grant>, Outcome) {
    match apply(Some(stored.clone()), operation, now) {
        (Write::Keep, outcome) => (Some(stored), outcome),
        (Write::Put(grant), outcome) => (Some(*grant), outcome),
    }
}

fn generation(outcome: &Outcome) -> Option<u32> {
    match outcome {
        Outcome::Active { generation, .. } => Some(*generation),
        _ => None,
    }
}

#[test]
fn a_code_works_once_and_its_second_use_revokes() {
    let (stored, outcome) = run(grant(0), Operation::Redeem, 100);
    assert_eq!(generation(&outcome), Some(1));
    let (stored, outcome) = run(stored.unwrap(), Operation::Redeem, 101);
    assert_eq!(outcome, Outcome::Reused);
    let (_, outcome) = run(stored.unwrap(), Operation::Refresh { generation: 1, grace: 60 }, 102);
    assert_eq!(outcome, Outcome::Gone);
}

#[test]
fn an_expired_code_is_refused_and_revokes_nothing() {
    let (stored, outcome) = run(grant(0), Operation::Redeem, 700);
    assert_eq!(outcome, Outcome::Gone);
    assert!(!stored.unwrap().revoked);
}

#[test]
fn a_retry_within_the_grace_gets_the_same_successor() {
    let refresh = |generation| Operation::Refresh { generation, grace: 60 };
    let (stored, outcome) = run(grant(1), refresh(1), 200);
    assert_eq!(generation(&outcome), Some(2));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 260);
    assert_eq!(generation(&outcome), Some(2));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 261);
    assert_eq!(outcome, Outcome::Reused);
    assert!(stored.unwrap().revoked);
}

#[test]
fn reuse_after_the_successor_was_used_revokes_even_within_the_grace() {
    let refresh = |generation| Operation::Refresh { generation, grace: 60 };
    let (stored, _) = run(grant(1), refresh(1), 200);
    let (stored, outcome) = run(stored.unwrap(), refresh(2), 201);
    assert_eq!(generation(&outcome), Some(3));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 202);
    assert_eq!(outcome, Outcome::Reused);
    assert_eq!(run(stored.unwrap(), refresh(3), 203).1, Outcome::Gone);
}

#[test]
fn a_generation_that_never_was_changes_nothing() {
    for presented in [0, 2] {
        let operation = Operation::Refresh { generation: presented, grace: 60 };
        let (stored, outcome) = run(grant(1), operation, 200);
        assert_eq!((stored.unwrap(), outcome), (grant(1), Outcome::Gone));
    }
}

#[test]
fn only_its_own_client_revokes_a_grant() {
    let revoke = |client: &str| Operation::Revoke { client: Some(client.into()) };
    assert!(!run(grant(1), revoke("other"), 200).0.unwrap().revoked);
    let (stored, outcome) = run(grant(1), revoke("c"), 200);
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(run(stored.unwrap(), Operation::Check, 200).1, Outcome::Gone);
}

#[test]
fn a_grant_ends_and_a_missing_one_is_gone() {
    assert_eq!(run(grant(1), Operation::Check, 10_000).1, Outcome::Gone);
    assert_eq!(apply(None, Operation::Redeem, 1), (Write::Keep, Outcome::Gone));
    let create = Operation::Create(Box::new(grant(0)));
    assert_eq!(apply(Some(grant(1)), create, 1), (Write::Keep, Outcome::Gone));
}

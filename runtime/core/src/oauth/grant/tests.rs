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
        confirmed: generation,
        confirmed_at: 90,
        can_ask: false,
        asking: None,
        uses: Uses::default(),
    }
}

const RULES: Rules = Rules { grace: 60, max_unconfirmed: 1_000, is_required: false };

fn redeem() -> Operation {
    Operation::Redeem { place: RequestPlace::default() }
}

fn refresh(generation: u32) -> Operation {
    Operation::Refresh {
        generation,
        rules: RULES,
        place: RequestPlace::default(),
        has_waited: false,
    }
}

fn run(stored: Grant, operation: Operation, now: u64) -> (Option<Grant>, GrantOutcome) {
    match apply(Some(stored.clone()), operation, now) {
        (Write::Keep, outcome) => (Some(stored), outcome),
        (Write::Put(grant) | Write::Note(grant), outcome) => (Some(*grant), outcome),
    }
}

fn generation(outcome: &GrantOutcome) -> Option<u32> {
    match outcome {
        GrantOutcome::Active { generation, .. } => Some(*generation),
        _ => None,
    }
}

#[test]
fn a_code_works_once_and_its_second_use_revokes() {
    let (stored, outcome) = run(grant(0), redeem(), 100);
    assert_eq!(generation(&outcome), Some(1));
    let (stored, outcome) = run(stored.unwrap(), redeem(), 101);
    assert_eq!(outcome, GrantOutcome::Ended(End::Reused));
    let (_, outcome) = run(stored.unwrap(), refresh(1), 102);
    assert_eq!(outcome, GrantOutcome::Gone);
}

#[test]
fn an_expired_code_is_refused_and_revokes_nothing() {
    let (stored, outcome) = run(grant(0), redeem(), 700);
    assert_eq!(outcome, GrantOutcome::Gone);
    assert!(!stored.unwrap().revoked);
}

#[test]
fn a_retry_within_the_grace_gets_the_same_successor() {
    let (stored, outcome) = run(grant(1), refresh(1), 200);
    assert_eq!(generation(&outcome), Some(2));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 260);
    assert_eq!(generation(&outcome), Some(2));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 261);
    assert_eq!(outcome, GrantOutcome::Ended(End::Reused));
    assert!(stored.unwrap().revoked);
}

#[test]
fn reuse_after_the_successor_was_used_revokes_even_within_the_grace() {
    let (stored, _) = run(grant(1), refresh(1), 200);
    let (stored, outcome) = run(stored.unwrap(), refresh(2), 201);
    assert_eq!(generation(&outcome), Some(3));
    let (stored, outcome) = run(stored.unwrap(), refresh(1), 202);
    assert_eq!(outcome, GrantOutcome::Ended(End::Reused));
    assert_eq!(run(stored.unwrap(), refresh(3), 203).1, GrantOutcome::Gone);
}

#[test]
fn a_generation_that_never_was_changes_nothing() {
    for presented in [0, 2] {
        let (stored, outcome) = run(grant(1), refresh(presented), 200);
        assert_eq!((stored.unwrap(), outcome), (grant(1), GrantOutcome::Gone));
    }
}

#[test]
fn only_its_own_client_revokes_a_grant() {
    let revoke = |client: &str| Operation::Revoke { client: Some(client.into()) };
    assert!(!run(grant(1), revoke("other"), 200).0.unwrap().revoked);
    let (stored, outcome) = run(grant(1), revoke("c"), 200);
    assert_eq!(outcome, GrantOutcome::Done);
    assert_eq!(run(stored.unwrap(), Operation::Check, 200).1, GrantOutcome::Gone);
}

#[test]
fn a_grant_ends_and_a_missing_one_is_gone() {
    assert_eq!(run(grant(1), Operation::Check, 10_000).1, GrantOutcome::Gone);
    assert_eq!(apply(None, redeem(), 1), (Write::Keep, GrantOutcome::Gone));
    let create = Operation::Create(Box::new(grant(0)));
    assert_eq!(apply(Some(grant(1)), create, 1), (Write::Keep, GrantOutcome::Gone));
}

/// A grant whose provider can be asked, with the lease of whoever presented this generation.
fn asking(generation: u32, presented: u32, now: u64) -> (Grant, Lease) {
    let stored = Grant { can_ask: true, ..grant(generation) };
    let (stored, outcome) = run(stored, refresh(presented), now);
    let GrantOutcome::Ask { lease, .. } = outcome else { panic!("{outcome:?}") };
    (stored.unwrap(), lease)
}

fn settle(lease: &Lease, answer: RecheckOutcome) -> Operation {
    Operation::Settle { lease: lease.clone(), answer, rules: RULES }
}

fn confirmed(sealed: &str) -> RecheckOutcome {
    RecheckOutcome::Confirmed { sealed: sealed.into() }
}

#[test]
fn one_lease_at_a_time_and_the_next_when_it_is_over() {
    let (stored, lease) = asking(1, 1, 200);
    assert_eq!(lease.asking_until, 200 + ASKING);
    assert_eq!(run(stored.clone(), refresh(1), 209), (Some(stored.clone()), GrantOutcome::Busy));
    let (_, outcome) = run(stored, refresh(1), 210);
    assert!(matches!(outcome, GrantOutcome::Ask { sealed, .. } if sealed == "s"));
}

#[test]
fn a_confirmation_is_the_next_generation_and_its_claims_in_one_write() {
    let (stored, lease) = asking(1, 1, 200);
    assert_eq!((stored.generation, &*stored.sealed), (1, "s"));
    let (stored, outcome) = run(stored, settle(&lease, confirmed("new")), 203);
    let stored = stored.unwrap();
    assert_eq!(generation(&outcome), Some(2));
    assert_eq!((stored.generation, stored.confirmed, &*stored.sealed), (2, 2, "new"));
    assert_eq!((stored.confirmed_at, stored.rotated_at, stored.asking), (203, 203, None));
}

#[test]
fn an_unconfirmed_generation_is_asked_about_by_its_retry() {
    let (stored, lease) = asking(1, 1, 200);
    let nothing = RecheckOutcome::Unconfirmed { sealed: None };
    let (stored, outcome) = run(stored, settle(&lease, nothing), 201);
    assert!(
        matches!(outcome, GrantOutcome::Active { generation: 2, expires: 1_090, .. }),
        "{outcome:?}"
    );
    let stored = stored.unwrap();
    assert_eq!((stored.generation, stored.confirmed), (2, 1));
    let (stored, outcome) = run(stored, refresh(1), 230);
    let GrantOutcome::Ask { lease, .. } = outcome else { panic!("{outcome:?}") };
    // One question at a time, for its successor as well.
    assert_eq!(run(stored.clone().unwrap(), refresh(2), 231).1, GrantOutcome::Busy);
    let (stored, outcome) = run(stored.unwrap(), settle(&lease, confirmed("new")), 232);
    assert_eq!(generation(&outcome), Some(2));
    assert_eq!(stored.unwrap().confirmed, 2);
}

#[test]
fn what_came_too_late_changes_nothing() {
    let (stored, lease) = asking(1, 1, 200);
    let later = Grant { generation: 3, confirmed: 3, asking: None, ..stored };
    let answers = [
        confirmed("old"),
        RecheckOutcome::Refused,
        RecheckOutcome::Unaskable,
        RecheckOutcome::Unconfirmed { sealed: Some("old".into()) },
    ];
    for answer in answers {
        let (stored, outcome) = run(later.clone(), settle(&lease, answer), 900);
        assert_eq!((stored.unwrap(), outcome), (later.clone(), GrantOutcome::Gone));
    }
}

#[test]
fn a_refusal_counts_only_under_the_lease() {
    let (stored, lease) = asking(1, 1, 200);
    let (revoked, outcome) = run(stored.clone(), settle(&lease, RecheckOutcome::Refused), 201);
    assert_eq!((revoked.unwrap().revoked, outcome), (true, GrantOutcome::Ended(End::Refused)));
    let (stored, _) = run(stored, refresh(1), 210);
    let (stored, outcome) = run(stored.unwrap(), settle(&lease, RecheckOutcome::Refused), 211);
    assert_eq!((stored.unwrap().revoked, outcome), (false, GrantOutcome::Busy));
}

#[test]
fn what_cannot_be_asked_is_not_asked_again() {
    let (stored, lease) = asking(1, 1, 200);
    let (stored, outcome) = run(stored, settle(&lease, RecheckOutcome::Unaskable), 201);
    assert_eq!(generation(&outcome), Some(2));
    let (stored, outcome) = run(stored.unwrap(), refresh(2), 5_000);
    assert_eq!(generation(&outcome), Some(3));
    assert_eq!(stored.unwrap().asking, None);
}

#[test]
fn the_predecessor_of_a_token_that_is_being_asked_about_is_reuse() {
    let (stored, lease) = asking(1, 1, 200);
    let (stored, _) = run(stored, settle(&lease, confirmed("new")), 201);
    let (stored, _) = run(stored.unwrap(), refresh(2), 210);
    assert_eq!(run(stored.unwrap(), refresh(1), 211).1, GrantOutcome::Ended(End::Reused));
}

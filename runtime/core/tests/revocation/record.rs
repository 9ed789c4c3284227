//! Records of grants, and the ends that they are under.

use toolgate_core::oauth::grant::{Grant, GrantOutcome, Operation, RequestPlace, Uses, Write};
use toolgate_core::revocation::feed::{Notice, Scope};
use toolgate_core::revocation::record::{apply, end_person, ended_before};

const NOW: u64 = 1_767_225_600;

pub(crate) fn grant(client: &str, created: u64) -> Grant {
    Grant {
        client: client.to_owned(),
        sealed: String::new(),
        code_expires: created + 600,
        expires: created + 86_400,
        generation: 0,
        rotated_at: created,
        revoked: false,
        created,
        used: created,
        confirmed: 0,
        confirmed_at: created,
        can_ask: false,
        asking: None,
        uses: Uses::default(),
    }
}

fn redeem() -> Operation {
    Operation::Redeem { place: RequestPlace::default() }
}

fn revoke() -> Operation {
    Operation::Revoke { client: None }
}

#[test]
fn a_sign_in_of_before_the_end_makes_no_grant() {
    let create = |created| Operation::Create(Box::new(grant("client", created)));
    let late = apply(None, create(NOW), NOW, NOW + 3);
    assert_eq!((late.write, late.outcome), (Write::Keep, GrantOutcome::Gone));
    let new = apply(None, create(NOW + 1), NOW, NOW + 3);
    assert_eq!(new.outcome, GrantOutcome::Done);
}

#[test]
fn a_grant_of_before_the_end_is_over_at_every_operation_and_the_feed_is_told() {
    for operation in [redeem(), Operation::Check, revoke()] {
        let applied = apply(Some(grant("client", NOW)), operation, NOW, NOW + 1);
        let Write::Put(written) = applied.write else { panic!("it is written") };
        assert!(written.revoked && applied.is_told);
        assert!(matches!(applied.outcome, GrantOutcome::Gone | GrantOutcome::Done));
    }
    let applied = apply(Some(grant("client", NOW + 1)), redeem(), NOW, NOW + 1);
    assert!(matches!(applied.outcome, GrantOutcome::Active { .. }) && !applied.is_told);
}

#[test]
fn every_end_of_a_grant_is_told_and_told_again_when_it_is_asked_for_again() {
    let first = apply(Some(grant("client", NOW)), revoke(), 0, NOW);
    assert!(first.is_told);
    let Write::Put(ended) = first.write else { panic!("it is written") };
    let again = apply(Some(*ended.clone()), revoke(), 0, NOW);
    assert!(again.is_told, "the feed may not have heard of it");
    assert!(!apply(Some(*ended), Operation::Check, 0, NOW).is_told);
    // A code that is used twice.
    let Write::Put(used) = apply(Some(grant("client", NOW)), redeem(), 0, NOW).write else {
        panic!()
    };
    assert!(apply(Some(*used), redeem(), 0, NOW).is_told);
}

#[test]
fn another_client_ends_nothing_and_nothing_is_told() {
    let by = |client: &str| Operation::Revoke { client: Some(client.to_owned()) };
    let applied = apply(Some(grant("client", NOW)), by("other"), 0, NOW);
    assert_eq!((applied.write, applied.is_told), (Write::Keep, false));
    assert!(apply(Some(grant("client", NOW)), by("client"), 0, NOW).is_told);
    assert!(!apply(None, by("other"), 0, NOW).is_told);
}

#[test]
fn the_end_of_a_person_is_one_row_where_nothing_is_left() {
    let grants = vec![("1".to_owned(), grant("a", NOW)), ("2".to_owned(), grant("b", NOW - 9))];
    let (ended, notices) = end_person("ada", grants, NOW, NOW);
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|(_, grant)| grant.revoked));
    assert_eq!(notices, [Notice::of(Scope::Person, "ada")]);
}

#[test]
fn an_end_that_was_decided_before_a_sign_in_leaves_that_one() {
    let grants = vec![("1".to_owned(), grant("a", NOW - 60)), ("2".to_owned(), grant("b", NOW))];
    let (ended, notices) = end_person("ada", grants, NOW - 30, NOW);
    assert_eq!(ended.iter().map(|(id, _)| &**id).collect::<Vec<_>>(), ["1"]);
    assert_eq!(notices, [Notice::grant("1", "ada")]);
}

#[test]
fn an_end_is_never_of_the_future() {
    assert_eq!(ended_before(Some(NOW + 1000), NOW), ended_before(None, NOW));
    assert!(ended_before(Some(NOW - 1000), NOW) < NOW);
}

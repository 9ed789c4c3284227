//! Tests of what happens to a row: races above all.

use super::record::*;

const NOW: u64 = 1_800_000_000;

fn kept(sealed: &str, expires: u64) -> Kept {
    Kept { sealed: sealed.to_owned(), expires: Some(expires), at: expires - 3600, can_renew: true }
}

/// A row that the object of a person has.
#[derive(Default)]
struct Row(Option<Account>);

impl Row {
    fn connected(sealed: &str, generation: &str, expires: u64) -> Self {
        let mut row = Self::default();
        row.connect(sealed, generation, expires);
        row
    }

    fn perform(&mut self, operation: AccountOperation, now: u64) -> AccountOutcome {
        let (write, outcome) = apply(self.0.clone(), operation, now);
        match write {
            Write::Keep => {}
            Write::Put(account) => self.0 = Some(*account),
            Write::Delete => self.0 = None,
        }
        outcome
    }

    fn connect(&mut self, sealed: &str, generation: &str, expires: u64) -> AccountOutcome {
        let operation = AccountOperation::Connect {
            kept: kept(sealed, expires),
            generation: generation.to_owned(),
            whose: Whose::default(),
        };
        self.perform(operation, NOW)
    }

    fn take(&mut self, lease: &str, now: u64) -> AccountOutcome {
        self.perform(AccountOperation::Take { refused: None, lease: lease.to_owned() }, now)
    }

    fn refused(&mut self, sealed: &str, lease: &str, now: u64) -> AccountOutcome {
        let refused = Some(fingerprint(sealed));
        self.perform(AccountOperation::Take { refused, lease: lease.to_owned() }, now)
    }

    fn settle(
        &mut self,
        lease: &str,
        of: (&str, &str),
        answer: Answer,
        now: u64,
    ) -> AccountOutcome {
        let (sealed, generation) = of;
        let operation = AccountOperation::Settle {
            lease: lease.to_owned(),
            generation: generation.to_owned(),
            seen: fingerprint(sealed),
            answer,
        };
        self.perform(operation, now)
    }
}

fn token(sealed: &str) -> AccountOutcome {
    AccountOutcome::Token(sealed.to_owned())
}

fn renew(sealed: &str, generation: &str) -> AccountOutcome {
    AccountOutcome::Renew { sealed: sealed.to_owned(), generation: generation.to_owned() }
}

#[test]
fn nobody_has_an_account_before_it_is_connected() {
    assert_eq!(Row::default().take("l", NOW), AccountOutcome::Gone);
}

#[test]
fn a_token_serves_until_shortly_before_its_expiry() {
    let mut row = Row::connected("one", "g1", NOW + 3600);
    assert_eq!(row.take("l", NOW + 3569), token("one"));
    assert_eq!(row.take("l", NOW + 3570), renew("one", "g1"));
}

#[test]
fn one_request_of_fifty_renews_and_the_others_find_what_it_stored() {
    let mut row = Row::connected("one", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("one", "g1"));
    for other in 0..49 {
        assert_eq!(row.take(&other.to_string(), NOW), AccountOutcome::Busy);
    }
    let renewed = Answer::Renewed(kept("two", NOW + 3600));
    assert_eq!(row.settle("first", ("one", "g1"), renewed, NOW + 1), token("two"));
    for other in 0..49 {
        assert_eq!(row.take(&other.to_string(), NOW + 1), token("two"));
    }
}

#[test]
fn tokens_of_an_account_that_was_replaced_meanwhile_are_neither_stored_nor_given() {
    for answer in [Answer::Renewed(kept("old-two", NOW + 3600)), Answer::Refused, Answer::Failed] {
        let mut row = Row::connected("old-one", "g1", NOW);
        assert_eq!(row.take("first", NOW), renew("old-one", "g1"));
        let old = Some("old-one".to_owned());
        assert_eq!(row.connect("new-one", "g2", NOW + 3600), AccountOutcome::Stored(old));
        assert_eq!(row.settle("first", ("old-one", "g1"), answer, NOW), AccountOutcome::Replaced);
        assert_eq!(row.take("next", NOW), token("new-one"));
    }
}

#[test]
fn the_same_account_connected_again_is_another_generation() {
    let mut row = Row::connected("same", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("same", "g1"));
    row.connect("same", "g2", NOW);
    let renewed = Answer::Renewed(kept("two", NOW + 3600));
    assert_eq!(row.settle("first", ("same", "g1"), renewed, NOW), AccountOutcome::Replaced);
}

#[test]
fn an_account_that_was_ended_meanwhile_stays_ended() {
    let mut row = Row::connected("one", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("one", "g1"));
    let ended = AccountOutcome::Stored(Some("one".to_owned()));
    assert_eq!(row.perform(AccountOperation::End, NOW), ended);
    let renewed = Answer::Renewed(kept("two", NOW + 3600));
    assert_eq!(row.settle("first", ("one", "g1"), renewed, NOW), AccountOutcome::Ended);
    assert_eq!(row.take("next", NOW), AccountOutcome::Gone);
}

#[test]
fn what_is_forgotten_is_what_was_judged_and_nothing_newer() {
    let mut row = Row::connected("one", "g1", NOW);
    let forget = |sealed: &str| AccountOperation::Forget { seen: fingerprint(sealed) };
    row.connect("two", "g2", NOW + 3600);
    assert_eq!(row.perform(forget("one"), NOW), AccountOutcome::Replaced);
    assert_eq!(row.take("next", NOW), token("two"));
    let gone = AccountOutcome::Stored(Some("two".to_owned()));
    assert_eq!(row.perform(forget("two"), NOW), gone);
    assert_eq!(row.take("next", NOW), AccountOutcome::Gone);
}

#[test]
fn a_lease_that_nobody_settles_is_over_and_its_late_answer_replaces_nothing_newer() {
    let mut row = Row::connected("one", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("one", "g1"));
    assert_eq!(row.take("second", NOW + LEASE - 1), AccountOutcome::Busy);
    assert_eq!(row.take("second", NOW + LEASE), renew("one", "g1"));
    let renewed = Answer::Renewed(kept("two", NOW + 3600));
    assert_eq!(row.settle("second", ("one", "g1"), renewed, NOW + 16), token("two"));
    for late in [Answer::Renewed(kept("late", NOW + 3600)), Answer::Refused, Answer::Failed] {
        assert_eq!(row.settle("first", ("one", "g1"), late, NOW + 17), AccountOutcome::Busy);
        assert_eq!(row.take("next", NOW + 17), token("two"));
    }
}

#[test]
fn a_refusal_counts_only_where_the_lease_is_still_held() {
    let mut row = Row::connected("one", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("one", "g1"));
    assert_eq!(row.take("second", NOW + LEASE), renew("one", "g1"));
    assert_eq!(row.settle("first", ("one", "g1"), Answer::Refused, NOW + 15), AccountOutcome::Busy);
    assert_eq!(
        row.settle("second", ("one", "g1"), Answer::Refused, NOW + 16),
        AccountOutcome::Gone
    );
    assert_eq!(row.take("next", NOW + 16), AccountOutcome::Gone);
}

#[test]
fn a_third_party_that_is_down_is_left_alone_for_a_moment() {
    let mut row = Row::connected("one", "g1", NOW);
    assert_eq!(row.take("first", NOW), renew("one", "g1"));
    assert_eq!(row.settle("first", ("one", "g1"), Answer::Failed, NOW), AccountOutcome::Failed);
    assert_eq!(row.take("next", NOW + 4), AccountOutcome::Failed);
    assert_eq!(row.take("next", NOW + 5), renew("one", "g1"));
}

#[test]
fn a_token_that_a_host_refused_is_renewed_once() {
    let mut row = Row::connected("one", "g1", NOW + 3600);
    assert_eq!(row.refused("another", "l", NOW), token("one"));
    assert_eq!(row.refused("one", "l", NOW), renew("one", "g1"));
    row.settle("l", ("one", "g1"), Answer::Renewed(kept("two", NOW + 3600)), NOW);
    // A host that refuses every token has nothing more asked for.
    assert_eq!(row.refused("two", "l", NOW + 59), token("two"));
    assert_eq!(row.refused("two", "l", NOW + 60), renew("two", "g1"));
}

#[test]
fn without_a_refresh_token_the_account_is_over_with_its_access_token() {
    let mut row = Row::connected("one", "g1", NOW + 3600);
    row.0.as_mut().unwrap().kept.can_renew = false;
    assert_eq!(row.refused("one", "l", NOW), token("one"));
    assert_eq!(row.take("l", NOW + 3599), token("one"));
    assert_eq!(row.take("l", NOW + 3600), AccountOutcome::Gone);
    assert_eq!(row.0, None);
}

#[test]
fn a_token_of_unknown_life_serves_until_it_is_ended() {
    let mut row = Row::connected("one", "g1", NOW + 3600);
    row.0.as_mut().unwrap().kept.expires = None;
    assert_eq!(row.take("l", NOW + UNUSED_FOR - 1), token("one"));
}

#[test]
fn an_account_that_no_tool_used_for_long_is_forgotten() {
    let mut row = Row::connected("one", "g1", NOW + 2 * UNUSED_FOR);
    assert_eq!(row.take("l", NOW + UNUSED_FOR - 1), token("one"));
    // That was a use.
    assert_eq!(row.take("l", NOW + UNUSED_FOR + 1), token("one"));
    assert_eq!(row.take("l", NOW + 3 * UNUSED_FOR), AccountOutcome::Gone);
    assert_eq!(row.0, None);
}

#[test]
fn a_use_is_written_at_most_once_an_hour() {
    let row = Row::connected("one", "g1", NOW + 100_000);
    let take = || AccountOperation::Take { refused: None, lease: "l".to_owned() };
    assert_eq!(apply(row.0.clone(), take(), NOW + 3599).0, Write::Keep);
    assert!(matches!(apply(row.0, take(), NOW + 3600).0, Write::Put(_)));
}

#[test]
fn every_form_is_read_as_it_is_written() {
    let mut row = Row::connected("one", "g1", NOW);
    row.take("first", NOW);
    let account = row.0.unwrap();
    let text = serde_json::to_string(&account).unwrap();
    assert_eq!(crate::from_json::read::<Account>(&text).ok(), Some(account));
    for outcome in [
        AccountOutcome::Gone,
        token("a"),
        renew("a", "g"),
        AccountOutcome::Busy,
        AccountOutcome::Stored(None),
        AccountOutcome::Stored(Some("a".to_owned())),
    ] {
        let text = serde_json::to_string(&outcome).unwrap();
        assert_eq!(crate::from_json::read::<AccountOutcome>(&text).ok(), Some(outcome));
    }
}

//! What an isolate knows, and when it asks.

use toolgate_core::revocation::feed::{Feed, Lives, News, Notice, Scope};
use toolgate_core::revocation::{CLOCK_MARGIN, Known, Plan, TokenFacts, Verdict};

const LIVES: Lives = Lives { token: 3600, grant: 86_400 };
const NOW: u64 = 1_767_225_600_000;
const SECOND: u64 = NOW / 1000;
const MAX_AGE: u64 = 30_000;

const TOKEN: TokenFacts<'_> =
    TokenFacts { grant: "grant", person: "ada", client: Some("client"), issued: SECOND };

fn after(notice: Notice) -> Known {
    let mut feed = Feed::default();
    feed.tell(notice, LIVES, NOW);
    let mut known = Known::default();
    known.take(feed.since(0), NOW);
    known
}

#[test]
fn an_isolate_that_has_read_nothing_lets_nobody_in() {
    assert_eq!(Known::default().plan(MAX_AGE, NOW), Plan::Read);
}

#[test]
fn one_request_reads_ahead_and_the_others_go_on() {
    let mut known = Known::default();
    known.take(News::default(), NOW);
    assert_eq!(known.plan(MAX_AGE, NOW + 24_999), Plan::Judge);
    assert_eq!(known.plan(MAX_AGE, NOW + 25_000), Plan::ReadAhead);
    assert_eq!(known.plan(MAX_AGE, NOW + 25_001), Plan::Judge);
    assert_eq!(known.plan(MAX_AGE, NOW + 28_001), Plan::ReadAhead, "the first one got no answer");
    assert_eq!(known.plan(MAX_AGE, NOW + 30_000), Plan::Read);
}

#[test]
fn what_is_known_counts_from_when_it_was_asked_for() {
    let mut known = Known::default();
    // The answer took four seconds.
    known.take(News::default(), NOW);
    assert_eq!(known.plan(MAX_AGE, NOW + 30_000), Plan::Read);
    known.take(News::default(), NOW + 10_000);
    known.take(News::default(), NOW + 9_000);
    assert_eq!(
        known.plan(MAX_AGE, NOW + 39_999),
        Plan::ReadAhead,
        "an older answer changes nothing"
    );
}

#[test]
fn a_clock_that_goes_back_has_the_feed_read() {
    let mut known = Known::default();
    known.take(News::default(), NOW);
    assert_eq!(known.plan(MAX_AGE, NOW - 1), Plan::Read);
}

#[test]
fn with_no_age_every_request_reads() {
    let mut known = Known::default();
    known.take(News::default(), NOW);
    assert_eq!(known.plan(0, NOW), Plan::Read);
}

#[test]
fn a_row_ends_its_own_and_nothing_else() {
    let rows = [
        (Notice::grant("grant", "ada"), Verdict::Ended),
        (Notice::grant("other", "ada"), Verdict::Stands),
        (Notice::of(Scope::Person, "ada"), Verdict::Ended),
        (Notice::of(Scope::Person, "grace"), Verdict::Stands),
        (Notice::of(Scope::Client, "client"), Verdict::Ended),
        (Notice::of(Scope::Client, "other"), Verdict::Stands),
        (Notice::of(Scope::All, ""), Verdict::Ended),
        (Notice::of(Scope::Tokens, ""), Verdict::Ended),
        // A key of one kind is none of another.
        (Notice::of(Scope::Person, "grant"), Verdict::Stands),
        (Notice::of(Scope::Client, "ada"), Verdict::Stands),
    ];
    for (notice, verdict) in rows {
        assert_eq!(after(notice.clone()).judge(TOKEN), verdict, "{notice:?}");
    }
}

#[test]
fn a_token_of_after_the_end_stands_unless_its_grant_is_over() {
    let later = TokenFacts { issued: SECOND + CLOCK_MARGIN + 1, ..TOKEN };
    for scope in [Scope::Person, Scope::Client, Scope::All, Scope::Tokens] {
        let key = match scope {
            Scope::Person => "ada",
            Scope::Client => "client",
            _ => "",
        };
        assert_eq!(after(Notice::of(scope, key)).judge(later), Verdict::Stands, "{scope:?}");
    }
    assert_eq!(after(Notice::grant("grant", "ada")).judge(later), Verdict::Ended);
}

#[test]
fn a_token_of_an_unknown_client_is_looked_up_where_a_client_has_ended() {
    let unknown = TokenFacts { client: None, ..TOKEN };
    assert_eq!(after(Notice::of(Scope::Client, "client")).judge(unknown), Verdict::Unsure);
    let later = TokenFacts { issued: SECOND + CLOCK_MARGIN + 1, ..unknown };
    assert_eq!(after(Notice::of(Scope::Client, "client")).judge(later), Verdict::Stands);
}

#[test]
fn grants_end_by_rows_of_their_client_and_of_everybody() {
    assert_eq!(
        after(Notice::of(Scope::Client, "client")).grants_before("client"),
        SECOND + CLOCK_MARGIN
    );
    assert_eq!(after(Notice::of(Scope::Client, "client")).grants_before("other"), 0);
    assert_eq!(after(Notice::of(Scope::All, "")).grants_before("any"), SECOND + CLOCK_MARGIN);
    assert_eq!(after(Notice::of(Scope::Person, "ada")).grants_before("client"), 0);
}

#[test]
fn rows_are_forgotten_when_they_are_of_no_more_use() {
    let mut known = after(Notice::grant("grant", "ada"));
    known.take(News::default(), NOW + 3_600_000);
    assert_eq!(known.judge(TOKEN), Verdict::Ended);
    known.take(News::default(), NOW + 3_700_000);
    assert_eq!(known.judge(TOKEN), Verdict::Stands, "no token of then is left");
}

//! The feed by itself.

use toolgate_core::from_json;
use toolgate_core::revocation::feed::{Feed, Lives, MAX_ROWS, News, Notice, Scope};
use toolgate_core::revocation::{CLOCK_MARGIN, Known, TokenFacts, Verdict};

const LIVES: Lives = Lives { token: 3600, grant: 30 * 86_400 };
const NOW: u64 = 1_767_225_600_000;

fn token<'a>(grant: &'a str, person: &'a str, issued: u64) -> TokenFacts<'a> {
    TokenFacts { grant, person, client: Some("client"), issued }
}

fn knowing(feed: &Feed) -> Known {
    let mut known = Known::default();
    known.take(feed.since(0), NOW);
    known
}

#[test]
fn an_isolate_gets_what_is_new_and_nothing_twice() {
    let mut feed = Feed::default();
    feed.tell(Notice::grant("one", "ada"), LIVES, NOW);
    let first = feed.since(0);
    assert_eq!(first.rows.len(), 1);
    feed.tell(Notice::grant("two", "ada"), LIVES, NOW);
    let second = feed.since(first.cursor);
    assert_eq!(second.rows.len(), 1);
    assert_eq!(second.rows[0].notice.key, "two");
    assert_eq!(feed.since(second.cursor).rows, []);
}

#[test]
fn what_is_written_is_read_as_it_was() {
    let mut feed = Feed::default();
    let changes = feed.tell(Notice::grant("one", "ada"), LIVES, NOW);
    feed.tell(Notice::of(Scope::All, ""), LIVES, NOW);
    let news = feed.since(0);
    let read: News = from_json::read(serde_json::to_string(&news).unwrap()).unwrap();
    assert_eq!(read, news);
    assert_eq!(Feed::of(changes.put).since(0).rows, news.rows[..1]);
}

#[test]
fn a_feed_that_lost_its_rows_tells_an_isolate_of_before_what_is_new() {
    let mut lost = Feed::default();
    lost.tell(Notice::grant("one", "ada"), LIVES, NOW);
    let cursor = lost.since(0).cursor;
    let mut feed = Feed::default();
    assert_eq!(feed.since(cursor).rows, []);
    feed.tell(Notice::grant("two", "ada"), LIVES, NOW - 5000);
    assert_eq!(feed.since(cursor).rows.len(), 1, "also where its clock is behind");
}

#[test]
fn the_end_of_a_grant_told_twice_is_one_row() {
    let mut feed = Feed::default();
    assert_eq!(feed.tell(Notice::grant("one", "ada"), LIVES, NOW).put.len(), 1);
    let again = feed.tell(Notice::grant("one", "ada"), LIVES, NOW + 10_000);
    assert_eq!((again.put.len(), again.delete.len()), (0, 0));
}

#[test]
fn a_person_who_is_ended_again_is_ended_up_to_the_later_time() {
    let mut feed = Feed::default();
    let first = feed.tell(Notice::of(Scope::Person, "ada"), LIVES, NOW);
    let again = feed.tell(Notice::of(Scope::Person, "ada"), LIVES, NOW + 60_000);
    assert_eq!(again.delete, [first.put[0].number]);
    assert_eq!(again.put[0].before, NOW / 1000 + 60 + CLOCK_MARGIN);
}

#[test]
fn rows_of_tokens_go_with_the_last_token_and_those_of_clients_with_the_last_grant() {
    let mut feed = Feed::default();
    feed.tell(Notice::grant("one", "ada"), LIVES, NOW);
    feed.tell(Notice::of(Scope::Person, "ada"), LIVES, NOW);
    feed.tell(Notice::of(Scope::Client, "client"), LIVES, NOW);
    let hour = NOW / 1000 + 3600;
    assert_eq!(feed.prune(hour).len(), 0, "a token of the last second may still be good");
    assert_eq!(feed.prune(hour + 65).len(), 2);
    assert_eq!(feed.since(0).rows.len(), 1);
    assert_eq!(feed.prune(NOW / 1000 + 30 * 86_400 + 65).len(), 1);
}

#[test]
fn somebody_who_fills_the_feed_signs_out_nobody_else() {
    let mut feed = Feed::default();
    feed.tell(Notice::grant("other", "grace"), LIVES, NOW);
    let mut stored: Vec<_> = feed.since(0).rows;
    for i in 0..MAX_ROWS {
        let changes = feed.tell(Notice::grant(&format!("own{i}"), "mallory"), LIVES, NOW);
        stored.retain(|row| !changes.delete.contains(&row.number));
        stored.extend(changes.put);
    }
    assert!(feed.since(0).rows.len() < 10);
    assert_eq!(Feed::of(stored), feed, "what is stored is what is served");
    let known = knowing(&feed);
    let earlier = NOW / 1000 - 60;
    assert_eq!(known.judge(token("own5", "mallory", earlier)), Verdict::Ended);
    assert_eq!(known.judge(token("other", "grace", earlier)), Verdict::Ended);
    assert_eq!(known.judge(token("own", "ada", earlier)), Verdict::Stands);
}

#[test]
fn a_full_feed_of_many_people_keeps_nobody_in_and_ends_no_grant() {
    let mut feed = Feed::default();
    for i in 0..=MAX_ROWS {
        feed.tell(Notice::grant(&format!("grant{i}"), &format!("person{i}")), LIVES, NOW);
    }
    assert_eq!(feed.since(0).rows.len(), 1);
    let known = knowing(&feed);
    for issued in [NOW / 1000 - 3600, NOW / 1000] {
        assert_eq!(known.judge(token("grant7", "person7", issued)), Verdict::Ended);
    }
    assert_eq!(known.grants_before("client"), 0, "a refresh gives a new token");
    let refreshed = NOW / 1000 + CLOCK_MARGIN + 1;
    assert_eq!(known.judge(token("another", "ada", refreshed)), Verdict::Stands);
}

#[test]
fn a_feed_full_of_clients_signs_everybody_out_and_lets_nobody_stay() {
    let mut feed = Feed::default();
    for i in 0..=MAX_ROWS {
        feed.tell(Notice::of(Scope::Client, &format!("client{i}")), LIVES, NOW);
    }
    assert!(feed.since(0).rows.len() < 10);
    assert!(knowing(&feed).grants_before("client3") >= NOW / 1000);
}

//! The objects by themselves: the index, and the person's object while the feed is away.

use std::cell::Cell;
use std::rc::Rc;

use toolgate_core::admin::index::{Change, Entry, PAGE, Query};
use toolgate_core::from_json;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation, Uses};
use toolgate_core::revocation::{News, Notice};

use super::{index, names, person};
use crate::auth::vault::recorded_tests::server;
use crate::platform::bindings::{Bindings, Env};
use crate::platform::host::{Request, Response, State};
use crate::platform::native::clock::Clock;
use crate::platform::now;
use crate::ports::object::Object;

fn object(env: Env) -> Object {
    Object::new(server().app, State::of_test(|| ()), env)
}

fn run<T>(work: impl Future<Output = T>) -> T {
    Rc::new(Clock::default()).run(work)
}

fn change(grant: &str, person: &str, version: u64) -> Change {
    let entry = Entry {
        grant: grant.to_owned(),
        person: person.to_owned(),
        client: "client".to_owned(),
        address_key: format!("address of {person}"),
        created: now(),
        used_day: now() / 86_400,
        expires: now() + 3600,
        is_live: true,
    };
    Change { entry, version }
}

fn people(object: &Object, query: Query) -> Vec<String> {
    index::find(object, query).expect("it finds").people
}

#[test]
fn pages_of_the_index_have_everybody_once() {
    let index = object(Env::of_test(Rc::default()));
    let all: Vec<String> = (0..2 * PAGE + 7).map(|n| format!("person{n:04}")).collect();
    run(async {
        for person in &all {
            for grant in ["a", "b"] {
                let change = change(&[person, grant].concat(), person, 1);
                index::put(&index, &change).await.expect("it is put");
            }
        }
    });
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let found = index::find(&index, Query::Everybody(after.clone())).expect("a page");
        seen.extend(found.people);
        after = seen.last().cloned().unwrap_or_default();
        if !found.has_more {
            break;
        }
    }
    assert_eq!(seen, all);
}

#[test]
fn the_index_finds_live_grants_by_what_they_have_and_by_nothing_near_it() {
    let index = object(Env::of_test(Rc::default()));
    let expired = |mut change: Change| {
        change.entry.expires = now();
        change
    };
    run(async {
        index::put(&index, &change("1", "ada", 1)).await.expect("it is put");
        index::put(&index, &expired(change("2", "grace", 1))).await.expect("it is put");
    });
    let addresses = |text: &str| people(&index, Query::Addresses(vec![text.to_owned()]));
    let client = |text: &str| people(&index, Query::Client(text.to_owned(), String::new()));
    assert_eq!(addresses("address of ada"), ["ada"]);
    assert_eq!(client("client"), ["ada"], "and nobody whose grant has expired");
    assert_eq!(people(&index, Query::People(vec!["ada".into(), "grace".into()])), ["ada"]);
    for near in ["address of ad", "address of %", "ADDRESS OF ADA", ""] {
        assert_eq!(addresses(near), [""; 0], "{near}");
    }
    assert_eq!(client("clien"), [""; 0]);
}

#[test]
fn an_entry_that_comes_late_does_not_revive_a_grant() {
    let index = object(Env::of_test(Rc::default()));
    let mut ended = change("1", "ada", 3);
    ended.entry.is_live = false;
    run(async {
        for change in [&change("1", "ada", 1), &ended, &change("1", "ada", 2)] {
            index::put(&index, change).await.expect("it is put");
        }
    });
    assert_eq!(people(&index, Query::Everybody(String::new())), [""; 0]);
}

/// A feed that is away, or notes what it hears.
fn feed(is_away: &Rc<Cell<bool>>, heard: &Rc<Cell<usize>>) -> Env {
    let bindings = Rc::new(Bindings::default());
    let (is_away, heard) = (Rc::clone(is_away), Rc::clone(heard));
    *bindings.objects.borrow_mut() = Some(Rc::new(move |name, mut request: Request| {
        assert_eq!(name, names::FEED_OBJECT);
        let (is_away, heard) = (is_away.get(), Rc::clone(&heard));
        Box::pin(async move {
            if is_away {
                return Err("away".into());
            }
            if request.path() == names::SINCE {
                return Response::ok(serde_json::to_string(&News::default())?);
            }
            let notices: Vec<Notice> = from_json::read(&request.text().await?)?;
            heard.set(heard.get() + notices.len());
            Response::ok("true")
        })
    }));
    Env::of_test(bindings)
}

fn grant() -> Grant {
    Grant {
        client: "client".to_owned(),
        sealed: String::new(),
        code_expires: now() + 600,
        expires: now() + 3600,
        generation: 0,
        rotated_at: now(),
        revoked: false,
        created: now(),
        used: now(),
        confirmed: 0,
        confirmed_at: now(),
        can_ask: false,
        asking: None,
        uses: Uses::default(),
    }
}

#[test]
fn an_end_that_the_feed_does_not_hear_is_not_answered_and_told_by_the_alarm() {
    let (is_away, heard) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
    let ada = object(feed(&is_away, &heard));
    let address = GrantKey { subject_key: "ada".to_owned(), id: "1".to_owned() };
    run(async {
        let create = Operation::Create(Box::new(grant()));
        let created = person::perform(&ada, &address, create).await;
        assert_eq!(created.expect("it is stored"), GrantOutcome::Done);
        is_away.set(true);
        let revoke = || Operation::Revoke { client: None };
        assert!(person::perform(&ada, &address, revoke()).await.is_err());
        assert!(
            person::perform(&ada, &address, Operation::Check).await.is_err(),
            "nobody is let in"
        );
        person::look_after(&ada).await.expect("the alarm goes on");
        assert_eq!(heard.get(), 0);
        is_away.set(false);
        person::look_after(&ada).await.expect("the alarm goes on");
        assert_eq!(heard.get(), 1);
        person::look_after(&ada).await.expect("the alarm goes on");
        assert_eq!(heard.get(), 1, "it is told once");
        let checked = person::perform(&ada, &address, Operation::Check).await;
        assert_eq!(checked.expect("it answers"), GrantOutcome::Gone);
    });
}

#[test]
fn a_sign_in_that_comes_back_after_the_person_was_ended_makes_no_grant() {
    let (is_away, heard) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
    let ada = object(feed(&is_away, &heard));
    let address = GrantKey { subject_key: "ada".to_owned(), id: "1".to_owned() };
    run(async {
        let before = grant();
        assert_eq!(person::end(&ada, "ada", None).await.expect("it answers"), 0);
        assert_eq!(heard.get(), 1, "tokens that are on their way are over as well");
        let created = person::perform(&ada, &address, Operation::Create(Box::new(before))).await;
        assert_eq!(created.expect("it answers"), GrantOutcome::Gone);
    });
}

//! The page of one's own connections, and messages.

use std::collections::BTreeSet;

use http::StatusCode;
use toolgate_core::page::{Connection, ConnectionsPage, refusal};
use toolgate_core::reply::Reply;

use crate::support::{NOW, config, elements, html, words};

fn page(connections: Vec<Connection<'static>>, notice: Option<&'static str>) -> Reply {
    let page = ConnectionsPage {
        person: "ada@acme.example",
        csrf: "proof",
        connections,
        more: "",
        notice,
        now: NOW,
    };
    toolgate_core::page::connections(&config(""), &page)
}

fn two() -> Vec<Connection<'static>> {
    vec![
        Connection {
            id: "grant-1",
            client: "Claude",
            domain: Some("claude.ai"),
            since: NOW - 90 * 86400,
            last_used: NOW - 60,
            is_shared: true,
        },
        Connection {
            id: "grant-2",
            client: "Cursor",
            domain: None,
            since: NOW - 86400,
            last_used: NOW - 86400,
            is_shared: false,
        },
    ]
}

/// Names and values of a form's fields and buttons.
fn fields(form: &str) -> Vec<(&str, &str)> {
    form.split("name=\"")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('"').unwrap();
            let (_, rest) = rest.split_once("value=\"").unwrap();
            (name, rest.split_once('"').unwrap().0)
        })
        .collect()
}

#[test]
fn every_client_is_listed_with_its_dates_and_a_button_of_its_own() {
    let reply = page(two(), None);
    let items = elements(html(&reply), "li");
    assert_eq!(items.len(), 2);
    assert!(items[0].contains("<b>claude.ai</b>") && !items[1].contains("<b>"));
    assert_eq!(
        elements(items[0], "time"),
        ["17 October 2026", "within the last hour"],
        "{}",
        items[0]
    );
    assert_eq!(elements(items[1], "time"), ["14 January 2027", "14 January 2027"]);
    assert!(items[0].contains("<time datetime=\"2026-10-17\">"));
    for (item, grant) in items.iter().zip(["grant-1", "grant-2"]) {
        let forms = elements(item, "form");
        assert_eq!(fields(forms[0]), [("csrf", "proof"), ("grant", grant), ("action", "revoke")]);
    }
}

#[test]
fn buttons_are_named_after_their_client() {
    let reply = page(two(), None);
    let html = html(&reply);
    let ids: Vec<&str> =
        html.split(" id=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{ids:?}");
    for labels in html.split("aria-labelledby=\"").skip(1) {
        for id in labels.split_once('"').unwrap().0.split(' ') {
            assert!(ids.contains(&id), "{id}");
        }
    }
    assert_eq!(html.matches("aria-labelledby=\"b").count(), 2);
}

#[test]
fn all_can_be_revoked_in_two_steps_and_signing_out_is_a_form_too() {
    let reply = page(two(), None);
    let all = elements(elements(html(&reply), "details")[0], "form");
    assert_eq!(fields(all[0]), [("csrf", "proof"), ("action", "revoke-all")]);
    let last = elements(html(&reply), "form").pop().unwrap();
    assert_eq!(fields(last), [("csrf", "proof"), ("action", "sign-out")]);
    assert_eq!(html(&reply).matches("<form method=\"post\" action=\"/connections\">").count(), 4);
}

#[test]
fn a_program_on_a_computer_is_not_taken_for_a_web_site() {
    let place = |domain| {
        let mut all = two();
        all[0].domain = Some(domain);
        elements(html(&page(all, None)), "li")[0].to_owned()
    };
    assert!(place("127.0.0.1").contains("On a computer of yours (127.0.0.1)"));
    assert!(place("127.0.0.1.evil.example").contains("<b>127.0.0.1.evil.example</b>"));
}

#[test]
fn somebody_without_connections_is_told_so() {
    let reply = page(vec![], None);
    assert!(words(&reply).contains("No application is connected"));
    assert!(words(&reply).contains("Signed in as ada@acme.example"));
    assert_eq!(elements(html(&reply), "form").len(), 1, "signing out is all there is to do");
}

#[test]
fn what_the_last_form_has_done_is_a_status() {
    let reply = page(two(), Some("Cursor has no access any more."));
    assert!(html(&reply).contains("role=\"status\">Cursor has no access any more.</p>"));
    assert!(!html(&page(two(), None)).contains("role=\"status\""));
}

#[test]
fn a_refusal_has_its_reason_code() {
    let reply = refusal(StatusCode::BAD_REQUEST, "No", "It went wrong.", "Try again.", "bad-state");
    assert_eq!(reply.status(), StatusCode::BAD_REQUEST);
    assert_eq!(words(&reply), "No It went wrong. Try again. Reason: bad-state");
}

#[test]
fn tokens_that_two_programs_hold_are_pointed_out_at_their_own_connection() {
    let reply = page(two(), None);
    let items = elements(html(&reply), "li");
    assert!(items[0].contains("Used from two places"), "{}", items[0]);
    assert!(!items[1].contains("two places"), "{}", items[1]);
}

//! The page at which the grants of others are ended.

use toolgate_core::page::{AdminForm, AdminGrant, AdminPage, AdminPerson, admin, confirm_end};
use toolgate_core::reply::Reply;

use crate::support::{NOW, config, html, words};

/// The page, with this text in every slot.
pub(crate) fn page(text: &str) -> Reply {
    let grant =
        AdminGrant { id: text, client: text, name: text, since: NOW - 100_000, last_used: NOW };
    let person =
        AdminPerson { person: text, label: text, is_own: true, accounts: 2, grants: vec![grant] };
    let page = AdminPage {
        administrator: text,
        csrf: text,
        people: vec![person],
        by: text,
        query: text,
        client: Some(text),
        next: Some(text),
        notice: Some(text),
        now: NOW,
    };
    admin(&config(""), &page)
}

/// The page that asks a second time, the same way.
pub(crate) fn confirmation(text: &str) -> Reply {
    let form = AdminForm { csrf: text, fields: vec![("action", text), ("person", text)] };
    confirm_end(&config(""), &form, text)
}

#[test]
fn a_person_is_shown_with_clients_and_accounts_and_who_one_is() {
    let reply = page("ada");
    let said = words(&reply);
    for part in ["ada (you)", "2 accounts at third parties", "last used within the last hour"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for action in ["end-grant", "end-person", "end-client", "end-all", "sign-out"] {
        assert!(html(&reply).contains(&format!("name=\"action\" value=\"{action}\"")), "{action}");
    }
}

#[test]
fn every_form_that_changes_something_has_the_proof_of_its_page() {
    for reply in [page("proof"), confirmation("proof")] {
        let forms = html(&reply).matches("<form method=\"post\"").count();
        let proofs = html(&reply).matches("name=\"csrf\" value=\"proof\"").count();
        assert!(forms > 0 && forms == proofs, "{forms} forms, {proofs} proofs");
    }
}

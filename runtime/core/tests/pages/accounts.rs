//! Pages of accounts at third parties.

use toolgate_config::{Connection, Setting};
use toolgate_core::page::{ConnectPage, ConnectedAccount, accounts, connect};
use toolgate_core::reply::Reply;

use crate::support::{NOW, config, elements, html, words};

fn connection(text: &str, scopes: &[&str]) -> Connection {
    let owned = |text: &str| text.to_owned().into();
    Connection {
        name: owned("linear"),
        title: owned(text),
        issuer: None,
        authorization_url: None,
        token_url: None,
        revocation_url: None,
        client_id: Setting::Literal(owned("client")),
        client_secret: None,
        client_auth: None,
        scopes: scopes.iter().map(|scope| owned(scope)).collect(),
        hosts: vec![owned("api.linear.app")].into(),
        allow: None,
        meaning: owned(text),
    }
}

/// The page that connects an account, with this text in every slot.
pub(crate) fn page(text: &str) -> Reply {
    let page = ConnectPage {
        connection: &connection(text, &[text]),
        client: text,
        tool: text,
        person: text,
        link: text,
        csrf: text,
    };
    connect(&config(""), &page)
}

/// The list of an account, with this text in every slot.
pub(crate) fn listed(text: &str) -> String {
    let one = ConnectedAccount { connection: text, title: text, since: NOW, last_used: NOW };
    accounts(&[one], text, NOW)
}

#[test]
fn the_page_names_who_asks_for_what_and_for_whom() {
    let page = ConnectPage {
        connection: &connection("Linear", &["read", "issues:create"]),
        client: "Claude",
        tool: "find_issues",
        person: "ada@acme.example",
        link: "the-link",
        csrf: "proof",
    };
    let reply = connect(&config(""), &page);
    let text = words(&reply);
    for part in [
        "Connect your Linear account",
        "Claude",
        "find_issues",
        "read",
        "issues:create",
        "api.linear.app",
        "ada@acme.example",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let form = &html(&reply)[html(&reply).find("<form").unwrap()..];
    assert!(form.starts_with("<form method=\"post\" action=\"/connections/connect\">"), "{form}");
    for field in ["name=\"csrf\" value=\"proof\"", "name=\"link\" value=\"the-link\""] {
        assert!(form.contains(field), "{form}");
    }
    assert_eq!(elements(html(&reply), "button"), ["Go to <bdi>Linear</bdi>"]);
}

#[test]
fn a_third_party_without_scopes_says_so() {
    let page = ConnectPage {
        connection: &connection("Linear", &[]),
        client: "Claude",
        tool: "find_issues",
        person: "ada",
        link: "l",
        csrf: "c",
    };
    assert!(words(&connect(&config(""), &page)).contains("this server asks for no scope"));
}

#[test]
fn each_account_has_a_button_of_its_own_and_none_says_nothing() {
    assert_eq!(accounts(&[], "c", NOW), "");
    let one = |connection| ConnectedAccount {
        connection,
        title: "Linear",
        since: NOW - 86_400,
        last_used: NOW,
    };
    let markup = accounts(&[one("linear"), one("hub")], "proof", NOW);
    for part in ["value=\"linear\"", "value=\"hub\"", "id=\"d0\"", "id=\"d1\""] {
        assert_eq!(markup.matches(part).count(), 1, "{part}");
    }
    assert_eq!(markup.matches("action=\"/connections/end\"").count(), 2);
}

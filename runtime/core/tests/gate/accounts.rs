//! The return of a person who connects an account at a third party.

use http::header::{CONTENT_TYPE, COOKIE, ORIGIN as ORIGIN_HEADER, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use toolgate_config::Connection;
use toolgate_core::account::connect::{self, ConnectStep};
use toolgate_core::account::link::Link;
use toolgate_core::account::party::Party;
use toolgate_core::account::returned;
use toolgate_core::reply::Reply;

use super::connections::{cookie, person};
use crate::support::*;

fn connection(keys: &str) -> Connection {
    let source = format!(
        "[server]\nname = \"Demo\"\n[identity]\nprovider = \"oidc\"\nissuer = \"https://login.example.com\"\n\
         [connections.linear]\nclient_id = \"ours\"\n{keys}"
    );
    let checked = toolgate_config::check(&source).expect("a configuration");
    checked.config.connections[0].clone()
}

const SECTION: &str = "hosts = [\"api.linear.example\"]\n\
    authorization_url = \"https://linear.example/authorize\"\ntoken_url = \"https://linear.example/token\"\n";

/// Begins at the third party of `section`, and comes back after the section has become `then`.
fn come_back(section: &str, then: &str) -> Result<String, Box<Reply>> {
    let mut world = World::new();
    let person_cookie = cookie(&mut world);
    let who = person(&mut world, &person_cookie);
    let section = connection(section);
    world.config.connections = vec![section.clone()].into();
    let link = Link::new(&who.subject_keys[0], "linear", ("A client", "find_issues"), world.now);
    let address = link.address(&world.keys, ORIGIN, &mut Counter::default());
    let link = address.split_once("?link=").expect("a link").1;
    let form = Request::post("/connections/connect")
        .header(COOKIE, &person_cookie)
        .header(ORIGIN_HEADER, ORIGIN)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(format!("csrf={}&link={link}", who.csrf).into_bytes())
        .unwrap();
    let ConnectStep::Start(approved) = connect::decide(&world.gate(), &form) else {
        panic!("the person goes on")
    };
    let party = Party::resolve(&section, &Variables::default(), ORIGIN).expect("a third party");
    let there = connect::start(&mut world.gate(), &HeaderMap::new(), &section, &party, *approved);
    let attempt = there.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    world.config.connections = vec![connection(then)].into();
    let state = parameters(&there)["state"].clone();
    let back = Request::get(format!("/connections/return/linear?code=c&state={state}"))
        .header(COOKIE, format!("{person_cookie}; {attempt}"))
        .body(Vec::new())
        .unwrap();
    returned::begin(&world.gate(), &back).map(|back| back.connection.name.to_string())
}

#[test]
fn a_return_counts_only_while_the_section_names_the_third_party_that_the_person_saw() {
    assert_eq!(come_back(SECTION, SECTION).ok().as_deref(), Some("linear"));
    let with_title = format!("title = \"Linear\"\n{SECTION}");
    assert!(come_back(SECTION, &with_title).is_ok(), "another title is no other party");
    for (from, to) in [
        ("/token\"", "/other\""),
        ("https://linear.example/authorize", "https://evil.example/authorize"),
        ("[\"api.linear.example\"]", "[\"api.linear.example\", \"files.linear.example\"]"),
    ] {
        let refused = come_back(SECTION, &SECTION.replace(from, to)).expect_err(to);
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{to}");
    }
}

//! The sign-in of somebody who looks at a route of the author's.

use std::time::Duration;

use http::header::SET_COOKIE;
use http::{HeaderMap, Uri};
use toolgate_core::oauth::callback::{self, Finished, Identified};
use toolgate_core::oauth::connections::{self, ConnectionsStep};
use toolgate_core::oauth::person::Person;
use toolgate_core::reply::Reply;
use toolgate_core::route::visitor::{self, Visitor};
use toolgate_core::route::{Guard, RouteInfo};
use toolgate_policy::Caller;

use crate::support::*;

const ROUTES: [RouteInfo; 3] = [
    route("GET", "/reports/{month}", Guard::Policy { name: "staff", bearer: false }),
    route("GET", "/machine", Guard::Policy { name: "staff", bearer: true }),
    route("GET", "/status", Guard::Public),
];

const fn route(method: &'static str, path: &'static str, guard: Guard) -> RouteInfo {
    RouteInfo { name: path, method, path, guard }
}

fn ada() -> Identified {
    let caller = Caller {
        subject: "ada".to_owned(),
        email: Some("ada@example.com".to_owned()),
        scopes: vec!["write".to_owned()],
        ..Caller::default()
    };
    Identified { caller, upstream: None }
}

/// Sends the browser to the provider for an address; answers what it brings back.
fn begin(world: &mut World, browser: &mut Browser, address: &str) -> String {
    let headers = headers(browser);
    let uri = uri(address);
    let reply = visitor::sign_in(&mut world.gate(), &headers, &uri);
    let state = parameters(&reply)["state"].clone();
    browser.keep(&reply);
    state
}

fn uri(address: &str) -> Uri {
    [ORIGIN, address].concat().parse().expect("an address")
}

/// The browser's return, as the callback sees it.
fn come_back(world: &mut World, browser: &Browser, state: &str, who: &Identified) -> Option<Reply> {
    let request = browser.request(get("/callback", &[("state", state), ("code", "c")]));
    let returned = callback::begin(&world.gate(), &request).expect("the browser's own attempt");
    visitor::returned(&mut world.gate(), &returned, who, &ROUTES)
}

fn headers(browser: &Browser) -> HeaderMap {
    browser.request(get("/", &[])).headers().clone()
}

#[test]
fn a_visitor_comes_back_to_the_path_and_is_known_for_a_while_without_scopes() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let state = begin(&mut world, &mut browser, "/reports/may");
    let reply = come_back(&mut world, &browser, &state, &ada()).expect("it is for a route");
    assert_eq!(location(&reply), format!("{ORIGIN}/reports/may"));
    browser.keep(&reply);
    assert_eq!(browser.0.len(), 1, "the cookies of the attempt are gone: {:?}", browser.0.keys());
    let headers = headers(&browser);
    let visitor = Visitor::read(&world.gate(), &headers).expect("a visitor");
    assert_eq!(visitor.caller.email.as_deref(), Some("ada@example.com"));
    assert!(visitor.caller.scopes.is_empty());
    assert!(Person::read(&world.gate(), &headers).is_none(), "it is nobody at /connections");
    world.now += Duration::from_secs(901).as_secs();
    assert!(Visitor::read(&world.gate(), &headers).is_none());
}

#[test]
fn the_cookie_of_one_page_under_the_name_of_the_other_is_nobodys() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let state = begin(&mut world, &mut browser, "/reports/may");
    let reply = come_back(&mut world, &browser, &state, &ada()).expect("it is for a route");
    browser.keep(&reply);
    let value = browser.0.values().next().expect("the cookie").clone();
    for name in ["__Host-toolgate-person", "toolgate-visitor", "__Host-toolgate-visitors"] {
        let other = Browser([(name.to_owned(), value.clone())].into());
        let headers = headers(&other);
        assert!(Person::read(&world.gate(), &headers).is_none());
        assert!(Visitor::read(&world.gate(), &headers).is_none());
    }
}

#[test]
fn a_visitor_comes_back_to_the_query_that_they_asked_for() {
    for address in ["/reports/may?page=2&q=%3Cb%3E", "/reports/may?next=https://evil.example"] {
        let (mut world, mut browser) = (World::new(), Browser::default());
        let state = begin(&mut world, &mut browser, address);
        let reply = come_back(&mut world, &browser, &state, &ada()).expect("it is for a route");
        assert_eq!(location(&reply), format!("{ORIGIN}{address}"));
    }
}

#[test]
fn a_sign_in_ends_at_no_address_that_is_not_a_route_with_a_cookie_and_never_elsewhere() {
    let addresses = [
        "/machine",
        "/status",
        "/connections",
        "//evil.example",
        "/reports",
        "/reports/a/b",
        "/?/reports/may",
        "/connections?/reports/may",
    ];
    for address in addresses {
        let (mut world, mut browser) = (World::new(), Browser::default());
        let state = begin(&mut world, &mut browser, address);
        let reply = come_back(&mut world, &browser, &state, &ada()).expect("it is for a route");
        assert_eq!(reply.status(), 404, "{address}");
        browser.keep(&reply);
        assert!(browser.0.is_empty(), "{address}: {:?}", browser.0.keys());
    }
}

#[test]
fn a_sign_in_for_a_route_is_none_to_the_pages_of_a_server_without_routes() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let state = begin(&mut world, &mut browser, "/reports/may");
    let request = browser.request(get("/callback", &[("state", &state), ("code", "c")]));
    let returned = callback::begin(&world.gate(), &request).expect("the browser's own attempt");
    let Finished::Reply(reply) = returned.finish(&mut world.gate(), ada()) else {
        panic!("nothing is granted")
    };
    assert_eq!(reply.status(), 400);
    assert!(reply.headers().get(SET_COOKIE).is_none());
}

#[test]
fn a_sign_in_for_connections_is_none_for_a_route() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let step = connections::open(&mut world.gate(), &get("/connections", &[]));
    let ConnectionsStep::Reply(reply) = step else { panic!("nobody is signed in") };
    let state = parameters(&reply)["state"].clone();
    browser.keep(&reply);
    assert!(come_back(&mut world, &browser, &state, &ada()).is_none());
}

#[test]
fn the_return_of_another_attempt_is_nobodys() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let first = begin(&mut world, &mut browser, "/reports/may");
    let second = begin(&mut world, &mut browser, "/reports/june");
    let logins: Vec<(String, String)> =
        browser.0.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    assert_eq!(logins.len(), 2);
    browser.0.insert(logins[0].0.clone(), logins[1].1.clone());
    browser.0.insert(logins[1].0.clone(), logins[0].1.clone());
    for state in [first, second] {
        let request = browser.request(get("/callback", &[("state", &state), ("code", "c")]));
        assert!(callback::begin(&world.gate(), &request).is_err());
    }
}

#[test]
fn a_page_that_begins_sign_ins_without_end_does_not_lock_a_browser_out() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let longest = format!("/reports/may?{}", "q".repeat(2048 - "/reports/may?".len()));
    for _ in 0..40 {
        world.now += 1;
        begin(&mut world, &mut browser, &longest);
    }
    assert!(browser.0.len() <= 6, "{}", browser.0.len());
    for (name, value) in &browser.0 {
        assert!(name.len() + value.len() < 4000, "{}", value.len());
    }
    // What pages that were opened at the same moment have left is given up, too.
    let kept = browser.0.clone();
    let many = Browser(
        (0..3)
            .flat_map(|round: u32| {
                let name =
                    move |name: &String| name.replacen("-login-", &format!("-login-{round}"), 1);
                kept.iter().map(move |(one, value)| (name(one), value.clone()))
            })
            .collect(),
    );
    let refused = toolgate_core::request_size::check_headers(ORIGIN, &headers(&many));
    let reply = refused.expect_err("too many");
    assert!(reply.headers().get_all(SET_COOKIE).iter().count() > 0);
    let state = begin(&mut world, &mut browser, "/reports/may");
    assert_eq!(come_back(&mut world, &browser, &state, &ada()).expect("a visitor").status(), 303);
}

#[test]
fn an_address_that_is_too_long_to_return_to_begins_no_sign_in() {
    let mut world = World::new();
    let uri = uri(&format!("/reports/may?{}", "q".repeat(2048)));
    let reply = visitor::sign_in(&mut world.gate(), &HeaderMap::new(), &uri);
    assert_eq!(reply.status(), 414);
    assert!(reply.headers().get(SET_COOKIE).is_none());
}

#[test]
fn more_claims_than_fit_a_cookie_sign_nobody_in() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let state = begin(&mut world, &mut browser, "/reports/may");
    let mut who = ada();
    who.caller.groups = (0..200).map(|number| format!("group-{number:030}")).collect();
    let reply = come_back(&mut world, &browser, &state, &who).expect("it is for a route");
    assert_eq!(reply.status(), 403);
    let mut set = reply.headers().get_all(SET_COOKIE).iter();
    assert!(set.all(|cookie| cookie.to_str().unwrap().ends_with("Max-Age=0")));
}

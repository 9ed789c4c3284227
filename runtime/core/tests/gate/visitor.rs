//! The sign-in of somebody who looks at a route of the author's.

use std::time::Duration;

use http::HeaderMap;
use http::header::SET_COOKIE;
use toolgate_core::oauth::callback::{self, Identified};
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

/// Sends the browser to the provider for a path; answers what it brings back.
fn begin(world: &mut World, browser: &mut Browser, path: &str) -> String {
    let headers = browser.request(get(path, &[])).headers().clone();
    let reply = visitor::sign_in(&mut world.gate(), &headers, path);
    let state = parameters(&reply)["state"].clone();
    browser.keep(&reply);
    state
}

/// The browser's return, as the callback sees it.
fn come_back(world: &mut World, browser: &Browser, state: &str, who: &Identified) -> Option<Reply> {
    let request = browser.request(get("/callback", &[("state", state), ("code", "c")]));
    let returned = callback::begin(&world.gate(), &request).expect("the browser's own attempt");
    visitor::returned(&mut world.gate(), &request, &returned, who, &ROUTES)
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
fn a_sign_in_returns_to_no_path_that_is_not_a_route_with_a_cookie() {
    let paths =
        ["/machine", "/status", "/connections", "//evil.example", "/reports", "/reports/a/b", ""];
    for path in paths {
        let (mut world, mut browser) = (World::new(), Browser::default());
        let headers = HeaderMap::new();
        let reply = visitor::sign_in(&mut world.gate(), &headers, path);
        let state = parameters(&reply)["state"].clone();
        browser.keep(&reply);
        assert!(come_back(&mut world, &browser, &state, &ada()).is_none(), "{path}");
    }
}

#[test]
fn the_return_of_another_attempt_is_for_no_route() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    let first = begin(&mut world, &mut browser, "/reports/may");
    let second = begin(&mut world, &mut browser, "/reports/june");
    let returns: Vec<(String, String)> = browser
        .0
        .iter()
        .filter(|(name, _)| name.contains("-return-"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert_eq!(returns.len(), 2);
    browser.0.insert(returns[0].0.clone(), returns[1].1.clone());
    browser.0.insert(returns[1].0.clone(), returns[0].1.clone());
    for state in [first, second] {
        assert!(come_back(&mut world, &browser, &state, &ada()).is_none());
    }
}

#[test]
fn a_page_that_begins_sign_ins_without_end_leaves_a_browser_few_cookies() {
    let (mut world, mut browser) = (World::new(), Browser::default());
    for _ in 0..40 {
        begin(&mut world, &mut browser, "/reports/may");
    }
    let returns = browser.0.keys().filter(|name| name.contains("-return-")).count();
    assert!(returns <= 4, "{returns}");
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

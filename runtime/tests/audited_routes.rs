//! The audit trail of routes, on servers of other configurations.

use std::time::Duration;

use toolgate::prelude::*;
use toolgate::testing::{TestServer, of_config};

#[http("GET /status", allow = "public")]
fn status() -> &'static str {
    "up"
}

#[http("GET /later", allow = "public")]
async fn later(ctx: &Context) -> &'static str {
    ctx.sleep(Duration::from_secs(2)).await;
    "up"
}

/// The events of a request to a server with these sections.
fn events(sections: &str, path: &str) -> Vec<String> {
    let source = format!("[server]\nname = \"Test\"\n{sections}");
    let config = toolgate_config::check(&source).expect("it is sound").config;
    let answer = TestServer::new(of_config(config)).request("GET", path).send();
    answer.assert_status(200);
    answer.events()
}

#[test]
fn what_is_required_is_written_before_the_function_of_a_route_begins() {
    let both = ["route_allowed route_public", "route_finished route_public"];
    assert_eq!(events("[audit]\nrequired = true\n", "/status"), both);
    assert_eq!(events("", "/status"), ["route_allowed route_public"]);
}

#[test]
fn a_route_that_takes_a_while_is_told_before_it_ends() {
    let both = ["route_allowed route_public", "route_finished route_public"];
    assert_eq!(events("", "/later"), both);
}

use toolgate::prelude::*;

#[http("GET /items/{id}", allow = "public")]
fn missing() -> &'static str {
    "item"
}

#[http("GET /things", allow = "public")]
fn body_of_get(body: String) -> String {
    body
}

#[http("POST /things", allow = "public")]
fn two_bodies(one: String, two: String) -> String {
    one + &two
}

#[http("POST /lent", allow = "public")]
fn lent(body: &str) -> &'static str {
    body;
    "lent"
}

fn main() {}

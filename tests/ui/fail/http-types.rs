use toolgate::prelude::*;

struct Own;

#[http("POST /a", allow = "public")]
fn body(own: Own) {}

#[http("GET /b", allow = "public")]
fn answer() -> Own {
    Own
}

fn main() {}

use toolgate::prelude::*;

#[http("GET /Authorize/x", allow = "public")]
fn shadows() -> &'static str {
    "mine"
}

#[http("GET /{name}", allow = "public")]
fn anything(name: String) -> String {
    name
}

#[http("GET /a/%61", allow = "public")]
fn encoded() -> &'static str {
    "mine"
}

#[http("OPTIONS /a", allow = "public")]
fn options() -> &'static str {
    "mine"
}

#[http("/a", allow = "public")]
fn without_method() -> &'static str {
    "mine"
}

#[http(allow = "public")]
fn without_address() -> &'static str {
    "mine"
}

fn main() {}

use toolgate::prelude::*;

#[http("GET /items/{id}", allow = "public")]
fn one(id: u32) -> String {
    id.to_string()
}

#[http("GET /items/{name}", allow = "public")]
fn other(name: String) -> String {
    name
}

fn main() {}

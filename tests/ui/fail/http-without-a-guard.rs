use toolgate::prelude::*;

#[http("GET /status")]
fn status() -> &'static str {
    "up"
}

#[http("POST /both", allow = "public", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET"))]
fn both() -> &'static str {
    "up"
}

fn main() {}

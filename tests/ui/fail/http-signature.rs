use toolgate::prelude::*;

#[http("POST /a", config = "../config/good.toml", verify = hmac(header = "X-Signature", secret = "NOT_DECLARED"))]
fn undeclared() {}

#[http("POST /b", verify = hmac(secret = "HOOK_SECRET", timestamp = "X-Time"))]
fn incomplete() {}

#[http("POST /c", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", timestamp = "X-Time", payload = "{body}"))]
fn unsigned_time() {}

#[http("POST /d", verify = hmac(header = "X Signature", secret = "HOOK_SECRET", encoding = "base32", tolerance = 5))]
fn wrong() {}

#[http("POST /e", verify = "hmac")]
fn text() {}

#[http("POST /f", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", timestamp = "X-Time", payload = "{body}{timestamp}"))]
fn joined() {}

#[http("POST /g", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", timestamp = "X-Time", payload = "v1:{timestamp}00{body}"))]
fn joined_by_digits() {}

#[http("GET /h", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET"))]
fn without_a_body() {}

#[http("POST /i", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", or = "HOOK_SECRET"))]
fn the_same_twice() {}

#[http("POST /j", verify = standard_webhooks(header = "X-Signature", secret = "HOOK_SECRET"))]
fn standard_has_no_header() {}

#[http("DELETE /k/{id}", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET"))]
fn deletes(id: u32) {
    let _ = id;
}

fn main() {}

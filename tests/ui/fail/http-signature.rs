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

fn main() {}

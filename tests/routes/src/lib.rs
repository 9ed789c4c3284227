//! Routes of every kind of guard, and answers of every kind.

use toolgate::prelude::*;

toolgate::serve!();

/// Adds two numbers
#[mcp_tool(allow = "everyone")]
fn add(
    /// First number
    a: f64,
    /// Second number
    b: f64,
) -> f64 {
    a + b
}

#[http("GET /status", allow = "public")]
fn status() -> &'static str {
    "up"
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Invoice {
    number: u32,
    paid: bool,
}

#[http("POST /hooks/plain", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", prefix = "sha256="))]
fn plain(invoice: Json<Invoice>) -> String {
    format!("{} {}", invoice.0.number, invoice.0.paid)
}

#[http("POST /hooks/timed", verify = hmac(
    header = "X-Timed-Signature",
    secret = "HOOK_SECRET",
    prefix = "v0=",
    timestamp = "X-Timed-Timestamp",
    payload = "v0:{timestamp}:{body}",
    tolerance = 60,
))]
async fn timed(body: String) -> RouteResponse {
    RouteResponse::text(body).status(202)
}

#[http("POST /hooks/listed", verify = hmac(
    header = "Stripe-Signature",
    secret = "HOOK_SECRET",
    prefix = "v1=",
    timestamp_field = "t",
    payload = "{timestamp}.{body}",
))]
fn listed(body: Vec<u8>) -> Vec<u8> {
    body
}

#[http("POST /hooks/standard", verify = standard_webhooks(secret = "HOOK_SECRET", or = "NEXT_HOOK_SECRET"))]
fn standard(body: String) -> String {
    body
}

#[http("GET /items/{id}", allow = "staff")]
fn item(ctx: &Context, id: u32) -> Option<Json<Invoice>> {
    let is_known = ctx.caller().email.is_some() && id < 10;
    is_known.then_some(Json(Invoice { number: id, paid: true }))
}

#[http("GET /items/first", allow = "everyone")]
fn first(caller: &Caller) -> RouteResponse {
    let name = caller.name.clone().unwrap_or_default();
    RouteResponse::html(format!(
        "<!doctype html><title>First</title><p id=\"who\">{}</p>",
        name.len()
    ))
}

#[http("DELETE /items/{id}", allow = "staff")]
fn delete(id: u32) -> Result<()> {
    match id {
        0 => Err(Error::new("the first item stays")),
        1 => Err(std::io::Error::other("table items is locked"))?,
        _ => Ok(()),
    }
}

#[http("PUT /items/{id}", allow = "writers")]
fn write(id: String, body: Form<Invoice>) -> String {
    format!("{id} {} {}", body.0.number, body.0.paid)
}

#[http("GET /written", allow = "writers", bearer)]
fn written() -> &'static str {
    "written"
}

/// Whatever an author might say of the origin, and what the request shows of it.
#[http("GET /page", allow = "public")]
fn page(request: &RouteRequest) -> RouteResponse {
    let seen = request.header("cookie").unwrap_or_default().to_owned();
    RouteResponse::html("<!doctype html><title>Page</title><p>A page</p>")
        .header("content-security-policy", "default-src *")
        .header("x-content-type-options", "other")
        .header("clear-site-data", "\"*\"")
        .header("service-worker-allowed", "/")
        .header("strict-transport-security", "max-age=0")
        .header("access-control-allow-origin", "null")
        .header("access-control-allow-credentials", "true")
        .header("refresh", "0;url=/authorize")
        .header("link", "</authorize>; rel=preload")
        .header("set-cookie", "__Host-toolgate-person=planted; Path=/; Secure")
        .header("set-cookie", "toolgate-visitor=planted; Path=/")
        .header("set-cookie", "theme=dark; Path=/")
        .header("x-seen", &seen)
}

#[http("GET /worker.js", allow = "public")]
fn worker() -> RouteResponse {
    RouteResponse::bytes("text/javascript", "self.addEventListener('fetch', () => {});")
}

#[http("GET /panic", allow = "public")]
fn panics(request: &RouteRequest) -> String {
    assert!(request.query("safe").is_some(), "a secret of the author");
    "safe".to_owned()
}

#[http("GET /slow", allow = "public")]
async fn slow(ctx: &Context) -> &'static str {
    ctx.sleep(std::time::Duration::from_secs(10)).await;
    "slow"
}

#[derive(Default, serde::Deserialize, serde::Serialize)]
struct Counter {
    count: u32,
}

#[http("POST /count", allow = "public")]
async fn count(ctx: &Context) -> Result<String> {
    let state = ctx.server_state::<Counter>();
    let counted = state.update(|counter| {
        counter.count += 1;
        counter.count
    });
    Ok(counted.await?.to_string())
}

#[http("GET /items/{id}", allow = "everyone", bearer)]
async fn item(ctx: &Context, caller: &Caller, request: &RouteRequest, id: u32) -> Result<String> {
    ctx.server_state::<u8>().get().await
}

#[http("POST /hooks/billing", verify = hmac(header = "X-Signature", secret = "HOOK_SECRET", timestamp = "X-Time", payload = "{timestamp}.{body}"))]
fn billing(body: Json<Invoice>) {}

#[http("GET /status", allow = "public")]
fn status() -> &'static str {
    "up"
}

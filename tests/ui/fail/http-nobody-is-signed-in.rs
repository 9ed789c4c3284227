use toolgate::prelude::*;

#[http("GET /state", allow = "public")]
async fn state(ctx: &Context) -> Result<String> {
    Ok(ctx.state::<String>().get().await?.unwrap_or_default())
}

#[http("GET /caller", allow = "public")]
fn caller(caller: &Caller) -> String {
    caller.subject.clone()
}

#[http("GET /ask", allow = "everyone")]
async fn ask(ctx: &Context) -> &'static str {
    ctx.progress(1.0);
    "asked"
}

#[http("POST /spend", allow = "everyone")]
async fn spend(ctx: &Context) -> Result<()> {
    ctx.quota().spend(1).await
}

#[http("GET /counted", config = "../config/quotas.toml", allow = "printers")]
fn counted() {}

fn main() {}

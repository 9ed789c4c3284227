//! Functions that use other servers and other Workers.

use toolgate::bindings::RequestInit;
use toolgate::prelude::*;
use toolgate::worker::{self, Date, Fetch, Headers, Method, Request, console_log};

/// Asks any address by `ctx.fetch()`
#[mcp_tool(allow = "everyone")]
async fn fetch_address(ctx: &Context, url: String, text: Option<String>) -> Result<String> {
    let headers = Headers::new();
    headers.set("X-Caller", &ctx.caller().subject).map_err(Error::new)?;
    let mut init = RequestInit::new();
    init.with_headers(headers);
    if let Some(text) = text {
        init.with_method(Method::Post).with_body(Some(text.into()));
    }
    let request = Request::new_with_init(&url, &init).map_err(Error::new)?;
    let mut response = ctx.fetch(request).await.map_err(Error::new)?;
    let kind = response.headers().get("content-type")?.unwrap_or_default();
    console_log!("{url} answered at {}", Date::now().as_millis());
    Ok(format!("{} {kind} {}", response.status_code(), response.text().await?))
}

/// Asks an address without its context
#[mcp_tool(allow = "everyone")]
async fn fetch_plainly(url: String) -> Result<String> {
    let url = url.parse::<worker::Url>().map_err(Error::new)?;
    Ok(Fetch::Url(url).send().await?.text().await?)
}

/// Asks the Worker of bills
#[mcp_tool(allow = "everyone")]
async fn bill(ctx: &Context, customer: String) -> Result<String> {
    let billing = ctx.env().service("BILLING")?;
    let mut bill = billing.fetch(format!("https://billing/{customer}"), None).await?;
    Ok(bill.text().await?)
}

/// Does what not everybody may do often
#[mcp_tool(allow = "everyone")]
async fn do_seldom(ctx: &Context) -> Result<&'static str> {
    let limiter = ctx.env().rate_limiter("PER_PERSON")?;
    match limiter.limit(ctx.caller().subject.clone()).await?.success {
        true => Ok("done"),
        false => Err(Error::new("not so often")),
    }
}

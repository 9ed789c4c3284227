//! Tools that tell who calls them, and tools for some.

use serde_json::json;
use toolgate::prelude::*;

/// Tells who calls
#[mcp_tool(allow = "everyone")]
fn whoami(caller: &Caller) -> String {
    json!({
        "subject": caller.subject,
        "email": caller.email,
        "groups": caller.groups,
        "scopes": caller.scopes,
        "client": caller.client_id,
        "machine": caller.is_machine(),
    })
    .to_string()
}

/// For people in the group of the staff
#[mcp_tool(allow = "staff")]
fn for_staff() -> String {
    "staff".to_owned()
}

/// For people with an address of the company or of its partner
#[mcp_tool(allow = "addressed")]
fn for_addressed() -> String {
    "addressed".to_owned()
}

/// For tokens with the scope of reports
#[mcp_tool(allow = "reports")]
fn for_reports() -> String {
    "reports".to_owned()
}

/// For the job that deploys
#[mcp_tool(allow = "deployers")]
fn for_deployers() -> String {
    "deployers".to_owned()
}

/// For whoever is no contractor
#[mcp_tool(allow = "no-contractors")]
fn for_no_contractors() -> String {
    "no contractors".to_owned()
}

/// For two clients, whoever uses them
#[mcp_tool(allow = "by-client")]
fn for_two_clients() -> String {
    "two clients".to_owned()
}

/// Calls another server as its caller
#[mcp_tool(allow = "everyone", as_caller)]
async fn as_me(ctx: &Context) -> Result<String> {
    let answer = ctx.as_caller().get("https://api.example/me").send().await?;
    Ok(answer.text().map_err(Error::new)?.to_owned())
}

serve!();

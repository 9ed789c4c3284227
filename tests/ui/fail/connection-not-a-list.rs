use toolgate::prelude::*;

/// Finds issues
#[mcp_tool(allow = "everyone", connections = "linear")]
async fn find_issues(ctx: &Context) -> String {
    ctx.request_id().to_owned()
}

/// Finds pages
#[mcp_tool(allow = "everyone", connections = [])]
async fn find_pages(ctx: &Context) -> String {
    ctx.request_id().to_owned()
}

/// Finds people
#[mcp_tool(allow = "everyone", connections = [linear])]
async fn find_people() -> String {
    String::new()
}

fn main() {}

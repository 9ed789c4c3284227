#[mcp_tool(allow = "everyone")]
async fn whoami(greeting: String, user: &Caller, ctx: &toolgate::tool::Context) -> String {
    greeting
}

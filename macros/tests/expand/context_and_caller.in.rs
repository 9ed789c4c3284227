/// Whoami
#[mcp_tool(allow = "everyone")]
async fn whoami(
    /// Greeting
    greeting: String,
    user: &Caller,
    ctx: &toolgate::tool::Context,
) -> String {
    greeting
}

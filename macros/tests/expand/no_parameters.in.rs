/// Ping
#[mcp_tool(allow = "everyone")]
fn ping() {}

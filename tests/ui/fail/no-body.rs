use toolgate::prelude::*;

trait Ping {
    /// Ping
    #[mcp_tool(allow = "everyone")]
    fn ping();
}

fn main() {}

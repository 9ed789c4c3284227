use toolgate::prelude::*;

trait Ping {
    #[mcp_tool(allow = "everyone")]
    fn ping();
}

fn main() {}

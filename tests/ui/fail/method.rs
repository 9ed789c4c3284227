use toolgate::prelude::*;

struct Server;

impl Server {
    /// Ping
    #[mcp_tool(allow = "everyone")]
    fn ping(&self) {}
}

fn main() {}

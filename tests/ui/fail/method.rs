use toolgate::prelude::*;

struct Server;

impl Server {
    #[mcp_tool(allow = "everyone")]
    fn ping(&self) {}
}

fn main() {}

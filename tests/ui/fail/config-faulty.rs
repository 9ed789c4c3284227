use toolgate::prelude::*;

// The tool is silent about the file: it would say the same once a tool.
/// Ping
#[mcp_tool(config = "../config/faulty.toml", allow = "writers")]
fn ping() {}

toolgate::serve!(config = "../config/faulty.toml");

fn main() {}

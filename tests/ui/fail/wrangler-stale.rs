toolgate::serve!(config = "../config/stale/mcp.toml");

fn main() {}

use toolgate::prelude::*;

toolgate::serve!(config = "../config/stale/mcp.toml");

fn main() {}

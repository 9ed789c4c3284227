toolgate::serve!(config = "../config/served/mcp.toml");
toolgate::serve!(config = "../config/served/mcp.toml");

fn main() {}

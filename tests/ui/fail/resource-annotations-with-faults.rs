use toolgate::prelude::*;

/// A
#[mcp_resource(allow = "everyone", uri = "docs://a", audience = "robots", priority = 2)]
fn a() -> &'static str {
    "a"
}

/// B
#[mcp_resource(allow = "everyone", uri = "docs://b", audience = ["user", 1], priority = "high")]
fn b() -> &'static str {
    "b"
}

fn main() {}

use toolgate::prelude::*;

/// Pages
#[mcp_resource(allow = "everyone", uri = "docs://pages")]
fn pages() -> Option<u32> {
    Some(7)
}

fn main() {}

use toolgate::prelude::*;

/// Handbook
#[mcp_resource(allow = "everyone", uri = "docs://the handbook")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}

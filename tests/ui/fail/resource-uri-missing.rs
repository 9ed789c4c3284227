use toolgate::prelude::*;

/// Handbook
#[mcp_resource(allow = "everyone")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}

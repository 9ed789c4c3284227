use toolgate::prelude::*;

/// Handbook
#[mcp_resource(allow = "everyone", uri = "handbook")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}

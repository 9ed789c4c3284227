use toolgate::prelude::*;

#[mcp_resource(allow = "everyone", uri = "handbook")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}

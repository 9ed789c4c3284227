use toolgate::prelude::*;

/// Handbook
#[mcp_resource(allow = "everyone", uri = "docs://handbook", mime_type = "markdown")]
fn handbook() -> &'static str {
    "# Handbook"
}

fn main() {}

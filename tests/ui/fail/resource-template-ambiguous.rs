use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{a}{b}")]
fn chapter(a: String, b: String) -> String {
    a + &b
}

fn main() {}

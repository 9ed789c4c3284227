use toolgate::prelude::*;

/// One chapter
#[mcp_resource(allow = "everyone", uri = "docs://{chapter}")]
fn chapter(#[arg(description = "Which")] chapter: String) -> String {
    chapter
}

fn main() {}

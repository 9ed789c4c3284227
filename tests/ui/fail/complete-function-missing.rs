use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{chapter}")]
fn chapter(#[arg(complete = chapters)] chapter: String) -> String {
    chapter
}

fn main() {}

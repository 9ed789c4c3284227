use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{chapter}")]
fn chapter(chapter: Option<String>) -> Option<String> {
    chapter
}

fn main() {}

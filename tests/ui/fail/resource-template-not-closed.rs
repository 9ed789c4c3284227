use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{chapter")]
fn chapter(chapter: String) -> String {
    chapter
}

fn main() {}

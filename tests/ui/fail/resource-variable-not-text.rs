use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{chapters}")]
fn chapter(chapters: Vec<String>) -> String {
    chapters.join("/")
}

fn main() {}

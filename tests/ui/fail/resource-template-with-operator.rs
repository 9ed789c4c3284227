use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{+path}")]
fn chapter(path: String) -> String {
    path
}

fn main() {}

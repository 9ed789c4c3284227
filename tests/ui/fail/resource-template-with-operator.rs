use toolgate::prelude::*;

#[mcp_resource(allow = "everyone", uri = "docs://{+path}")]
fn chapter(path: String) -> String {
    path
}

fn main() {}

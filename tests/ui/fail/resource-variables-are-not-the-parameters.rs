use toolgate::prelude::*;

/// Chapter
#[mcp_resource(allow = "everyone", uri = "docs://{book}/{chapter}")]
fn chapter(ctx: &Context, chapter: String, page: u32) -> String {
    format!("{chapter} {page} {}", ctx.request_id())
}

fn main() {}

use toolgate::prelude::*;

async fn names(ctx: &Context, typed: &str) -> usize {
    typed.len() + ctx.request_id().len()
}

#[mcp_prompt(allow = "everyone")]
fn greet(#[arg(complete = names)] name: String) -> String {
    name
}

fn main() {}

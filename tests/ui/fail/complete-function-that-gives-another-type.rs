use toolgate::prelude::*;

async fn names(ctx: &Context, typed: &str) -> usize {
    typed.len() + ctx.request_id().len()
}

/// Greet
#[mcp_prompt(allow = "everyone")]
fn greet(
    /// Whom
    #[arg(complete = names)]
    name: String,
) -> String {
    name
}

fn main() {}

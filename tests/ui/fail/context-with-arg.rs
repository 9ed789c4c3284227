use toolgate::prelude::*;

/// Whoami
#[mcp_tool(allow = "everyone")]
fn whoami(#[arg(name = "who")] ctx: &Context) -> String {
    ctx.caller().subject.clone()
}

fn main() {}

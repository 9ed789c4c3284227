use toolgate::prelude::*;

/// Whoami
#[mcp_tool(allow = "everyone")]
fn whoami(ctx: &mut Context) -> String {
    ctx.caller().subject.clone()
}

fn main() {}

use toolgate::prelude::*;

/// Work
#[mcp_tool(allow = "everyone", as_caller)]
fn work(caller: &Caller) -> String {
    caller.subject.clone()
}

fn main() {}

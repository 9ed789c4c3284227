use toolgate::prelude::*;

/// Delete
#[mcp_tool(config = "../config/invariants.toml", allow = "staff")]
fn delete_user(a: f64) -> f64 {
    a
}

/// See
#[mcp_tool(config = "../config/invariants.toml", allow = "everyone")]
fn see(a: f64) -> f64 {
    a
}

/// A bool is never as much
#[mcp_tool(config = "../config/invariants.toml", allow = "small")]
fn pay(amount: bool) -> bool {
    amount
}

fn main() {}

use toolgate::prelude::*;

/// Delete
#[mcp_tool(config = "../config/invariants.toml", allow = "admins")]
fn delete_user(a: f64) -> f64 {
    a
}

/// Greet
#[mcp_prompt(config = "../config/invariants.toml", allow = "everyone")]
fn greet() -> String {
    String::new()
}

/// Pay
#[mcp_tool(config = "../config/invariants.toml", allow = "small")]
fn pay(amount: u8) -> u8 {
    amount
}

fn main() {}

use toolgate::prelude::*;

/// Describes a picture
#[mcp_prompt(config = "../config/quotas.toml", allow = "writers", quota = "costly")]
fn describe() -> String {
    String::new()
}

fn main() {}

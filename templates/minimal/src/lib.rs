//! The tools of this server. Who may call them is in mcp.toml.

use toolgate::prelude::*;

/// Adds two numbers
#[mcp_tool(allow = "everyone", read_only)]
fn add(
    /// First addend
    a: f64,
    /// Second addend
    b: f64,
) -> f64 {
    a + b
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn everyone_adds() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.list_tools().assert_names(["add"]);
        visitor.call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
    }
}

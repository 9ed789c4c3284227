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

/// Greets the person who is signed in
#[mcp_tool(allow = "staff", title = "Greet me", read_only)]
async fn greet(
    ctx: &Context,
    /// The greeting
    #[arg(default = "Hello")]
    greeting: String,
) -> String {
    let caller = ctx.caller();
    let name = caller.name.as_deref().or(caller.email.as_deref()).unwrap_or("stranger");
    format!("{greeting}, {name}!")
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn tools_are_functions() {
        assert_eq!(add(23.0, 19.0), 42.0);
    }

    #[test]
    fn everyone_adds() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
    }

    #[test]
    fn the_staff_is_greeted_by_name() {
        let server = TestServer::new(server());
        let ada = server.as_user("ada@example.com").name("Ada");
        ada.call("greet", json!({})).assert_text("Hello, Ada!");
        let bob = server.as_user("bob@example.org").groups(["staff"]);
        bob.call("greet", json!({ "greeting": "Hi" })).assert_text("Hi, bob@example.org!");
    }

    #[test]
    fn a_visitor_is_not_greeted() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.list_tools().assert_names(["add"]);
        visitor.call("greet", json!({})).assert_denied();
    }
}

//! The tools of this server. Who may call them is in mcp.toml.

use serde::Serialize;
use toolgate::prelude::*;

/// What the identity provider says of a person.
#[derive(Serialize, JsonSchema)]
struct Person {
    /// Its own id of the person
    subject: String,
    /// Address, if it is known to be the person's
    email: Option<String>,
    /// Groups
    groups: Vec<String>,
}

/// Tells what the identity provider says of the person who is signed in
#[mcp_tool(allow = "everyone", title = "Who am I", read_only)]
fn whoami(caller: &Caller) -> Json<Person> {
    let Caller { subject, email, groups, .. } = caller.clone();
    Json(Person { subject, email, groups })
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
    fn everyone_learns_who_they_are() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org").subject("7");
        visitor.call("whoami", json!({})).assert_structured(json!({
            "subject": "7", "email": "visitor@example.org", "groups": [],
        }));
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
    fn neither_a_visitor_nor_an_unproven_address_is_greeted() {
        let server = TestServer::new(server());
        server.as_user("visitor@example.org").call("greet", json!({})).assert_denied();
        let unproven = server.as_user("ada@example.com").unverified_email();
        unproven.list_tools().assert_names(["whoami"]);
        unproven.call("greet", json!({})).assert_denied();
    }
}

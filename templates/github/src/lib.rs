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

/// Lists the teams of the person who is signed in
#[mcp_tool(allow = "members", title = "My teams", read_only)]
fn teams(
    caller: &Caller,
    /// The organisation
    #[arg(default = "example")]
    organisation: String,
) -> Json<Vec<String>> {
    let team = |group: &String| {
        let (owner, team) = group.split_once('/')?;
        (owner == organisation).then(|| team.to_owned())
    };
    Json(caller.groups.iter().filter_map(team).collect())
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn everyone_adds() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.call("add", json!({ "a": 23, "b": 19 })).assert_text("42");
    }

    #[test]
    fn members_see_their_teams() {
        let server = TestServer::new(server());
        let ada = server.as_user("ada@example.com").groups(["example", "example/tools"]);
        ada.call("teams", json!({})).assert_structured(json!(["tools"]));
        let bob = server.as_user("bob@example.org").groups(["example-labs/maintainers"]);
        bob.call("teams", json!({ "organisation": "example-labs" }))
            .assert_structured(json!(["maintainers"]));
    }

    #[test]
    fn membership_counts_and_no_address() {
        let server = TestServer::new(server());
        let visitor = server.as_user("ada@example.com").groups(["example-labs", "examples"]);
        visitor.list_tools().assert_names(["add"]);
        visitor.call("teams", json!({})).assert_denied();
    }
}

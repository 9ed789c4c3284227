//! What is remembered of each person.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

/// A person's own, in an object of that person.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    facts: Vec<String>,
}

/// Remembers a fact about the person who is signed in
#[mcp_tool(allow = "everyone")]
async fn remember(
    ctx: &Context,
    /// The fact, in one sentence
    fact: String,
) -> Result<String> {
    let count = |memory: &mut Memory| {
        memory.facts.push(fact.clone());
        memory.facts.len()
    };
    let count = ctx.state::<Memory>().update(count).await?;
    Ok(format!("{count} remembered"))
}

/// Tells what is remembered of the person who is signed in
#[mcp_tool(allow = "everyone", read_only)]
async fn recall(ctx: &Context) -> Result<Json<Vec<String>>> {
    let memory = ctx.state::<Memory>().get().await?;
    Ok(Json(memory.unwrap_or_default().facts))
}

#[cfg(test)]
mod tests {
    use crate::server;
    use toolgate::testing::{TestServer, json};

    #[test]
    fn everyone_has_a_memory_of_their_own() {
        let server = TestServer::new(server());
        let (ada, visitor) = (server.as_user("ada@example.com"), server.as_user("v@example.org"));
        ada.call("remember", json!({ "fact": "Ada likes tea" })).assert_text("1 remembered");
        ada.call("remember", json!({ "fact": "Ada is in Oslo" })).assert_text("2 remembered");
        ada.call("recall", json!({})).assert_structured(json!(["Ada likes tea", "Ada is in Oslo"]));
        visitor.call("recall", json!({})).assert_structured(json!([]));
    }
}

//! What an agent needs to go on where it stopped: a memory of the person in a Durable Object, a list
//! of work in D1, reports in R2. Who may call what is in mcp.toml.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

/// What is remembered of a person, in an object of that person's own.
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

/// Work that somebody has to do.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Work {
    /// Its number
    id: u32,
    /// What is to be done
    title: String,
    /// Who has added it
    author: String,
}

/// Adds to the list of work, which all of the staff share
#[mcp_tool(allow = "staff", title = "Add work")]
async fn add_work(
    ctx: &Context,
    /// What is to be done
    title: String,
) -> Result<String> {
    let author = ctx.caller().email.clone().unwrap_or_else(|| ctx.caller().subject.clone());
    let insert = ctx.env().d1("DB")?.prepare("INSERT INTO work (title, author) VALUES (?, ?)");
    insert.bind(&[title.as_str().into(), author.into()])?.run().await?;
    Ok(format!("added: {title}"))
}

/// Lists the work of the staff, the newest first
#[mcp_tool(allow = "staff", title = "List work", read_only)]
async fn list_work(ctx: &Context) -> Result<Json<Vec<Work>>> {
    let select = "SELECT id, title, author FROM work ORDER BY id DESC LIMIT 100";
    let found = ctx.env().d1("DB")?.prepare(select).all().await?;
    Ok(Json(found.results()?))
}

/// Where a report is in the bucket: names of files only, so that nobody leaves the folder.
fn report_key(name: &str) -> Result<String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 100 || !name.chars().all(is_plain) {
        return Err(Error::new("name: up to 100 of a-z, 0-9 and `-`"));
    }
    Ok(format!("reports/{name}.md"))
}

/// Keeps a report, and replaces the one of that name
#[mcp_tool(allow = "staff", title = "Save report")]
async fn save_report(
    ctx: &Context,
    /// Its name, such as `weekly-12`
    name: String,
    /// Its text, in Markdown
    text: String,
) -> Result<String> {
    let key = report_key(&name)?;
    ctx.env().bucket("REPORTS")?.put(&key, text.into_bytes()).execute().await?;
    Ok(format!("saved as {name}"))
}

/// Reads a report
#[mcp_tool(allow = "staff", title = "Read report", read_only)]
async fn read_report(
    ctx: &Context,
    /// Its name
    name: String,
) -> Result<String> {
    let found = ctx.env().bucket("REPORTS")?.get(report_key(&name)?).execute().await?;
    match found.as_ref().and_then(|report| report.body()) {
        Some(body) => Ok(body.text().await?),
        None => Err(Error::new(format!("there is no report `{name}`"))),
    }
}

toolgate::serve!();

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn the_staff_shares_its_work() {
        let server = TestServer::new(server()).d1_migrated("DB");
        let bob = server.as_user("bob@example.org").groups(["staff"]);
        server.as_user("ada@example.com").call("add_work", json!({ "title": "Ship" })).assert_ok();
        bob.call("add_work", json!({ "title": "Rest" })).assert_text("added: Rest");
        bob.call("list_work", json!({})).assert_structured(json!([
            { "id": 2, "title": "Rest", "author": "bob@example.org" },
            { "id": 1, "title": "Ship", "author": "ada@example.com" },
        ]));
    }

    #[test]
    fn a_visitor_has_a_memory_and_nothing_else() {
        let visitor = TestServer::new(server()).as_user("visitor@example.org");
        visitor.list_tools().assert_names(["recall", "remember"]);
        visitor.call("add_work", json!({ "title": "Ship" })).assert_denied();
        visitor.call("list_work", json!({})).assert_denied();
        visitor.call("save_report", json!({ "name": "a", "text": "b" })).assert_denied();
        visitor.call("read_report", json!({ "name": "a" })).assert_denied();
    }

    #[test]
    fn a_report_that_is_saved_can_be_read() {
        let ada = TestServer::new(server()).bucket("REPORTS", []).as_user("ada@example.com");
        ada.call("read_report", json!({ "name": "weekly-12" })).assert_error("there is no report");
        let report = json!({ "name": "weekly-12", "text": "All is well." });
        ada.call("save_report", report).assert_text("saved as weekly-12");
        ada.call("read_report", json!({ "name": "weekly-12" })).assert_text("All is well.");
    }

    #[test]
    fn a_report_has_a_plain_name() {
        assert_eq!(report_key("weekly-12").expect("a key"), "reports/weekly-12.md");
        let ada = TestServer::new(server()).as_user("ada@example.com");
        for name in ["", "../secret", "A b"] {
            let report = json!({ "name": name, "text": "" });
            ada.call("save_report", report).assert_error("name: up to 100 of a-z, 0-9 and `-`");
        }
    }
}

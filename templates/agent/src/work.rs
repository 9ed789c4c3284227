//! The list of work, which all of the staff share.

use serde::{Deserialize, Serialize};
use toolgate::bindings::{D1Database, Env};
use toolgate::prelude::*;

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

/// Finished work is deleted after this time, in seconds.
const KEPT: u64 = 30 * 24 * 60 * 60;

fn database(env: &Env) -> Result<D1Database> {
    Ok(env.d1("DB")?)
}

/// Adds to the list of work, which all of the staff share
#[mcp_tool(allow = "staff", title = "Add work", quota = "adding")]
async fn add_work(
    ctx: &Context,
    caller: &Caller,
    /// What is to be done
    #[arg(min_len = 1, max_len = 200)]
    title: String,
) -> Result<String> {
    let author = caller.email.as_ref().unwrap_or(&caller.subject);
    let insert = database(ctx.env())?.prepare("INSERT INTO work (title, author) VALUES (?, ?)");
    insert.bind(&[title.as_str().into(), author.into()])?.run().await?;
    Ok(format!("added: {title}"))
}

/// Lists the work of the staff that is not finished, the newest first
#[mcp_tool(allow = "staff", title = "List work", read_only)]
async fn list_work(ctx: &Context) -> Result<Json<Vec<Work>>> {
    let select =
        "SELECT id, title, author FROM work WHERE finished_at IS NULL ORDER BY id DESC LIMIT 100";
    let found = database(ctx.env())?.prepare(select).all().await?;
    Ok(Json(found.results()?))
}

/// Marks work as finished
#[mcp_tool(allow = "staff", title = "Finish work")]
async fn finish_work(
    ctx: &Context,
    /// Its number
    id: u32,
) -> Result<String> {
    let update =
        "UPDATE work SET finished_at = ? WHERE id = ? AND finished_at IS NULL RETURNING title";
    // D1 takes no whole numbers of 64 bits.
    let values = [(ctx.now() as f64).into(), id.into()];
    let title = database(ctx.env())?.prepare(update).bind(&values)?.first(Some("title")).await?;
    let title: String =
        title.ok_or_else(|| Error::new(format!("there is no work {id} to finish")))?;
    Ok(format!("finished: {title}"))
}

/// Deletes what was finished long ago.
#[cron("tidy")]
async fn tidy(ctx: &Context, scheduled: Scheduled) -> Result<()> {
    let delete = database(ctx.env())?.prepare("DELETE FROM work WHERE finished_at < ?");
    let before = scheduled.time().saturating_sub(KEPT) as f64;
    delete.bind(&[before.into()])?.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::KEPT;
    use crate::server;
    use toolgate::testing::{TestServer, Value, json};

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
        bob.call("finish_work", json!({ "id": 2 })).assert_text("finished: Rest");
        bob.call("finish_work", json!({ "id": 2 })).assert_error("there is no work 2 to finish");
        bob.call("list_work", json!({})).assert_structured(json!([
            { "id": 1, "title": "Ship", "author": "ada@example.com" },
        ]));
    }

    #[test]
    fn an_agent_that_repeats_itself_is_stopped() {
        let ada = TestServer::new(server()).d1_migrated("DB").as_user("ada@example.com");
        for _ in 0..30 {
            ada.call("add_work", json!({ "title": "Ship" })).assert_ok();
        }
        ada.call("add_work", json!({ "title": "Ship" })).assert_error("quota_spent");
    }

    #[test]
    fn finished_work_is_deleted_after_a_month() {
        let server = TestServer::new(server()).at("2026-12-01").d1_migrated("DB");
        let ada = server.as_user("ada@example.com");
        ada.call("add_work", json!({ "title": "Ship" })).assert_ok();
        ada.call("add_work", json!({ "title": "Rest" })).assert_ok();
        ada.call("finish_work", json!({ "id": 1 })).assert_ok();
        let rows = || {
            let count = server.env().d1("DB").expect("a database").prepare("SELECT id FROM work");
            server.run(count.all()).expect("rows").results::<Value>().expect("ids").len()
        };
        server.advance(Duration::from_secs(KEPT));
        server.cron("tidy").assert_ok();
        assert_eq!(rows(), 2);
        server.advance(Duration::from_secs(1));
        server.cron("tidy").assert_ok();
        assert_eq!(rows(), 1);
    }
}

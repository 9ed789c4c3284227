//! The developers' tracker, at which each agent has an account of their own.

use serde::{Deserialize, Serialize};
use toolgate::prelude::*;

use crate::tickets::{Ticket, database};

/// What the tracker takes.
#[derive(Serialize)]
struct NewIssue<'a> {
    title: &'a str,
    body: &'a str,
}

/// What it answers.
#[derive(Deserialize)]
struct Issue {
    url: String,
}

/// Opens an issue at the developers' tracker for a ticket, with your own account there
#[mcp_tool(allow = "agents", title = "Link issue", open_world, connections = ["tracker"])]
async fn link_issue(
    ctx: &Context,
    /// Number of the ticket
    number: u32,
) -> Result<String> {
    let database = database(ctx.env())?;
    let select = database.prepare("SELECT * FROM tickets WHERE id = ?");
    let found = select.bind(&[number.into()])?.first(None).await?;
    let ticket: Ticket = found.ok_or_else(|| Error::new(format!("there is no ticket {number}")))?;
    if let Some(issue) = ticket.issue {
        return Ok(issue);
    }
    let issue = NewIssue { title: &ticket.title, body: &ticket.details };
    let request = ctx.http().post("https://tracker.example.com/api/issues").json(&issue);
    let issue: Issue = ctx.connection("tracker").fetch(request).await?.json()?;
    let update = database.prepare("UPDATE tickets SET issue = ? WHERE id = ?");
    update.bind(&[issue.url.as_str().into(), number.into()])?.run().await?;
    Ok(issue.url)
}

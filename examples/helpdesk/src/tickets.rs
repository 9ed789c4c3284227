//! Tickets: opened by everybody, closed by agents. They are rows in D1, which `migrations` makes.

use serde::{Deserialize, Serialize};
use toolgate::bindings::{D1Database, D1Value, Env};
use toolgate::prelude::*;

use crate::notices::tell;

/// A ticket.
#[derive(Deserialize, Serialize, JsonSchema)]
pub(crate) struct Ticket {
    /// Its number
    pub(crate) id: u32,
    /// What is wrong, in one line
    pub(crate) title: String,
    /// What happened, and what was expected
    pub(crate) details: String,
    /// `low`, `normal` or `urgent`
    pub(crate) priority: String,
    /// Address of the person who opened it; none if the monitoring did
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    /// What solved it; none while it is open
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolution: Option<String>,
    /// Address of its issue at the developers' tracker; none if there is none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issue: Option<String>,
}

/// The database. A helper that took `&Context` could use everything in it, so the Worker would contain sessions, and
/// each older client would get one.
pub(crate) fn database(env: &Env) -> Result<D1Database> {
    Ok(env.d1("DB")?)
}

/// A time as a value of D1, which takes no whole numbers of 64 bits.
pub(crate) fn seconds(time: u64) -> D1Value {
    (time as f64).into()
}

/// Opens a ticket for you
#[mcp_tool(allow = "reporters", title = "Open ticket", quota = "opening")]
async fn open_ticket(
    ctx: &Context,
    caller: &Caller,
    /// What is wrong, in one line
    #[arg(min_len = 1, max_len = 200)]
    title: String,
    /// What happened, and what was expected
    #[arg(max_len = 10_000)]
    details: String,
    /// How soon somebody has to look
    #[arg(values = ["low", "normal", "urgent"])]
    priority: String,
) -> Result<Json<Ticket>> {
    let insert = "INSERT INTO tickets (title, details, priority, reporter, email, opened_at)
        VALUES (?, ?, ?, ?, ?, ?) RETURNING *";
    let email = caller.email.as_deref().map_or(D1Value::NULL, Into::into);
    let reporter = caller.subject.as_str().into();
    let values =
        [title.into(), details.into(), priority.into(), reporter, email, seconds(ctx.now())];
    let opened = database(ctx.env())?.prepare(insert).bind(&values)?.first(None).await?;
    Ok(Json(opened.ok_or_else(|| Error::new("the ticket was not opened"))?))
}

/// Lists the tickets that you have opened, the newest first
#[mcp_tool(allow = "everyone", title = "My tickets", read_only)]
async fn my_tickets(ctx: &Context, caller: &Caller) -> Result<Json<Vec<Ticket>>> {
    let select = "SELECT * FROM tickets WHERE reporter = ? ORDER BY id DESC LIMIT 100";
    let mine = database(ctx.env())?.prepare(select).bind(&[caller.subject.as_str().into()])?;
    Ok(Json(mine.all().await?.results()?))
}

/// Lists everybody's open tickets, the oldest first
#[mcp_tool(allow = "agents", title = "Open tickets", read_only)]
async fn open_tickets(ctx: &Context) -> Result<Json<Vec<Ticket>>> {
    let select = "SELECT * FROM tickets WHERE closed_at IS NULL ORDER BY id LIMIT 100";
    let open = database(ctx.env())?.prepare(select).all().await?;
    Ok(Json(open.results()?))
}

/// Closes a ticket, and tells the person who opened it
#[mcp_tool(allow = "agents", title = "Close ticket")]
async fn close_ticket(
    ctx: &Context,
    /// Its number
    number: u32,
    /// What solved it, in words for the person who opened it
    #[arg(min_len = 1, max_len = 1000)]
    resolution: String,
) -> Result<String> {
    let update = "UPDATE tickets SET resolution = ?, closed_at = ?
        WHERE id = ? AND closed_at IS NULL RETURNING *";
    let values = [resolution.into(), seconds(ctx.now()), number.into()];
    let closed = database(ctx.env())?.prepare(update).bind(&values)?.first(None).await?;
    let ticket: Ticket =
        closed.ok_or_else(|| Error::new(format!("there is no open ticket {number}")))?;
    tell(ctx.env(), &ticket, "is closed").await?;
    Ok(format!("ticket {number} is closed"))
}

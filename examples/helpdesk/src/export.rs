//! The tickets as a file.

use toolgate::prelude::*;

use crate::tickets::{Ticket, database};

/// Rows of one question to the database: a Worker has 128 MB for all its calls.
const PAGE: u32 = 100;

const HEADER: &str = "number,title,priority,email,resolution\n";

/// Exports all tickets as CSV
// It only reads. So it does no harm that a task starts over where Cloudflare has moved or ended its Worker.
#[mcp_tool(allow = "agents", title = "Export tickets", read_only, task = "optional")]
async fn export_tickets(ctx: &Context) -> Result<String> {
    let database = database(ctx.env())?;
    let total = database.prepare("SELECT COUNT(*) AS total FROM tickets");
    let total: f64 = total.first(Some("total")).await?.unwrap_or_default();
    let (mut csv, mut last, mut rows) = (HEADER.to_owned(), 0, 0.0);
    loop {
        let select = "SELECT * FROM tickets WHERE id > ? ORDER BY id LIMIT ?";
        let page = database.prepare(select).bind(&[last.into(), PAGE.into()])?.all().await?;
        let page: Vec<Ticket> = page.results()?;
        let Some(ticket) = page.last() else { return Ok(csv) };
        last = ticket.id;
        csv.extend(page.iter().map(line));
        rows += page.len() as f64;
        ctx.progress((rows, total, format!("{rows} of {total} tickets")));
    }
}

fn line(ticket: &Ticket) -> String {
    let [email, resolution] =
        [&ticket.email, &ticket.resolution].map(|text| text.as_deref().unwrap_or_default());
    let fields = [&ticket.title, &ticket.priority, email, resolution].map(quoted);
    format!("{},{}\n", ticket.id, fields.join(","))
}

/// A field in quotes. A spreadsheet runs what begins as a formula, so an apostrophe makes it text.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

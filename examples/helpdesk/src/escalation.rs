//! Tickets that nobody has closed for days.

use toolgate::prelude::*;

use crate::notices::tell;
use crate::tickets::{Ticket, database, seconds};

/// A ticket that is open for longer becomes urgent.
const PATIENCE_S: u64 = 3 * 24 * 60 * 60;

/// Makes old tickets urgent, and tells the people who opened them. The next run finds them urgent already, so nobody is
/// told twice.
#[cron("escalation")]
async fn escalate(ctx: &Context, scheduled: Scheduled) -> Result<()> {
    let update = "UPDATE tickets SET priority = 'urgent'
        WHERE closed_at IS NULL AND priority <> 'urgent' AND opened_at < ? RETURNING *";
    let values = [seconds(scheduled.time().saturating_sub(PATIENCE_S))];
    let raised = database(ctx.env())?.prepare(update).bind(&values)?.all().await?;
    for ticket in raised.results::<Ticket>()? {
        tell(ctx.env(), &ticket, "is urgent now").await?;
    }
    Ok(())
}

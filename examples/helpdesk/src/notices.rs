//! Mail to the people behind tickets. A mail service is slow at times, and no call has to wait for it.

use serde::{Deserialize, Serialize};
use toolgate::bindings::Env;
use toolgate::prelude::*;

use crate::tickets::Ticket;

/// A mail, as it waits in the queue.
#[derive(Deserialize, Serialize)]
struct Notice {
    to: String,
    subject: String,
    text: String,
}

/// Tells the person who opened a ticket that it "is closed", for example. Tickets of the monitoring have nobody to tell.
pub(crate) async fn tell(env: &Env, ticket: &Ticket, what: &str) -> Result<()> {
    let Some(to) = ticket.email.clone() else { return Ok(()) };
    let subject = format!("Ticket {} {what}: {}", ticket.id, ticket.title);
    let text = ticket.resolution.clone().unwrap_or_default();
    Ok(env.queue("NOTICES")?.send(Notice { to, subject, text }).await?)
}

/// Hands a notice to the mail service. After an error the queue brings it again, with the same id; by that the service
/// knows a mail that it has sent already.
#[queue("notices")]
async fn deliver(ctx: &Context, notice: Queued<Notice>) -> Result<()> {
    let key = ctx.secret("MAIL_KEY")?;
    let request = ctx.http().post("https://mail.example.com/messages").bearer(&key);
    request.header("idempotency-key", notice.id()).json(&notice.body).send().await?;
    Ok(())
}

//! Alerts of the monitoring, which cannot sign in and signs what it sends.

use serde::Deserialize;
use toolgate::prelude::*;

use crate::tickets::{database, seconds};

/// Something is wrong with a service.
#[derive(Deserialize)]
struct Alert {
    /// The same when the alert is repeated.
    id: String,
    summary: String,
    details: String,
}

/// Opens an urgent ticket. An alert that comes again, by whatever way, changes nothing.
#[http("POST /hooks/alerts", verify = hmac(
    header = "X-Signature",
    secret = "MONITORING_SECRET",
    timestamp = "X-Timestamp",
    payload = "{timestamp}.{body}",
))]
async fn take_alert(ctx: &Context, alert: Json<Alert>) -> Result<()> {
    let insert = "INSERT INTO tickets (title, details, priority, alert, opened_at)
        VALUES (?, ?, 'urgent', ?, ?) ON CONFLICT (alert) DO NOTHING";
    let Alert { id, summary, details } = alert.0;
    let values = [summary.into(), details.into(), id.into(), seconds(ctx.now())];
    database(ctx.env())?.prepare(insert).bind(&values)?.run().await?;
    Ok(())
}

//! Writes the audit trail: to the Worker's log always, to Analytics Engine and to a Queue where
//! `[audit]` of `mcp.toml` names them.
//!
//! Nothing here fails a request: the decision stands whether or not it could be told everywhere,
//! and what could not be told is in the log together with the error.

use std::future::Future;

use toolgate_core::audit::{Log, Record};
use worker::js_sys::JSON;
use worker::{
    AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset, Queue, QueueContentType,
    RawMessageBuilder, console_error, console_log,
};

use crate::app::App;
use crate::bindings::Env;
use crate::platform::now;

/// Binding of `[audit] analytics_engine`.
const ANALYTICS_BINDING: &str = "TOOLGATE_AUDIT";
/// Binding of `[audit] queue`.
const QUEUE_BINDING: &str = "TOOLGATE_AUDIT_QUEUE";

/// Messages that a Queue takes at once.
const QUEUE_BATCH: usize = 100;

/// Writes what is in the log and has not been written. The future, if any, is the sending that no
/// answer needs to wait for.
#[must_use]
pub(crate) fn write(
    app: &App,
    env: &Env,
    log: &Log,
    request: &str,
) -> Option<impl Future<Output = ()> + use<>> {
    let events = log.take();
    if events.is_empty() {
        return None;
    }
    let audit = &app.config.audit;
    let dataset = audit
        .analytics_engine
        .as_ref()
        .and_then(|_| found(env.analytics_engine(ANALYTICS_BINDING)));
    let queue = audit.queue.as_ref().and_then(|_| found(env.queue(QUEUE_BINDING)));
    let time = now();
    let mut lines = Vec::new();
    for event in &events {
        let record = Record::new(event, audit, time, request);
        let line = record.json();
        console_log!("{line}");
        if let Some(dataset) = &dataset {
            write_point(dataset, &record);
        }
        if queue.is_some() {
            lines.push(line);
        }
    }
    queue.map(|queue| send(queue, lines))
}

/// A binding that `mcp.toml` asks for; without it the log has to do.
fn found<T>(binding: worker::Result<T>) -> Option<T> {
    binding.inspect_err(|error| console_error!("the audit trail is incomplete: {error}")).ok()
}

fn write_point(dataset: &AnalyticsEngineDataset, record: &Record<'_>) {
    let point = AnalyticsEngineDataPointBuilder::new()
        .indexes([record.user.unwrap_or_default()])
        .blobs(record.blobs())
        .doubles([1.0]);
    if let Err(error) = point.write_to(dataset) {
        console_error!("the audit trail is incomplete: Analytics Engine: {error}");
    }
}

async fn send(queue: Queue, lines: Vec<String>) {
    for lines in lines.chunks(QUEUE_BATCH) {
        // As objects, so that a consumer need not parse text.
        let messages = lines.iter().filter_map(|line| JSON::parse(line).ok()).map(|message| {
            RawMessageBuilder::new(message).build_with_content_type(QueueContentType::Json)
        });
        if let Err(error) = queue.send_raw_batch(messages).await {
            console_error!("the audit trail is incomplete: the queue: {error}");
        }
    }
}

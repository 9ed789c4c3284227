//! Where lines of the audit trail go in a Worker.

use toolgate_config::AuditSink;
use toolgate_core::audit::Record;
use worker::js_sys::JSON;
use worker::{
    AnalyticsEngineDataPointBuilder, Queue, QueueContentType, RawMessageBuilder, console_log,
};

use crate::platform::bindings::Env;
use crate::platform::console::log_error;

/// Writes a line to the log.
pub(super) fn log(line: &str) {
    console_log!("{line}");
}

/// Writes a data point to Analytics Engine.
pub(super) fn write_point(env: &Env, record: &Record<'_>) {
    let dataset = env.analytics_engine(AuditSink::AnalyticsEngine.binding());
    let Some(dataset) = found(dataset) else { return };
    let point = AnalyticsEngineDataPointBuilder::new()
        .indexes([record.user()])
        .blobs(record.blobs())
        .doubles([1.0]);
    if let Err(error) = point.write_to(&dataset) {
        log_error!("the audit trail is incomplete: Analytics Engine: {error}");
    }
}

/// Sends a line to the queue.
pub(super) fn send(env: &Env, line: String) -> Option<impl Future<Output = ()> + 'static> {
    let queue = found(env.queue(AuditSink::Queue.binding()))?;
    Some(send_to(queue, line))
}

async fn send_to(queue: Queue, line: String) {
    // As an object, so that a consumer need not parse text.
    let Ok(message) = JSON::parse(&line) else { return };
    let message = RawMessageBuilder::new(message).build_with_content_type(QueueContentType::Json);
    if let Err(error) = queue.send_raw(message).await {
        log_error!("the audit trail is incomplete: the queue: {error}");
    }
}

/// A binding that `mcp.toml` asks for; without it the log has to do.
fn found<T>(binding: worker::Result<T>) -> Option<T> {
    binding.inspect_err(|error| log_error!("the audit trail is incomplete: {error}")).ok()
}

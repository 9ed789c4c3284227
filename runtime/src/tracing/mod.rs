//! `[observability] traces = true`: the span of each call.

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::span::{SpanFailure, SpanStart, TracedCall};

use crate::platform::span::Span;
use crate::platform::spanned::Spanned;
use crate::ports::tracing::Tracing;

/// Tracing by the runtime's own API.
pub static TRACING: &Tracing = &Tracing { call, begin: Span::begin, parent: Span::active_parent };

fn call(
    call: TracedCall<'_>,
    work: LocalBoxFuture<'static, CallResult>,
) -> LocalBoxFuture<'static, CallResult> {
    let start = SpanStart::of_call(call);
    let Some(span) = Span::begin(&start.name) else { return work };
    for (name, value) in &start.attributes {
        span.set(name, value);
    }
    Box::pin(Spanned::new(span, work, end))
}

fn end(span: &Span, result: Option<&CallResult>) {
    let failure = match result {
        Some(result) => SpanFailure::of(result),
        None => Some(SpanFailure::ENDED),
    };
    let Some(failure) = failure else { return };
    span.set("error.type", &failure.kind);
    if let Some(code) = failure.code {
        span.set("rpc.response.status_code", &code.to_string());
    }
    span.fail();
}

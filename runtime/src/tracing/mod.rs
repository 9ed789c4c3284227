//! `[observability] traces = true`: the span of each call.

use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::span::{SpanFailure, SpanStart, TracedCall};

use crate::platform::span::Span;
use crate::ports::tracing::Tracing;

/// Tracing by the runtime's own API.
pub static TRACING: &Tracing = &Tracing {
    begin_call,
    end_call,
    begin: Span::begin,
    end: Span::end,
    traceparent: Span::traceparent,
};

fn begin_call(call: TracedCall<'_>) -> Option<Span> {
    let start = SpanStart::of_call(call);
    let span = Span::begin(&start.name, None)?;
    for (name, value) in &start.attributes {
        span.set(name, value);
    }
    Some(span)
}

fn end_call(span: &Span, outcome: Option<&CallResult>) {
    let failure = match outcome {
        Some(outcome) => SpanFailure::of(outcome),
        None => Some(SpanFailure::ENDED),
    };
    if let Some(failure) = failure {
        span.set("error.type", &failure.kind);
        if let Some(code) = failure.code {
            span.set("rpc.response.status_code", &code.to_string());
        }
        span.fail();
    }
    span.end();
}

//! Spans of calls, which only servers with `[observability] traces = true` have.

use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::span::TracedCall;

use crate::platform::span::Span;

/// Tracing. Named by `serve!()`, so that no other server links it.
#[derive(Debug)]
pub struct Tracing {
    /// Begins the span of a call; `None` where the runtime records none.
    pub(crate) begin_call: fn(TracedCall<'_>) -> Option<Span>,
    /// Ends it: with the outcome or, where the call was ended from outside, without one.
    pub(crate) end_call: fn(&Span, Option<&CallResult>),
    /// Begins a span inside of another, or else of the one that is active; `None` where the runtime
    /// records none.
    pub(crate) begin: fn(&str, Option<&Span>) -> Option<Span>,
    /// Ends it.
    pub(crate) end: fn(&Span),
    /// `traceparent` (W3C Trace Context) for what is called inside of a span, or else of the one that is
    /// active.
    pub(crate) traceparent: fn(Option<&Span>) -> Option<String>,
}

//! Spans of calls, which only servers with `[observability] traces = true` have.

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::span::TracedCall;

use crate::platform::span::Span;

/// Tracing. Named by `serve!()`, so that no other server links it.
#[derive(Debug)]
pub struct Tracing {
    /// Runs a call in a span of its own, as far as the runtime records any.
    pub(crate) call: for<'a> fn(
        TracedCall<'a>,
        LocalBoxFuture<'static, CallResult>,
    ) -> LocalBoxFuture<'static, CallResult>,
    /// Begins a span inside of the one that is active; `None` where the runtime records none.
    pub(crate) begin: fn(&str) -> Option<Span>,
    /// `traceparent` of the span that is active (W3C Trace Context).
    pub(crate) parent: fn() -> Option<String>,
}

//! The spans of a call: its own, and those of the author inside of it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use toolgate_core::mcp::outcome::CallResult;

use super::Live;
use crate::platform::span::Span;
use crate::ports::tracing::Tracing;

/// The span of a call. It ends with the call, or with its host's interest in it.
pub(crate) struct CallSpan {
    tracing: &'static Tracing,
    span: Option<Span>,
}

impl CallSpan {
    pub(crate) fn new(tracing: &'static Tracing, span: Span) -> Self {
        Self { tracing, span: Some(span) }
    }

    /// Ends it: with the outcome or, where the call was ended from outside, without one. What is said
    /// later is not heard.
    pub(super) fn end(&mut self, outcome: Option<&CallResult>) {
        if let Some(span) = self.span.take() {
            (self.tracing.end_call)(&span, outcome);
        }
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        self.end(None);
    }
}

/// Work in a span of the author's, which ends with it: also where it is dropped before.
///
/// The span is the current one of the call while the work is polled, and only then: work next to it in the
/// same call is not inside of it.
pub(crate) struct Spanned<'a, F> {
    live: &'a Live,
    tracing: &'static Tracing,
    span: Span,
    work: Pin<Box<F>>,
}

impl<'a, F: Future> Spanned<'a, F> {
    /// Begins the span inside of the current one; gives the work back where the runtime records none.
    pub(crate) fn begin(
        live: &'a Live,
        tracing: &'static Tracing,
        name: &str,
        work: F,
    ) -> Result<Self, F> {
        match (tracing.begin)(name, live.span().as_ref()) {
            Some(span) => Ok(Self { live, tracing, span, work: Box::pin(work) }),
            None => Err(work),
        }
    }
}

impl<F: Future> Future for Spanned<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, polling: &mut Context<'_>) -> Poll<F::Output> {
        let outer = self.live.enter(Some(self.span.clone()));
        let polled = self.work.as_mut().poll(polling);
        self.live.enter(outer);
        polled
    }
}

impl<F> Drop for Spanned<'_, F> {
    fn drop(&mut self) {
        (self.tracing.end)(&self.span);
    }
}

//! Work with a span.
//!
//! A span is active while its future is polled, and only then: whatever JavaScript is called by the poll
//! belongs to it, and the polls of other calls do not.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::span::Span;

/// Work with a span, which ends with it: also where it is dropped before.
pub(crate) struct Spanned<F: Future, E: FnMut(&Span, Option<&F::Output>)> {
    span: Span,
    work: Pin<Box<F>>,
    end: E,
    is_over: bool,
}

impl<F: Future, E: FnMut(&Span, Option<&F::Output>)> Spanned<F, E> {
    /// `end` is called once, with the output of the work or, where it is dropped before, without one.
    pub(crate) fn new(span: Span, work: F, end: E) -> Self {
        Self { span, work: Box::pin(work), end, is_over: false }
    }

    fn finish(&mut self, output: Option<&F::Output>) {
        if !std::mem::replace(&mut self.is_over, true) {
            (self.end)(&self.span, output);
            self.span.end();
        }
    }
}

impl<F: Future, E: FnMut(&Span, Option<&F::Output>) + Unpin> Future for Spanned<F, E> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let mut polled = Poll::Pending;
        let work = &mut this.work;
        this.span.run(&mut || polled = work.as_mut().poll(context));
        if let Poll::Ready(output) = &polled {
            this.finish(Some(output));
        }
        polled
    }
}

impl<F: Future, E: FnMut(&Span, Option<&F::Output>)> Drop for Spanned<F, E> {
    fn drop(&mut self) {
        self.finish(None);
    }
}

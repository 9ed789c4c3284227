//! Spans outside of a Worker: none are recorded.

/// A span, of which there is none.
#[derive(Debug, Clone)]
pub(crate) struct Span;

impl Span {
    pub(crate) fn begin(_: &str, _: Option<&Self>) -> Option<Self> {
        None
    }

    pub(crate) fn traceparent(_: Option<&Self>) -> Option<String> {
        None
    }

    #[expect(clippy::unused_self, reason = "the Worker's needs it")]
    pub(crate) fn set(&self, _: &str, _: &str) {}

    #[expect(clippy::unused_self, reason = "the Worker's needs it")]
    pub(crate) fn fail(&self) {}

    #[expect(clippy::unused_self, reason = "the Worker's needs it")]
    pub(crate) fn end(&self) {}
}

//! W3C Trace Context: the trace that a call is part of.

use std::fmt::Write as _;

use toolgate_core::mcp::peer::Trace;
use toolgate_core::seal::Entropy;

use crate::platform::PlatformEntropy;
use crate::platform::bindings::{Fetch, Request, Response};
use crate::tool::Context;

/// Characters of `traceparent` before the id of the span: version, trace id, and their dashes.
const BEFORE_SPAN: usize = 36;

/// Characters of the id of a span.
const SPAN: usize = 16;

impl Context {
    /// The trace that the client says this call is part of (W3C Trace Context).
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.live().peer().trace.as_ref()
    }

    /// `traceparent` for a request that this call makes: a span of its own in the client's trace, or else
    /// inside of the current span.
    pub(crate) fn child_span(&self) -> Option<String> {
        match self.trace() {
            Some(trace) => Some(child(&trace.parent, &mut PlatformEntropy)),
            None => (self.app()?.tracing?.traceparent)(self.live().span().as_ref()),
        }
    }

    /// Sends a request, as part of the call's trace where there is one: with its `traceparent`, of
    /// which this request is a span of its own, and its `tracestate`.
    ///
    /// # Errors
    /// The request cannot be sent.
    pub async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let request = match self.child_span() {
            None => request,
            Some(parent) => {
                // The headers of a request that came in cannot be changed; those of a copy can.
                let mut request = request.clone_mut()?;
                let headers = request.headers_mut()?;
                headers.set("traceparent", &parent)?;
                if let Some(state) = self.trace().and_then(|trace| trace.state.as_ref()) {
                    headers.set("tracestate", state)?;
                }
                request
            }
        };
        if let Some(trail) = self.live().trail()
            && let Some(host) = request.url()?.host_str()
        {
            trail.sends_to(host);
        }
        let _busy = self.live().busy();
        Fetch::Request(request).send().await
    }
}

/// `traceparent` for what is called from a span: the same trace, another span.
fn child(parent: &str, entropy: &mut dyn Entropy) -> String {
    let mut id = [0; SPAN / 2];
    // An id of zeros means none.
    while id == [0; SPAN / 2] {
        entropy.fill(&mut id);
    }
    let (before, rest) = parent.split_at_checked(BEFORE_SPAN).unwrap_or((parent, ""));
    let mut child = before.to_owned();
    for byte in id {
        let _ = write!(child, "{byte:02x}");
    }
    child.push_str(rest.get(SPAN..).unwrap_or_default());
    child
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zeros first, then sevens.
    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(self.0);
            self.0 += 7;
        }
    }

    #[test]
    fn a_request_is_a_span_of_its_own_in_the_same_trace() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let expected = "00-0af7651916cd43dd8448eb211c80319c-0707070707070707-01";
        assert_eq!(child(parent, &mut Fixed(0)), expected);
    }
}

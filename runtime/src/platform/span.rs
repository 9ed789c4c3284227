//! Spans in a Worker. A runtime without tracing, or with less of it than is needed, records none.

use std::fmt;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

// The namespace is imported, since a name that the runtime does not have would keep the Worker from starting.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, inline_js = "
import * as workers from 'cloudflare:workers';

const { tracing } = workers;
const has = ['startSpan', 'withActiveSpan', 'getActiveSpan'].every((name) => typeof tracing?.[name] === 'function');

export const begin = (name) => has ? tracing.startSpan(name) : undefined;
export const run = (span, work) => { tracing.withActiveSpan(span, work); };
export const set = (span, name, value) => { span.setAttribute(name, value); };
export const fail = (span) => { span.setStatus?.({ code: 'error' }); };
export const end = (span) => { span.end(); };
export const parent = () => {
  const span = has ? tracing.getActiveSpan() : undefined;
  if (!span?.isTraced) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext?.() ?? {};
  return traceId && spanId ? `00-${traceId}-${spanId}-0${traceFlags & 1}` : undefined;
};
")]
extern "C" {
    fn begin(name: &str) -> JsValue;
    fn run(span: &JsValue, work: &mut dyn FnMut());
    fn set(span: &JsValue, name: &str, value: &str);
    fn fail(span: &JsValue);
    fn end(span: &JsValue);
    fn parent() -> Option<String>;
}

/// A span of the runtime.
pub(crate) struct Span(JsValue);

impl Span {
    /// Begins a span inside of the one that is active; `None` where the runtime records none.
    pub(crate) fn begin(name: &str) -> Option<Self> {
        let span = begin(name);
        span.is_object().then(|| Self(span))
    }

    /// `traceparent` of the span that is active, where it is recorded.
    pub(crate) fn active_parent() -> Option<String> {
        parent()
    }

    /// Sets an attribute.
    pub(crate) fn set(&self, name: &str, value: &str) {
        set(&self.0, name, value);
    }

    /// Says that its work failed.
    pub(crate) fn fail(&self) {
        fail(&self.0);
    }

    /// Runs work while the span is active.
    pub(crate) fn run(&self, work: &mut impl FnMut()) {
        run(&self.0, work);
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        end(&self.0);
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Span")
    }
}

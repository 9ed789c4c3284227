//! Spans in a Worker. A runtime without tracing, or with less of it than is needed, records none.

use std::fmt;

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

// The namespace is imported, since a name that the runtime does not have would keep the Worker from starting.
#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, inline_js = "
import * as workers from 'cloudflare:workers';

const { tracing } = workers;
const has = ['startSpan', 'withActiveSpan', 'getActiveSpan'].every((name) => typeof tracing?.[name] === 'function');
const start = (name) => tracing.startSpan(name);

export const begin = (name, parent) => has ? parent ? tracing.withActiveSpan(parent, () => start(name)) : start(name) : undefined;
export const set = (span, name, value) => { span.setAttribute(name, value); };
export const fail = (span) => { span.setStatus?.({ code: 'error' }); };
export const end = (span) => { span.end(); };
export const parent = (inside) => {
  const span = inside ?? (has ? tracing.getActiveSpan() : undefined);
  if (!span?.isTraced) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext?.() ?? {};
  return traceId && spanId ? `00-${traceId}-${spanId}-0${traceFlags & 1}` : undefined;
};
")]
extern "C" {
    fn begin(name: &str, parent: &JsValue) -> JsValue;
    fn set(span: &JsValue, name: &str, value: &str);
    fn fail(span: &JsValue);
    fn end(span: &JsValue);
    fn parent(inside: &JsValue) -> Option<String>;
}

/// A span of the runtime.
///
/// It is never the active one while Rust runs: a trap would pass through the runtime's own frames, and
/// through a closure of wasm-bindgen, which marks the instance as terminated.
#[derive(Clone)]
pub(crate) struct Span(JsValue);

impl Span {
    /// Begins a span inside of another, or else of the one that is active; `None` where the runtime
    /// records none.
    pub(crate) fn begin(name: &str, parent: Option<&Self>) -> Option<Self> {
        let span = begin(name, &Self::js(parent));
        span.is_object().then(|| Self(span))
    }

    /// `traceparent` for what is called inside of a span, or else of the one that is active, where it is
    /// recorded.
    pub(crate) fn traceparent(inside: Option<&Self>) -> Option<String> {
        parent(&Self::js(inside))
    }

    fn js(span: Option<&Self>) -> JsValue {
        span.map_or(JsValue::UNDEFINED, |span| span.0.clone())
    }

    /// Sets an attribute.
    pub(crate) fn set(&self, name: &str, value: &str) {
        set(&self.0, name, value);
    }

    /// Says that its work failed.
    pub(crate) fn fail(&self) {
        fail(&self.0);
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

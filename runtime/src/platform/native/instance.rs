//! The end of an instance of the wasm module, which a test has not.

use std::future::Ready;

use futures_util::Stream;
use worker::js_sys::Promise;
use worker::wasm_bindgen::JsValue;

use crate::platform::native::double::ByteStream;

/// A response to be.
pub(crate) fn response(_: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    unreachable!("outside of a Worker nobody waits for a promise")
}

/// Work for JavaScript.
pub(crate) fn work(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    response(work)
}

/// A stream for the test.
pub(crate) fn stream(source: impl Stream<Item = worker::Result<Vec<u8>>> + 'static) -> ByteStream {
    ByteStream::new(source)
}

/// A line that nobody has to write.
pub(crate) struct Testament;

impl Testament {
    pub(crate) fn new(_: &str) -> Self {
        Self
    }

    pub(crate) fn executed(&self) -> Ready<()> {
        std::future::ready(())
    }
}

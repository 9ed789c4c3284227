//! The end of an instance of the wasm module, while its isolate lives on.
//!
//! After a trap that is no panic the memory of the instance is not to be trusted, and the shim starts
//! a new one for the next request. Whatever the old one still has under way would then be silent for
//! ever: its promises lead nowhere. So it all hangs on a promise of JavaScript, which outlives the
//! instance: streams close, so that their clients come back, and requests are answered with 503.
//!
//! It has to be promises: what belongs to one request cannot be touched from another, but a promise
//! that is settled from another is taken up by its own.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures_util::{Stream, StreamExt as _};
use worker::js_sys::{Array, Function, Promise, Uint8Array};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::{JsFuture, future_to_promise};
use worker::web_sys::ReadableStream;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, inline_js = "
const underWay = new Set();

// A promise that is settled at the end of the instance, what to call when it is not needed, and what
// settles it before.
function theEnd() {
  let end;
  const ended = new Promise((resolve) => { end = resolve; });
  underWay.add(end);
  return [ended, () => underWay.delete(end), end];
}

export function answer(work) {
  const [ended, done] = theEnd();
  const lost = () => new Response('The server was restarted; try again.', { status: 503, headers: { 'retry-after': '1' } });
  return Promise.race([work, ended.then(lost)]).finally(done);
}

export function effort(work) {
  const [ended, done] = theEnd();
  const lost = () => { throw new Error('the instance was given up'); };
  return Promise.race([work, ended.then(lost)]).finally(done);
}

// `next` promises a chunk, or nothing at the end; `letGo` drops the source.
export function streamOf(next, letGo) {
  const [ended, done, end] = theEnd();
  let isOver = false;
  const over = () => {
    isOver = true;
    done();
    letGo();
  };
  return new ReadableStream({
    async pull(controller) {
      let chunk;
      try {
        chunk = await Promise.race([next(), ended]);
      } catch (error) {
        over();
        throw error;
      }
      if (isOver) return;
      if (chunk) return controller.enqueue(chunk);
      controller.close();
      over();
    },
    cancel() {
      over();
      // workerd never frees a stream whose pull is never settled.
      end();
    },
  }, { highWaterMark: 0 });
}

// Prints the text at the end of the instance, unless it is settled before. Answers a promise of that
// one or the other has happened, and what settles it.
export function testament(text) {
  const [ended, done] = theEnd();
  let settle;
  const settled = new Promise((resolve) => { settle = resolve; });
  return [Promise.race([settled, ended.then(() => console.log(text))]).finally(done), settle];
}

export async function giveUp() {
  // What is being answered just now takes a few turns.
  for (let turn = 0; turn < 100; turn += 1) await undefined;
  for (const end of underWay) end();
  underWay.clear();
}

export function replace() {
  if (globalThis.__worker_init_state) globalThis.__worker_init_state.criticalError = true;
}
")]
extern "C" {
    fn answer(work: Promise) -> Promise;

    fn effort(work: Promise) -> Promise;

    #[wasm_bindgen(js_name = streamOf)]
    fn stream_of(next: &JsValue, let_go: &JsValue) -> ReadableStream;

    fn testament(text: &str) -> Array;

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only wasm is given up"))]
    #[wasm_bindgen(js_name = giveUp)]
    fn give_up() -> Promise;

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only wasm is given up"))]
    fn replace();
}

/// A response to be, which is 503 where the instance is given up before.
pub(crate) fn response(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    answer(future_to_promise(work).unchecked_into())
}

/// Work for JavaScript, which fails where the instance is given up before.
pub(crate) fn work(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    effort(future_to_promise(work).unchecked_into())
}

/// A stream for JavaScript, which also ends with the instance.
pub(crate) fn stream(
    source: impl Stream<Item = worker::Result<Vec<u8>>> + 'static,
) -> ReadableStream {
    let source = Rc::new(RefCell::new(Some(source.boxed_local())));
    let held = Rc::clone(&source);
    let next = Closure::wrap(Box::new(move || {
        let source = Rc::clone(&source);
        future_to_promise(poll_fn(move |context| {
            let mut source = source.borrow_mut();
            let Some(stream) = source.as_mut() else { return Poll::Ready(Ok(JsValue::UNDEFINED)) };
            stream.poll_next_unpin(context).map(|chunk| match chunk {
                Some(Ok(chunk)) => Ok(Uint8Array::from(chunk.as_slice()).into()),
                Some(Err(error)) => Err(error.into()),
                None => Ok(JsValue::UNDEFINED),
            })
        }))
    }) as Box<dyn FnMut() -> Promise<JsValue>>);
    let let_go = Closure::once(move || {
        // Dropped only when it is borrowed no more: what is dropped may wake others.
        let source = held.take();
        drop(source);
    });
    stream_of(&next.into_js_value(), &let_go.into_js_value())
}

/// A line for the log that JavaScript writes should this instance be given up.
pub(crate) struct Testament {
    executed: Promise,
    settle: Function,
}

impl Testament {
    /// Of this line.
    pub(crate) fn new(line: &str) -> Self {
        let parts = testament(line);
        Self { executed: parts.get(0).unchecked_into(), settle: parts.get(1).unchecked_into() }
    }

    /// Ready when the line is written, or when it need not be: the testament is dropped.
    pub(crate) fn executed(&self) -> impl Future<Output = ()> + 'static {
        let executed = JsFuture::from(self.executed.clone());
        async move {
            let _ = executed.await;
        }
    }
}

impl Drop for Testament {
    fn drop(&mut self) {
        let _ = self.settle.call0(&JsValue::UNDEFINED);
    }
}

/// Has the shim start a new instance for the next request, and ends what is under way on this one.
#[cfg(target_arch = "wasm32")]
pub(crate) fn end() {
    replace();
    let _ = give_up();
}

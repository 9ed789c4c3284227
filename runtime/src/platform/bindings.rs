//! The Worker's bindings, as functions reach them by [`Context::env`](crate::tool::Context::env).
//!
//! In a Worker these are the types of [`worker`] of the same names. Elsewhere, where nothing could be
//! behind those, they are what a test gives its server ([`testing`](crate::testing)), with the methods
//! that do not show JavaScript's own types. A function that names a type of a binding names it from here, and then runs in both:
//!
//! ```
//! use toolgate::bindings::Ai;
//! use toolgate::prelude::*;
//!
//! async fn describe(ai: &Ai, what: &str) -> Result<String> {
//!     Ok(ai.run("@cf/some/model", what).await?)
//! }
//! # fn main() {}
//! ```

#[cfg(target_arch = "wasm32")]
pub use worker::{
    Ai, BatchMessageBuilder, BatchSendMessage, Bucket, ByteStream, Conditional, D1Argument,
    D1Database, D1PreparedStatement, D1Result, Data, Date, Delay, Env, Fetch, Fetcher, Headers,
    HttpMetadata, Include, MessageBuilder, Object, ObjectBody, Objects, Queue, Range, RateLimiter,
    Request, RequestInit, Response, ResponseBody, ResponseBuilder, Secret, SendMessage, Var,
    kv::{KvStore, ToRawKvValue},
    wasm_bindgen::{JsValue as D1Value, JsValue as RequestBody},
};

#[cfg(not(target_arch = "wasm32"))]
pub use crate::platform::native::double::*;

pub use worker::kv::{Key, KvError, ListResponse};
pub use worker::{D1Type, FixedLengthStream, Method, QueueContentType, RateLimitOutcome};

/// The Worker's own bindings.
#[cfg(target_arch = "wasm32")]
pub(crate) fn own(env: Env) -> Env {
    env
}

/// The Worker's own bindings, where there is a Worker.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn own(env: worker::Env) -> Env {
    env.into()
}

//! Types of the platform that the server itself works with: those of a Worker, or their doubles in a test.

#[cfg(target_arch = "wasm32")]
pub use worker::{Context, SqlCursor, SqlStorage, State, Storage};

#[cfg(not(target_arch = "wasm32"))]
pub use crate::platform::native::double::durable::{
    Context, SqlCursor, SqlStorage, State, Storage,
};

pub use crate::platform::bindings::{Headers, Request, Response, ResponseBody, ResponseBuilder};

/// Runs this in the background.
#[cfg(target_arch = "wasm32")]
pub(crate) use worker::wasm_bindgen_futures::spawn_local as spawn;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::platform::native::clock::spawn;

/// Another handle of the same context.
#[cfg(target_arch = "wasm32")]
pub(crate) fn share(context: &Context) -> Context {
    use worker::wasm_bindgen::{JsCast as _, JsValue};
    Context::new(JsValue::from(context.as_ref()).unchecked_into())
}

/// Another handle of the same context.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn share(context: &Context) -> Context {
    *context
}

//! Requests from a Worker to its Durable Objects.

use toolgate_config::names::OBJECT_BINDING;
use worker::js_sys::{Function, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::web_sys::RequestInit;
use worker::{Headers, ObjectNamespace, Response};

pub(crate) use worker::Stub;

use crate::platform::bindings::Env;
use crate::platform::outgoing;
use crate::ports::app::App;

/// An object hears of no other host.
const ORIGIN: &str = "https://toolgate.internal";

/// A body of text.
pub(super) fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

/// A body of bytes.
pub(super) fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// A request to an object.
pub(super) async fn post(
    stub: &Stub,
    path: &str,
    headers: Option<Headers>,
    body: &JsValue,
) -> worker::Result<Response> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(body);
    if let Some(headers) = headers {
        init.set_headers(headers.as_ref());
    }
    stub.fetch_with_request(outgoing::request(&[ORIGIN, path].concat(), &init)?).await
}

/// The object of this name, in the jurisdiction that `mcp.toml` asks for.
pub(crate) fn stub(app: &App, env: &Env, name: &str) -> worker::Result<Stub> {
    let objects = env.durable_object(OBJECT_BINDING)?;
    let Some(jurisdiction) = app.config.storage.jurisdiction else {
        return objects.get_by_name(name);
    };
    // worker-rs knows jurisdictions only for objects without a name.
    let within = Reflect::get(objects.as_ref(), &"jurisdiction".into())?;
    let within: Function = within.unchecked_into();
    let objects: ObjectNamespace =
        within.call1(objects.as_ref(), &jurisdiction.name().into())?.unchecked_into();
    objects.get_by_name(name)
}

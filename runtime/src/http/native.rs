//! Requests to the Durable Objects of a test.

use std::rc::Rc;

use worker::{Error, Method};

use crate::platform::bindings::{Env, RequestBody, RequestInit};
use crate::platform::host::{Headers, Request, Response};
use crate::platform::native::double::ObjectHost;
use crate::ports::app::App;

/// An object of this name.
pub(crate) struct Stub {
    host: Rc<ObjectHost>,
    name: String,
}

/// A body of text.
pub(super) fn text(text: &str) -> RequestBody {
    text.into()
}

/// A body of bytes.
pub(super) fn bytes(bytes: &[u8]) -> RequestBody {
    RequestBody::bytes(bytes.to_vec())
}

/// A request to an object.
pub(super) async fn post(
    stub: &Stub,
    path: &str,
    headers: Option<Headers>,
    body: &RequestBody,
) -> worker::Result<Response> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body.clone()));
    init.with_headers(headers.unwrap_or_default());
    let request = Request::new_with_init(&["https://toolgate.internal", path].concat(), &init)?;
    (stub.host)(stub.name.clone(), request).await
}

/// The object of this name.
pub(crate) fn stub(_: &App, env: &Env, name: &str) -> worker::Result<Stub> {
    let host = env.bindings().and_then(|bindings| bindings.objects.borrow().clone());
    let host = host.ok_or_else(|| Error::from("here is neither a Worker nor a `TestServer`"))?;
    Ok(Stub { host, name: name.to_owned() })
}

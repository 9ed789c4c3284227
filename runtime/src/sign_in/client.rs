//! From the callback to the object of its sign-in.

use super::{OBJECT, USE};
use crate::http::object_client;
use crate::ports::request_context::RequestContext;

/// Uses a sign-in up, in an object of its own, wherever the grants are; `false` when it was before.
pub(crate) async fn use_up(request: &RequestContext<'_>, attempt: &str) -> worker::Result<bool> {
    let name = [OBJECT, attempt].concat();
    let answer = object_client::ask(request.app, request.env, &name, USE, "").await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

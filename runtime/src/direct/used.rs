//! From `/token` to the object that knows which assertions were used.

use toolgate_core::oauth::direct::Used;

use super::object::{PATH, UseRequest};
use crate::http::object_client;
use crate::ports::request_context::RequestContext;

/// Uses an assertion up, in an object of its issuer and hour, wherever the grants are; `false` when it was before.
pub(super) async fn use_up(request: &RequestContext<'_>, used: &Used) -> worker::Result<bool> {
    let question = UseRequest { id: used.id.clone(), until: used.until };
    let question = serde_json::to_string(&question)?;
    let answer =
        object_client::ask(request.app, request.env, &used.object, PATH, &question).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

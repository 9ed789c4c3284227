//! `notifications/elicitation/complete` of MCP 2025-11-25: the client that was asked hears that the person has finished,
//! where a stream to it is open. The link says in which session it was asked, so nothing is kept for it.

use toolgate_core::account::connect::Question;

use super::{FINISHED, FinishedRequest};
use crate::http::object_client;
use crate::platform::console::log_error;
use crate::platform::host::Response;
use crate::ports::object::Object;
use crate::ports::request_context::RequestContext;
use crate::session;

/// Tells the client, after the response.
pub(super) fn tell(request: &RequestContext<'_>, question: &Question, people: &[String]) {
    let (app, env, session) = (request.app, request.env.clone(), question.session.clone());
    let message = FinishedRequest { people: people.to_vec(), id: question.id.clone() };
    request.wait_until(async move {
        let Ok(message) = serde_json::to_string(&message) else { return };
        if let Err(error) = object_client::ask(app, &env, &session, FINISHED, &message).await {
            log_error!("a client was not told that an account is connected: {error}");
        }
    });
}

/// Tells the client, inside the object of its session.
pub(super) fn hear(object: &Object, message: &FinishedRequest) -> worker::Result<Response> {
    session::finished(object, &message.people, &message.id)?;
    Response::ok("")
}

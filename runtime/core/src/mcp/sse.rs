//! HTTP+SSE of 2024-11-05: messages come as POSTs, answers go out on the session's stream.

use http::StatusCode;

use super::Server;
use super::call::{self, Answers, Call, Pending};
use super::http::{Response, bad_request, plain};
use super::jsonrpc::{self, Body, Fault, INVALID_REQUEST, Invalid, Message, Request};
use super::methods::{self, Answer, Scope};
use super::outcome::Outcome;
use super::revision::Revision;
use crate::caller::{Caller, Vars};

/// What is remembered of a session between its POSTs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SseSession {
    /// As negotiated by `initialize`. The transport is that of 2024-11-05, but clients use it with
    /// later revisions too.
    revision: Revision,
}

/// What [`accept_sse`] made of a POST.
#[derive(Debug)]
pub enum AcceptedSse {
    /// The POST is refused with this response, and nothing goes on the stream.
    Refuse(Response),
    /// The POST is answered with 202; the text, if any, goes on the stream as a `message` event.
    Accepted(Option<String>),
    /// The POST is answered with 202; tools have to run before something goes on the stream.
    Run(SseExchange),
}

/// A message whose tool calls have to run before it is answered.
#[derive(Debug)]
pub struct SseExchange(Pending);

impl SseExchange {
    /// The calls to run; each is given out once.
    pub fn calls(&mut self) -> Vec<Call> {
        self.0.calls()
    }

    /// The text for the stream, from the results and the [`Call::slot`] each belongs to. A call
    /// without a result answers with an internal error.
    #[must_use]
    pub fn finish(self, results: Vec<(usize, Outcome)>) -> String {
        self.0.finish(results)
    }
}

/// Answers one POST of a session. The caller is authenticated and known to own the session.
#[must_use]
pub fn accept_sse(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    session: &mut SseSession,
    body: &[u8],
) -> AcceptedSse {
    if super::is_too_large(server, body) {
        return AcceptedSse::Refuse(plain(StatusCode::PAYLOAD_TOO_LARGE, "Body too large"));
    }
    let scope = Scope { server, caller, vars, revision: session.revision };
    match jsonrpc::read(body) {
        Err(fault) => AcceptedSse::Refuse(bad_request(fault, None)),
        Ok(Body::Single(Err(invalid))) => {
            let Invalid { id, fault } = *invalid;
            AcceptedSse::Refuse(bad_request(fault, id.as_ref()))
        }
        Ok(Body::Single(Ok(Message::Notification | Message::Response))) => {
            AcceptedSse::Accepted(None)
        }
        Ok(Body::Single(Ok(Message::Request(request)))) => single(&scope, session, request),
        Ok(Body::Batch(messages)) if session.revision.has_batches() => {
            match call::batch(&scope, messages) {
                Answers::None => AcceptedSse::Accepted(None),
                Answers::Ready(text) => AcceptedSse::Accepted(Some(text)),
                Answers::Waiting(pending) => AcceptedSse::Run(SseExchange(pending)),
            }
        }
        Ok(Body::Batch(_)) => {
            let fault = Fault::new(INVALID_REQUEST, "This revision has no batches");
            AcceptedSse::Refuse(bad_request(fault, None))
        }
    }
}

fn single(scope: &Scope<'_>, session: &mut SseSession, request: Request) -> AcceptedSse {
    if request.method == "initialize"
        && let Some(revision) = methods::negotiate(&request.params)
    {
        session.revision = revision;
    }
    let id = request.id.clone();
    match methods::answer(scope, request, 0) {
        Ok(Answer::Ready(text)) => AcceptedSse::Accepted(Some(text)),
        Ok(Answer::Call(call)) => AcceptedSse::Run(SseExchange(Pending::single(scope, *call))),
        Err(fault) => AcceptedSse::Accepted(Some(fault.response(Some(&id)))),
    }
}

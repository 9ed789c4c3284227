//! Sessions of the revisions with `initialize`: Streamable HTTP with `Mcp-Session-Id`, and HTTP+SSE
//! of 2024-11-05, whose messages come as POSTs and whose answers go out on the session's stream.

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use toolgate_policy::{Caller, Vars};

use super::batch::{self, BatchAnswers};
use super::exchange::Exchange;
use super::fault::{self, Fault, INVALID_REQUEST, method_not_found};
use super::headers::{self, Version};
use super::jsonrpc::{self, Body, Invalid, Message, Request};
use super::method::Method;
use super::methods;
use super::notify;
use super::peer::Level;
use super::response::{bad_request, plain};
use super::server::Listening;
use super::server::Server;
use super::server::{MethodAnswer, Scope};
use super::session_state::begun;
use super::template::is_same_uri;
use crate::reply::Reply;

pub use super::session_state::{MAX_SUBSCRIBED_URI, MAX_SUBSCRIPTIONS, SessionState};

/// A POST of a session, as far as it is served: see [`accept_session`].
#[derive(Debug)]
pub struct AcceptedSession {
    /// Replies and cancellations, in the order they came: one, or those of a batch (2025-03-26 and
    /// before).
    pub signals: Vec<Signal>,
    /// The answer to the rest.
    pub answer: SessionAnswer,
}

/// The answer to a POST of a session.
#[derive(Debug)]
pub enum SessionAnswer {
    /// It is refused with this response.
    Refuse(Reply),
    /// It is answered with 202.
    Accepted,
    /// The answer, as JSON text.
    Text(String),
    /// Something has to run before it is answered.
    Run(Exchange),
}

/// Something that a client tells calls that run.
#[derive(Debug)]
pub enum Signal {
    /// The client's answer to a request of the server.
    Reply {
        /// The id of the request.
        id: String,
        /// The client's `result`, or its `error`.
        reply: Result<Value, Value>,
    },
    /// The client no longer wants the answer to its request. It is not said that there is one.
    Cancel {
        /// The id of the request.
        request_id: Value,
    },
}

impl From<SessionAnswer> for AcceptedSession {
    fn from(answer: SessionAnswer) -> Self {
        Self { signals: Vec::new(), answer }
    }
}

/// Answers one POST of a session. The caller is authenticated and known to own the session.
/// `headers` are given for Streamable HTTP; HTTP+SSE gives no meaning to any.
#[must_use]
pub fn accept_session(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    session: &mut SessionState,
    headers: Option<&HeaderMap>,
    body: &[u8],
) -> AcceptedSession {
    let accepted = accept(server, caller, vars, session, headers, body);
    let challenge = server.challenging.and_then(|it| (it.response)(server.log, caller));
    challenge.map_or(accepted, |challenge| SessionAnswer::Refuse(challenge).into())
}

fn accept(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    session: &mut SessionState,
    headers: Option<&HeaderMap>,
    body: &[u8],
) -> AcceptedSession {
    if server.is_too_large(body) {
        let response = plain(StatusCode::PAYLOAD_TOO_LARGE, "Body too large");
        return SessionAnswer::Refuse(response).into();
    }
    if let Some(headers) = headers
        && let Some(response) = refuse_headers(headers)
    {
        return SessionAnswer::Refuse(response).into();
    }
    let mut visit = Visit { server, caller, vars, session, headers };
    match jsonrpc::read(body) {
        Err(fault) => refused(fault, None),
        Ok(Body::Single(Err(invalid))) => refused(invalid.fault, invalid.id.as_ref()),
        Ok(Body::Single(Ok(Message::Request(request)))) => visit.answer_alone(request).into(),
        Ok(Body::Single(Ok(message))) => AcceptedSession {
            signals: signal(message).into_iter().collect(),
            answer: SessionAnswer::Accepted,
        },
        Ok(Body::Batch(messages)) if visit.session.revision.has_batches() => visit.batch(messages),
        Ok(Body::Batch(_)) => {
            refused(Fault::new(INVALID_REQUEST, "This revision has no batches"), None)
        }
    }
}

fn refused(fault: Fault, id: Option<&Value>) -> AcceptedSession {
    SessionAnswer::Refuse(bad_request(fault, id)).into()
}

/// The rules of Streamable HTTP for a POST of a session.
fn refuse_headers(headers: &HeaderMap) -> Option<Reply> {
    if !headers::is_json(headers) {
        let message = "Content-Type must be application/json";
        return Some(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if !headers::takes_json(headers) && !headers::takes_stream(headers) {
        let message = "Accept must allow application/json or text/event-stream";
        return Some(plain(StatusCode::NOT_ACCEPTABLE, message));
    }
    // What counts is what the session negotiated. Clients of 2025-03-26 do not send it, and some send
    // another one than they negotiated.
    match Version::read(headers) {
        Version::Absent => None,
        Version::Spoken(revision) if revision.has_sessions() => None,
        Version::Spoken(_) | Version::Unknown(_) => {
            Some(plain(StatusCode::BAD_REQUEST, "Unsupported MCP-Protocol-Version"))
        }
    }
}

/// True if a request with these headers may belong to a session: it names no revision without
/// handshake, which have no sessions either.
#[must_use]
pub fn may_have_session(headers: &HeaderMap) -> bool {
    !Version::read(headers).is_without_handshake()
}

/// One POST to a session.
struct Visit<'a, 's> {
    server: &'a Server<'a>,
    caller: &'a Caller,
    vars: &'a dyn Vars,
    session: &'s mut SessionState,
    headers: Option<&'a HeaderMap>,
}

impl<'a> Visit<'a, '_> {
    fn scope(&self) -> Scope<'a> {
        Scope {
            server: self.server,
            caller: self.caller,
            vars: self.vars,
            revision: self.session.revision,
            headers: self.headers,
            session: Some(self.session.peer()),
        }
    }

    fn answer_alone(&mut self, request: Request) -> SessionAnswer {
        let id = request.id.clone();
        match self.answer(request, 0) {
            Ok(MethodAnswer::Ready(text)) => SessionAnswer::Text(text),
            Ok(MethodAnswer::Call(call)) => {
                SessionAnswer::Run(Exchange::single(&self.scope(), *call))
            }
            // Both are of 2026-07-28, which has no sessions.
            Ok(MethodAnswer::Listen(_) | MethodAnswer::Task(_)) => {
                SessionAnswer::Text(method_not_found().response(Some(&id)))
            }
            Err(fault) => SessionAnswer::Text(fault.response(Some(&id))),
        }
    }

    fn batch(&mut self, messages: Vec<Result<Message, Box<Invalid>>>) -> AcceptedSession {
        let scope = self.scope();
        let answer = &mut |request, slot| self.answer(request, slot);
        let (answers, others) = batch::answer(&scope, messages, answer);
        let answer = match answers {
            BatchAnswers::None => SessionAnswer::Accepted,
            BatchAnswers::Ready(text) => SessionAnswer::Text(text),
            BatchAnswers::Waiting(exchange) => SessionAnswer::Run(exchange),
        };
        AcceptedSession { signals: others.into_iter().filter_map(signal).collect(), answer }
    }

    fn answer(&mut self, request: Request, slot: usize) -> Result<MethodAnswer, Fault> {
        let method = Method::parse(&request.method);
        match method {
            Some(Method::Initialize) => self.initialize(request),
            Some(Method::SetLevel) => {
                let level = Level::read(&request.params);
                let answer = self.serve(method, request, slot)?;
                self.session.log_level = Some(level?);
                Ok(answer)
            }
            Some(method @ (Method::Subscribe | Method::Unsubscribe)) => {
                match self.server.notifications {
                    Some(listening) if !self.server.resources.is_empty() => {
                        self.subscribe(method, &request, listening)
                    }
                    _ => Err(method_not_found()),
                }
            }
            method => self.serve(method, request, slot),
        }
    }

    fn serve(
        &self,
        method: Option<Method>,
        request: Request,
        slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        let scope = self.scope();
        methods::answer(&scope, scope.served(method)?, request, slot)
    }

    fn initialize(&mut self, request: Request) -> Result<MethodAnswer, Fault> {
        if self.session.is_begun {
            let message = "This session has begun; another `initialize` begins another session";
            return Err(Fault::new(INVALID_REQUEST, message));
        }
        let begun = begun(&request.params);
        let answer = methods::answer(&self.scope(), Method::Initialize, request, 0)?;
        if let Some(begun) = begun {
            *self.session = begun;
        }
        Ok(answer)
    }

    fn subscribe(
        &mut self,
        method: Method,
        request: &Request,
        listening: &Listening,
    ) -> Result<MethodAnswer, Fault> {
        let Some(Value::String(uri)) = request.params.get("uri") else {
            return Err(Fault::params("`uri` is not text"));
        };
        let subscriptions = &mut self.session.subscriptions;
        if method == Method::Unsubscribe {
            subscriptions.retain(|subscribed| !is_same_uri(subscribed, uri));
        } else {
            let may_read = (listening.may_read)(self.server, self.caller, self.vars, uri);
            if uri.len() > MAX_SUBSCRIBED_URI || !may_read {
                return Err(fault::resource_not_found(self.session.revision, uri));
            }
            if !subscriptions.iter().any(|subscribed| is_same_uri(subscribed, uri)) {
                if subscriptions.len() >= MAX_SUBSCRIPTIONS {
                    return Err(Fault::params("this session subscribed to too many resources"));
                }
                subscriptions.push(uri.clone());
            }
        }
        Ok(MethodAnswer::Ready(jsonrpc::success(&request.id, "{}")))
    }
}

/// The signal of a message that is not answered; `None` for what means nothing here.
fn signal(message: Message) -> Option<Signal> {
    match message {
        // Our own ids are text; anything else answers nothing.
        Message::Response { id: Value::String(id), result } => {
            Some(Signal::Reply { id, reply: result })
        }
        Message::Notification { method, mut params } => match method.as_str() {
            notify::CANCELLED => {
                let request_id = jsonrpc::canonical(params.remove("requestId")?)?;
                Some(Signal::Cancel { request_id })
            }
            _ => None,
        },
        Message::Response { .. } | Message::Request(_) => None,
    }
}

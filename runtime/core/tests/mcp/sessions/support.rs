//! A session, and what its messages come to.

use http::HeaderMap;
use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::LISTENING;
use toolgate_core::mcp::{
    AcceptedSession, Call, Server, SessionAnswer, SessionState, Signal, accept_session,
};
use toolgate_policy::Caller;

use crate::support::{CONFIG, NoVars, config, designer, full, request, run};

/// Outcome of a POST, after every call that it asks for has run.
#[derive(Debug, PartialEq)]
pub enum Came {
    /// Refused with this status.
    Refused(u16),
    /// 202.
    Nothing,
    /// A message.
    Message(Value),
    /// A reply to the server: its id, and whether it is a result.
    Reply(String, Result<Value, Value>),
    /// The id of a request that is no longer wanted.
    Cancel(Value),
    /// Of a batch.
    Several(Vec<Came>),
}

pub struct Post<'a> {
    pub caller: &'a Caller,
    pub headers: Option<&'a HeaderMap>,
    /// Looks at the calls before they run.
    pub look: &'a mut dyn FnMut(&Call),
    pub change: &'a dyn Fn(&mut Server<'_>),
}

pub fn send_with(session: &mut SessionState, body: &str, post: Post<'_>) -> Came {
    let (config, log) = (config(CONFIG), Log::default());
    let mut server =
        Server { sessions: true, notifications: Some(&LISTENING), ..full(&config, &log) };
    (post.change)(&mut server);
    let accepted =
        accept_session(&server, post.caller, &NoVars, session, post.headers, body.as_bytes());
    came(accepted, post.look)
}

pub fn came(accepted: AcceptedSession, look: &mut dyn FnMut(&Call)) -> Came {
    let message = |text: String| Came::Message(serde_json::from_str(&text).expect("JSON"));
    let answer = match accepted.answer {
        SessionAnswer::Refuse(response) => Came::Refused(response.status().as_u16()),
        SessionAnswer::Accepted => Came::Nothing,
        SessionAnswer::Text(text) => message(text),
        SessionAnswer::Run(mut exchange) => {
            let calls = exchange.calls();
            calls.iter().for_each(&mut *look);
            message(exchange.finish_text(calls.iter().map(|call| (call.slot, run(call))).collect()))
        }
    };
    let signals = accepted.signals.into_iter().map(|signal| match signal {
        Signal::Reply { id, reply } => Came::Reply(id, reply),
        Signal::Cancel { request_id } => Came::Cancel(request_id),
    });
    let mut all: Vec<Came> = signals.chain([answer]).collect();
    match &all[..] {
        [_] | [_, Came::Nothing] => all.remove(0),
        _ => Came::Several(all),
    }
}

pub fn send(caller: &Caller, session: &mut SessionState, body: &str) -> Came {
    let (look, change) = (&mut |_: &Call| {}, &|_: &mut Server<'_>| {});
    send_with(session, body, Post { caller, headers: None, look, change })
}

pub fn post(session: &mut SessionState, headers: &[(&str, &str)], body: &str) -> Came {
    let request = request(headers, body);
    let (look, change) = (&mut |_: &Call| {}, &|_: &mut Server<'_>| {});
    let headers = Some(request.headers());
    send_with(session, body, Post { caller: &designer(), headers, look, change })
}

pub fn body(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

pub fn ask_as(caller: &Caller, session: &mut SessionState, method: &str, params: Value) -> Value {
    match send(caller, session, &body(method, &params)) {
        Came::Message(message) => message,
        other => panic!("{method}: {other:?}"),
    }
}

pub fn ask(session: &mut SessionState, method: &str, params: Value) -> Value {
    ask_as(&designer(), session, method, params)
}

pub fn initialize(revision: &str, capabilities: &Value) -> Value {
    json!({
        "protocolVersion": revision,
        "capabilities": capabilities,
        "clientInfo": { "name": "client", "version": "1" },
    })
}

pub fn begun(revision: &str) -> SessionState {
    let mut session = SessionState::default();
    let answer = ask(&mut session, "initialize", initialize(revision, &json!({})));
    assert_eq!(answer["result"]["protocolVersion"], revision);
    session
}

pub fn code(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"))
}

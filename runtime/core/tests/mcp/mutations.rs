//! Messages made from the official schemas, and what becomes of them when they are damaged.
//!
//! The same ones in every run: whatever fails once can be looked into.

mod generate;
mod mutate;
mod oracle;

use std::cell::RefCell;
use std::collections::HashMap;

use http::HeaderValue;
use serde_json::{Value, json};
use toolgate_config::Config;
use toolgate_core::audit::Log;
use toolgate_core::mcp::{
    Accepted, AcceptedSession, Exchange, Method, Server, SessionAnswer, SessionState, accept_http,
    accept_session, task,
};

use self::generate::{Generator, Random};
use self::mutate::mutated;
use self::oracle::{is_whole, specified, without_mark};
use toolgate_core::mcp::listen::LISTENING;

use crate::schema::{assert_valid, error_response, is_valid, official};
use crate::support::{
    CONFIG, MODERN, NoVars, REVISIONS, config, designer, full, named, request, run,
};

/// Malformed messages of each revision: what its schema does not have.
const MESSAGES: usize = 10_000;

/// How many of the undamaged ones there are to a damaged one.
const UNDAMAGED: u64 = 8;

/// The errors that MCP names, by era.
/// None of them is -32603: nothing that a client sends is a fault of the server.
const LEGACY_ERRORS: [i64; 5] = [-32700, -32600, -32601, -32602, -32002];
const MODERN_ERRORS: [i64; 7] = [-32700, -32600, -32601, -32602, -32020, -32021, -32022];

/// What was answered.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    results: usize,
    errors: usize,
    refused: usize,
    nothing: usize,
}

struct Subject<'a> {
    revision: &'static str,
    server: Server<'a>,
    session: SessionState,
    tally: Tally,
}

#[test]
fn messages_of_2024_11_05_are_answered_as_specified() {
    bombard("2024-11-05");
}

#[test]
fn messages_of_2025_03_26_are_answered_as_specified() {
    bombard("2025-03-26");
}

#[test]
fn messages_of_2025_06_18_are_answered_as_specified() {
    bombard("2025-06-18");
}

#[test]
fn messages_of_2025_11_25_are_answered_as_specified() {
    bombard("2025-11-25");
}

#[test]
fn messages_of_2026_07_28_are_answered_as_specified() {
    bombard(MODERN);
}

fn bombard(revision: &'static str) {
    let (config, log): (Config, Log) = (config(CONFIG), Log::default());
    let server = Server { sessions: true, notifications: Some(&LISTENING), ..full(&config, &log) };
    let session = SessionState::default();
    let mut subject = Subject { revision, server, session, tally: Tally::default() };
    let generator = Generator::new(revision);
    let mut random = Random::new(0x5eed);
    let (mut round, mut malformed) = (0, 0);
    while malformed < MESSAGES {
        if round % 200 == 0 {
            subject.session = begun(&subject.server, revision);
        }
        round += 1;
        let message = generator.message(&mut random);
        if random.below(UNDAMAGED) == 0 {
            subject.undamaged(&message, &generator);
        }
        let body = mutated(&message, &mut random);
        let (status, answer) =
            subject.send(&body, &headers(revision, &message, &body, &mut random));
        malformed += usize::from(!is_whole(revision, &body));
        if let Some(codes) = specified(revision, &body) {
            let told = || format!("{status} {answer} to {}", String::from_utf8_lossy(&body));
            assert!(
                answer["error"]["code"].as_i64().is_some_and(|c| codes.contains(&c)),
                "{codes:?}: {}",
                told()
            );
            let is_of_transport = codes == [-32700] || codes == [-32600];
            assert!(!is_of_transport || status == 400, "{}", told());
        }
        drop(log.take());
    }
    let Tally { results, errors, refused, nothing } = subject.tally;
    // Without some of each the messages would be all alike.
    for count in [results, errors, refused, nothing] {
        assert!(count > MESSAGES / 100, "{revision}: {:?}", subject.tally);
    }
}

/// A session of this revision; for the modern one, which has none, one of the revision before.
fn begun(server: &Server<'_>, revision: &str) -> SessionState {
    let params = json!({
        "protocolVersion": revision, "clientInfo": { "name": "client", "version": "1" },
        "capabilities": { "sampling": {}, "roots": {}, "elicitation": {} },
    });
    let body = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params });
    match accept_http(server, &designer(), &NoVars, &request(&[], body.to_string())) {
        Accepted::Begin(begin) => begin.session,
        other => panic!("no session: {other:?}"),
    }
}

/// The headers that a client sends with a message; for some of the damaged ones still those of the
/// whole one, for most those that go with the damage, so that the headers hide nothing.
fn headers(
    revision: &str,
    whole: &Value,
    body: &[u8],
    random: &mut Random,
) -> Vec<(&'static str, String)> {
    let damaged: Option<Value> = serde_json::from_slice(without_mark(body)).ok();
    let message = damaged.as_ref().filter(|_| random.below(8) > 0).unwrap_or(whole);
    let mut headers = vec![("MCP-Protocol-Version", revision.to_owned())];
    if revision == MODERN {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        headers.extend(text(&message["method"]).map(|method| ("Mcp-Method", method)));
        let method = message["method"].as_str().unwrap_or_default();
        let name = named(method, &message["params"]).map(str::to_owned);
        headers.extend(name.map(|name| ("Mcp-Name", name)));
    }
    headers.retain(|(_, value)| HeaderValue::from_str(value).is_ok());
    headers
}

impl Subject<'_> {
    /// A message as the schema wants it is answered, or refused for what it says.
    fn undamaged(&mut self, message: &Value, generator: &Generator) {
        generator.assert_valid(message);
        let body = message.to_string();
        let headers = headers(self.revision, message, body.as_bytes(), &mut Random::new(1));
        let (status, answer) = self.send(body.as_bytes(), &headers);
        // All that a valid message can lack is in what the client declares.
        let lacks = answer["error"]["code"] == json!(-32021);
        assert!(status < 400 || lacks, "{status} {answer} to {message}");
    }

    /// To the endpoint without a session, whose answer it gives, and to a session over both
    /// transports.
    fn send(&mut self, body: &[u8], headers: &[(&str, String)]) -> (u16, Value) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = request(&headers, body);
        let response = match accept_http(&self.server, &designer(), &NoVars, &request) {
            Accepted::Done(response) => response,
            Accepted::Run(exchange) => finished(exchange),
            Accepted::Begin(begin) => begin.response,
            Accepted::Listen(listen) => {
                let text = listen.acknowledged();
                let acknowledged: Value = serde_json::from_str(&text).expect("JSON");
                assert_valid(self.revision, "SubscriptionsAcknowledgedNotification", &acknowledged);
                self.tally.results += 1;
                return (200, acknowledged);
            }
            Accepted::Task(request) => request.answer(Err(task::unknown())),
        };
        self.judge_response(self.revision, &response, body);
        for headers in [Some(request.headers()), None] {
            let mut session = self.session.clone();
            let accepted =
                accept_session(&self.server, &designer(), &NoVars, &mut session, headers, body);
            self.judge_session(accepted, session.revision.as_str(), body);
            if headers.is_none() {
                self.session = session;
            }
        }
        let answer = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), answer)
    }

    fn judge_session(&mut self, accepted: AcceptedSession, revision: &'static str, body: &[u8]) {
        self.tally.nothing += accepted.signals.len();
        match accepted.answer {
            SessionAnswer::Refuse(response) => self.judge_response(revision, &response, body),
            SessionAnswer::Accepted => self.tally.nothing += 1,
            SessionAnswer::Text(text) => self.judge_text(revision, &text, body),
            SessionAnswer::Run(exchange) => {
                let response = finished(exchange);
                self.judge_response(revision, &response, body);
            }
        }
    }

    fn judge_response(
        &mut self,
        revision: &'static str,
        response: &http::Response<Vec<u8>>,
        body: &[u8],
    ) {
        let status = response.status().as_u16();
        let told = || format!("{status} to {}", String::from_utf8_lossy(body));
        assert!([200, 202, 400, 404].contains(&status), "{}", told());
        let text = std::str::from_utf8(response.body()).expect("UTF-8");
        match response.headers().get("content-type").map(HeaderValue::as_bytes) {
            Some(b"application/json") => {
                assert!(status != 404 || revision == MODERN, "{}", told());
                self.tally.refused += usize::from(status >= 400);
                self.judge_text(revision, text, body);
            }
            // Only whoever says nothing that is answered, or speaks no revision that is spoken.
            Some(_) => {
                assert_eq!(status, 400, "{}", told());
                self.tally.refused += 1;
            }
            None => {
                assert_eq!((status, text), (202, ""), "{}", told());
                self.tally.nothing += 1;
            }
        }
    }

    fn judge_text(&mut self, revision: &str, text: &str, body: &[u8]) {
        let answer: Value = serde_json::from_str(text).expect("JSON");
        let sent: Value = serde_json::from_slice(without_mark(body)).unwrap_or_default();
        match answer {
            Value::Array(answers) => {
                assert!(revision <= "2025-03-26", "{text}");
                for answer in answers {
                    let asked = sent.as_array().into_iter().flatten();
                    let asked = asked.filter(|asked| is_same_id(asked.get("id"), answer.get("id")));
                    let methods: Vec<_> = asked.map(|asked| &asked["method"]).collect();
                    self.judge(revision, &answer, &methods, body);
                }
            }
            answer => self.judge(revision, &answer, &[&sent["method"]], body),
        }
    }

    /// One response to one of these methods.
    fn judge(&mut self, revision: &str, answer: &Value, methods: &[&Value], body: &[u8]) {
        if let Some(code) = answer["error"]["code"].as_i64() {
            self.tally.errors += 1;
            let known = if revision == MODERN { &MODERN_ERRORS[..] } else { &LEGACY_ERRORS[..] };
            // A client without a session may show itself as a modern one whatever it said before.
            let known = known.contains(&code) || MODERN_ERRORS.contains(&code) && says_modern(body);
            assert!(known, "{answer} to {}", String::from_utf8_lossy(body));
            // Before 2025-11-25 the schema knew no answer to what has no id.
            if answer.get("id").is_some() || revision >= "2025-11-25" {
                assert_valid(revision, error_response(revision), answer);
            }
            return;
        }
        self.tally.results += 1;
        let told = || format!("{answer} to {}", String::from_utf8_lossy(body));
        let is_valid = REVISIONS
            .into_iter()
            .filter(|spoken| *spoken == revision || methods.contains(&&json!("initialize")))
            .any(|spoken| {
                let mut methods = methods.iter().filter_map(|method| method.as_str());
                methods.any(|method| {
                    result_of(spoken, method)
                        .is_some_and(|result| is_valid(spoken, &result, &answer["result"]))
                })
            });
        assert!(is_valid, "{}", told());
    }
}

/// A whole number is given back in the one way to write it.
fn is_same_id(asked: Option<&Value>, answered: Option<&Value>) -> bool {
    let number = |id: Option<&Value>| id.and_then(Value::as_f64);
    asked == answered || (number(asked).is_some() && number(asked) == number(answered))
}

fn says_modern(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    text.contains("io.modelcontextprotocol/protocolVersion") || text.contains("server/discover")
}

fn finished(mut exchange: Exchange) -> http::Response<Vec<u8>> {
    let calls = exchange.calls();
    exchange.finish(calls.iter().map(|call| (call.slot, run(call))).collect())
}

thread_local! {
    /// Reading a schema takes longer than judging a message.
    static RESULTS: RefCell<HashMap<(String, String), Option<String>>> = RefCell::default();
}

/// Name of a method's result in the schema of a revision, if it has the method.
fn result_of(revision: &str, method: &str) -> Option<String> {
    let key = (revision.to_owned(), method.to_owned());
    let known = RESULTS.with_borrow(|results| results.get(&key).cloned());
    known.unwrap_or_else(|| {
        let result = Method::parse(method).and_then(|_| read_result_of(revision, method));
        RESULTS.with_borrow_mut(|results| results.insert(key, result.clone()));
        result
    })
}

fn read_result_of(revision: &str, method: &str) -> Option<String> {
    let (schema, definitions) = official(revision);
    let definitions = schema[definitions].as_object().expect("definitions");
    let is_request = |(name, definition): &(&String, &Value)| {
        name.ends_with("Request") && definition["properties"]["method"]["const"] == method
    };
    let (request, _) = definitions.iter().find(is_request)?;
    let result = request.replace("Request", "Result");
    Some(if definitions.contains_key(&result) { result } else { "EmptyResult".to_owned() })
}

//! Calls that ask their client over several rounds (MCP 2026-07-28).

use serde_json::{Value, json};
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::ask::{Ask, InputRequest};
use toolgate_core::mcp::input_required::InputRequired;
use toolgate_core::mcp::outcome::Shape;
use toolgate_core::mcp::request_state::{
    Binding, MAX_REQUEST_STATE, REQUEST_STATE_TTL, RequestState,
};
use toolgate_core::seal::{Entropy, Keyring};

use crate::schema::assert_valid;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW: u64 = 1_785_196_800;

/// Every byte is another one than the last.
struct Counter(u8);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}

fn keys() -> Keyring {
    Keyring::parse(KEY).expect("a key")
}

fn binding(owner: &str, name: &str, arguments: &Value) -> Binding {
    Binding::new(owner, "tools/call", name, arguments.as_object().expect("an object"))
}

fn mine() -> Binding {
    binding("me", "tool", &json!({ "a": 1, "b": { "c": 2, "d": 3 } }))
}

fn state() -> RequestState {
    RequestState {
        answers: json!({ "ask-1": { "action": "decline" } }).as_object().unwrap().clone(),
        memo: json!({ "once": 42 }).as_object().unwrap().clone(),
        issued_at: 0,
    }
}

fn sealed() -> String {
    state().seal(&keys(), &mine(), NOW, &mut Counter(0)).expect("it fits")
}

#[test]
fn what_was_answered_comes_back() {
    let opened = RequestState::open(&keys(), &mine(), &sealed(), NOW + 1).expect("it opens");
    assert_eq!(opened, RequestState { issued_at: NOW, ..state() });
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let text = r#"{"b":{"d":3,"c":2},"a":1}"#;
    let other_order: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(binding("me", "tool", &other_order), mine());
}

#[test]
fn another_caller_tool_or_argument_does_not_open_it() {
    let arguments = json!({ "a": 1, "b": { "c": 2, "d": 3 } });
    let prompt = Binding::new("me", "prompts/get", "tool", arguments.as_object().unwrap());
    for other in [
        binding("you", "tool", &arguments),
        binding("me", "other", &arguments),
        binding("me", "tool", &json!({ "a": 1, "b": { "c": 2, "d": 4 } })),
        binding("me", "tool", &json!({})),
        prompt,
    ] {
        let fault = RequestState::open(&keys(), &other, &sealed(), NOW).expect_err("not theirs");
        assert_eq!(fault.code(), -32602);
    }
}

#[test]
fn parts_of_the_binding_do_not_run_into_each_other() {
    let nothing = json!({});
    assert_ne!(binding("a", "bc", &nothing), binding("ab", "c", &nothing));
    assert_ne!(binding("a\",\"b", "c", &nothing), binding("a", "b\",\"c", &nothing));
}

#[test]
fn what_was_changed_does_not_open() {
    let sealed = sealed();
    for position in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(RequestState::open(&keys(), &mine(), &changed, NOW).is_err(), "{position}");
    }
    for wrong in ["", "x", &format!("{sealed}x"), &"A".repeat(MAX_REQUEST_STATE + 4)] {
        assert!(RequestState::open(&keys(), &mine(), wrong, NOW).is_err());
    }
}

#[test]
fn a_round_has_an_end() {
    let last = NOW + REQUEST_STATE_TTL;
    assert!(RequestState::open(&keys(), &mine(), &sealed(), last).is_ok());
    assert!(RequestState::open(&keys(), &mine(), &sealed(), last + 1).is_err());
}

#[test]
fn what_is_kept_is_bounded() {
    let mut state = state();
    state.memo.insert("large".to_owned(), json!("x".repeat(MAX_REQUEST_STATE)));
    let fault = state.seal(&keys(), &mine(), NOW, &mut Counter(0)).expect_err("too much");
    assert_eq!(fault.code(), -32603);
}

#[test]
fn each_round_gives_another_text() {
    let mut entropy = Counter(0);
    let mut seal = || state().seal(&keys(), &mine(), NOW, &mut entropy).expect("it fits");
    assert_ne!(seal(), seal());
}

#[test]
fn an_input_required_result_is_valid() {
    let question = InputRequest::Form {
        message: "Who?".to_owned(),
        schema: json!({ "type": "object", "properties": { "name": { "type": "string" } } }),
    };
    let asks = vec![
        Ask { key: "user_name".to_owned(), question },
        Ask { key: "client_roots".to_owned(), question: InputRequest::Roots },
    ];
    let required = InputRequired { asks, state: sealed() };
    let shaped = Box::new(required).shape(Revision::V2026_07_28);
    assert_eq!((shaped.kind, shaped.cacheable), ("input_required", None));
    let mut result = shaped.result;
    result["resultType"] = json!("input_required");
    assert_valid("2026-07-28", "InputRequiredResult", &result);
    assert_eq!(result["inputRequests"]["user_name"]["method"], "elicitation/create");
    assert_eq!(result["inputRequests"]["client_roots"], json!({ "method": "roots/list" }));

    let nothing = InputRequired { asks: Vec::new(), state: sealed() };
    let result = Box::new(nothing).shape(Revision::V2026_07_28).result;
    assert!(result.get("inputRequests").is_none() && result["requestState"].is_string());
}

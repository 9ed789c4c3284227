//! Questions to the client, and its answers.

use serde_json::{Value, json};
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::ask::{Ask, ElicitationReply, InputRequest};
use toolgate_core::mcp::peer::ClientCapabilities;

use crate::schema::assert_valid;

fn ask(question: InputRequest) -> Ask {
    Ask { key: "key".to_owned(), question }
}

fn form() -> Ask {
    ask(InputRequest::Form {
        message: "Sure?".to_owned(),
        schema: json!({ "type": "object", "properties": { "sure": { "type": "boolean" } } }),
    })
}

fn page() -> Ask {
    let url = "https://demo.example.com/connect".to_owned();
    ask(InputRequest::Url { message: "Please connect".to_owned(), url, id: None })
}

fn sampling() -> Ask {
    ask(InputRequest::Sampling(json!({
        "messages": [{ "role": "user", "content": { "type": "text", "text": "2 + 2?" } }],
        "maxTokens": 100,
    })))
}

fn roots() -> Ask {
    ask(InputRequest::Roots)
}

/// A question, the name of its request, and the first revision that has it.
fn all() -> [(Ask, &'static str, Revision); 4] {
    [
        (form(), "ElicitRequest", Revision::V2025_06_18),
        (page(), "ElicitRequest", Revision::V2025_11_25),
        (sampling(), "CreateMessageRequest", Revision::V2024_11_05),
        (roots(), "ListRootsRequest", Revision::V2024_11_05),
    ]
}

#[test]
fn requests_of_the_server_are_valid_in_every_revision_that_has_them() {
    for (ask, definition, since) in all() {
        for revision in Revision::ALL.into_iter().rev().filter(|revision| *revision >= since) {
            if revision.has_multi_round_trip() {
                continue;
            }
            let request: Value = serde_json::from_str(&ask.request("s-1", revision)).expect("JSON");
            assert_valid(revision.as_str(), definition, &request);
            assert_valid(revision.as_str(), "JSONRPCRequest", &request);
            assert_eq!(request["id"], "s-1");
        }
    }
}

#[test]
fn entries_of_input_requests_are_valid() {
    for (ask, definition, _) in all() {
        let entry = ask.input_request();
        assert_valid("2026-07-28", definition, &entry);
        assert_valid("2026-07-28", "InputRequest", &entry);
        assert!(entry.get("id").is_none() && entry.get("jsonrpc").is_none());
    }
}

#[test]
fn the_mode_is_named_since_there_are_modes() {
    let params = |ask: &Ask, revision| {
        let request: Value = serde_json::from_str(&ask.request("s-1", revision)).expect("JSON");
        request["params"].clone()
    };
    assert!(params(&form(), Revision::V2025_06_18).get("mode").is_none());
    assert_eq!(params(&form(), Revision::V2025_11_25)["mode"], "form");
    let params = params(&page(), Revision::V2025_11_25);
    assert_eq!((&params["mode"], &params["elicitationId"]), (&json!("url"), &json!("s-1")));
    let entry = page().input_request();
    assert_eq!(entry["params"]["mode"], "url");
    assert!(entry["params"].get("elicitationId").is_none());
}

#[test]
fn a_client_is_asked_for_what_it_declared_only() {
    let none = ClientCapabilities::default();
    for (ask, capabilities, required) in [
        (form(), ClientCapabilities { elicitation: true, ..none }, json!({ "elicitation": {} })),
        (
            page(),
            ClientCapabilities { elicitation_url: true, ..none },
            json!({ "elicitation": { "url": {} } }),
        ),
        (sampling(), ClientCapabilities { sampling: true, ..none }, json!({ "sampling": {} })),
        (roots(), ClientCapabilities { roots: true, ..none }, json!({ "roots": {} })),
    ] {
        assert!(ask.is_supported(&capabilities));
        assert!(!ask.is_supported(&none));
        assert_eq!(ask.required(), required);
        assert_valid("2026-07-28", "ClientCapabilities", &required);
        assert_eq!(ClientCapabilities::read(Some(&required), Revision::V2026_07_28), capabilities);
    }
}

#[test]
fn a_person_may_accept_decline_or_close() {
    let accepted = form().read(&json!({ "action": "accept", "content": { "sure": true } }));
    assert_eq!(accepted, Some(ElicitationReply::Accepted(json!({ "sure": true }))));
    let nothing = form().read(&json!({ "action": "accept" }));
    assert_eq!(nothing, Some(ElicitationReply::Accepted(json!({}))));
    for ask in [form(), page()] {
        assert_eq!(ask.read(&json!({ "action": "decline" })), Some(ElicitationReply::Declined));
        let cancelled = json!({ "action": "cancel", "content": { "sure": 1 } });
        assert_eq!(ask.read(&cancelled), Some(ElicitationReply::Cancelled));
    }
    let opened = page().read(&json!({ "action": "accept" }));
    assert_eq!(opened, Some(ElicitationReply::Accepted(Value::Null)));
}

#[test]
fn malformed_answers_are_none() {
    for (ask, wrong) in [
        (form(), json!(42)),
        (form(), json!({})),
        (form(), json!({ "action": "yes" })),
        (form(), json!({ "action": "accept", "content": "yes" })),
        (form(), json!({ "action": "accept", "content": { "sure": "yes" } })),
        (page(), json!({ "content": {} })),
        (sampling(), json!({ "role": "assistant", "content": { "type": "text" } })),
        (sampling(), json!({ "role": "robot", "content": { "type": "text" }, "model": "m" })),
        (sampling(), json!({ "role": "assistant", "content": "text", "model": "m" })),
        (sampling(), json!({ "action": "accept" })),
        (roots(), json!({})),
        (roots(), json!({ "roots": [{ "name": "no uri" }] })),
        (roots(), json!({ "roots": {} })),
    ] {
        assert_eq!(ask.read(&wrong), None, "{wrong}");
    }
}

#[test]
fn samples_and_roots_come_back() {
    let sample = json!({
        "role": "assistant", "content": { "type": "text", "text": "4" }, "model": "m",
        "stopReason": "endTurn",
    });
    assert_eq!(sampling().read(&sample), Some(ElicitationReply::Accepted(sample)));
    let found = json!({ "roots": [
        { "uri": "file:///a", "name": "A", "_meta": {} }, { "uri": "file:///b" },
    ] });
    let expected = json!([{ "uri": "file:///a", "name": "A" }, { "uri": "file:///b" }]);
    assert_eq!(roots().read(&found), Some(ElicitationReply::Accepted(expected)));
}

#[test]
fn an_error_of_the_client_is_a_reply_too() {
    let error = json!({ "code": -1, "message": "x".repeat(1000) });
    let Some(ElicitationReply::Failed { code, message }) = roots().read_response(&Err(error))
    else {
        panic!("no failure");
    };
    assert_eq!((code, message.len()), (-1, 200));
    let nonsense = roots().read_response(&Err(json!("no")));
    assert_eq!(nonsense, Some(ElicitationReply::Failed { code: 0, message: String::new() }));
    let result = Ok(json!({ "roots": [] }));
    assert_eq!(roots().read_response(&result), Some(ElicitationReply::Accepted(json!([]))));
}

//! Tasks that earlier versions stored.

use serde_json::{Map, Value, json};
use toolgate_core::from_json;
use toolgate_core::mcp::ask::{Ask, InputRequest};

use super::{ANSWER, ASK, CALL, MEMO, MESSAGE, NewTask, RESULT, place};
use crate::auth::vault::recorded_tests::{caller, capabilities, record, recorded, text, vault};

fn task() -> NewTask {
    NewTask {
        id: "task-1".to_owned(),
        subject_key: "owner-1".to_owned(),
        caller: caller(),
        tool: "report".to_owned(),
        arguments: Map::from_iter([("about".to_owned(), json!("ü"))]),
        request_id: json!(7),
        capabilities: capabilities(),
        trace: Some(("00-1-2-01".to_owned(), None)),
        answers: Map::new(),
        memo: Map::new(),
        audit: Some("a-1".to_owned()),
    }
}

fn ask() -> Ask {
    let question =
        InputRequest::Form { message: "Who?".to_owned(), schema: json!({ "type": "object" }) };
    Ask { key: "name".to_owned(), question }
}

/// The texts of a task: what each is, its key, and what it says.
fn texts() -> [(&'static str, &'static str, String); 5] {
    let answer = json!({ "action": "accept", "content": { "name": "Ada" } });
    [
        (CALL, "", serde_json::to_string(&task()).expect("JSON")),
        (ASK, "name", serde_json::to_string(&ask()).expect("JSON")),
        (ANSWER, "name", answer.to_string()),
        (MEMO, "once", json!({ "sum": 42 }).to_string()),
        (RESULT, "", json!({ "content": [] }).to_string()),
    ]
}

#[test]
fn it_can_be_recorded() {
    let vault = vault("owner-1", "task-1");
    let mut row = json!({
        "id": "task-1", "owner": "owner-1", "message": vault.seal(MESSAGE, "half done"),
    });
    for (kind, key, said) in texts() {
        row[kind] = vault.seal(&place(kind, key), &said).into();
    }
    record("task", row);
}

#[test]
fn a_recorded_task_opens_and_can_run_again() {
    let row = &recorded("task")["sealed"];
    let vault = vault(text(row, "owner"), text(row, "id"));
    let open = |kind: &str, key: &str| vault.open(&place(kind, key), text(row, kind)).expect(kind);
    let call: NewTask = from_json::read(open(CALL, "")).expect("a call");
    // It compares as what it is written as.
    let written = |task: &NewTask| serde_json::to_value(task).expect("JSON");
    assert_eq!(written(&call), written(&task()));
    assert_eq!(from_json::read::<Ask>(&open(ASK, "name")).expect("a question"), ask());
    for (kind, key, said) in texts() {
        let value = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(value(&open(kind, key)), value(&said), "{kind}");
    }
    assert_eq!(vault.open(MESSAGE, text(row, "message")).expect("a message"), "half done");
}

#[test]
fn a_task_of_before_it_was_sealed_cannot_run_again() {
    let row = &recorded("task")["unsealed"];
    let vault = vault(text(row, "owner"), text(row, "id"));
    assert!(vault.open(&place(CALL, ""), text(row, "call")).is_err());
    assert!(vault.open(&place(RESULT, ""), text(row, "result")).is_err());
}

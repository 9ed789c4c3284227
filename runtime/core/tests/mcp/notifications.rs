//! Notifications: what they look like in each revision, and who gets them.

use serde_json::{Value, json};
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::notify::{self, Change};
use toolgate_core::mcp::peer::{Level, Peer};

use crate::schema::assert_valid;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn peer(revision: Revision) -> Peer {
    Peer { revision, progress_token: Some(json!("token")), ..Peer::default() }
}

#[test]
fn progress_is_valid_in_every_revision_and_has_a_message_where_that_exists() {
    for revision in Revision::ALL {
        for token in [json!("token"), json!(7)] {
            let peer = Peer { progress_token: Some(token.clone()), ..peer(revision) };
            let text = notify::progress(&peer, 50.0, Some(99.5), Some("half")).expect("a token");
            let message = parse(&text);
            assert_valid(revision.as_str(), "ProgressNotification", &message);
            assert_valid(revision.as_str(), "JSONRPCNotification", &message);
            let params = &message["params"];
            assert_eq!(params["progressToken"], token);
            assert_eq!((&params["progress"], &params["total"]), (&json!(50), &json!(99.5)));
            let has_message = revision >= Revision::V2025_03_26;
            assert_eq!(params.get("message"), has_message.then_some(&json!("half")));
        }
    }
}

#[test]
fn without_a_token_or_a_number_there_is_no_progress() {
    let deaf = Peer { progress_token: None, ..peer(Revision::V2025_11_25) };
    assert_eq!(notify::progress(&deaf, 1.0, None, None), None);
    let peer = peer(Revision::V2025_11_25);
    assert_eq!(notify::progress(&peer, f64::NAN, None, None), None);
    assert_eq!(notify::progress(&peer, 1.0, Some(f64::INFINITY), None), None);
    assert!(notify::progress(&peer, 1.0, None, None).is_some());
}

#[test]
fn log_messages_are_valid_in_every_revision() {
    for revision in Revision::ALL {
        let peer = Peer { log_level: Some(Level::Debug), ..peer(revision) };
        for data in [json!("text"), json!({ "a": [1] }), Value::Null] {
            let text = notify::log(&peer, Level::Alert, Some("db"), data.clone()).expect("a level");
            let message = parse(&text);
            assert_valid(revision.as_str(), "LoggingMessageNotification", &message);
            assert_eq!(
                message["params"],
                json!({ "level": "alert", "logger": "db", "data": data })
            );
        }
    }
}

#[test]
fn messages_below_the_level_and_for_clients_without_one_are_not_sent() {
    let peer = Peer { log_level: Some(Level::Warning), ..peer(Revision::V2025_11_25) };
    assert_eq!(notify::log(&peer, Level::Notice, None, json!("")), None);
    assert!(notify::log(&peer, Level::Warning, None, json!("")).is_some());
    let silent = Peer { log_level: None, ..peer };
    assert_eq!(notify::log(&silent, Level::Emergency, None, json!("")), None);
}

#[test]
fn changes_are_valid_in_every_legacy_revision() {
    for revision in Revision::ALL.into_iter().filter(|revision| revision.has_handshake()) {
        for (change, definition) in [
            (Change::Tools, "ToolListChangedNotification"),
            (Change::Prompts, "PromptListChangedNotification"),
            (Change::Resources, "ResourceListChangedNotification"),
            (Change::Resource("test://a".to_owned()), "ResourceUpdatedNotification"),
        ] {
            let message = parse(&notify::changed(&change).expect("a notification"));
            assert_valid(revision.as_str(), definition, &message);
            assert_valid(revision.as_str(), "JSONRPCNotification", &message);
        }
        let cancelled = parse(&notify::cancelled("1"));
        assert_valid(revision.as_str(), "CancelledNotification", &cancelled);
    }
    let task = Change::Task {
        subject_key: "me".to_owned(),
        tool: "add".to_owned(),
        task: json!({ "taskId": "1" }),
    };
    assert_eq!(notify::changed(&task), None);
}

#[test]
fn changes_survive_storage() {
    for change in [
        Change::Tools,
        Change::Resource("test://a".to_owned()),
        Change::Task {
            subject_key: "me".to_owned(),
            tool: "add".to_owned(),
            task: json!({ "taskId": "1" }),
        },
    ] {
        let text = serde_json::to_string(&change).expect("JSON");
        assert_eq!(toolgate_core::from_json::read::<Change>(&text).expect("a change"), change);
    }
}

#[test]
fn the_change_of_a_task_names_its_person_as_servers_of_before_do() {
    let change = Change::Task {
        subject_key: "me".to_owned(),
        tool: "add".to_owned(),
        task: json!({ "taskId": "1" }),
    };
    let written = serde_json::to_value(&change).expect("JSON");
    assert_eq!(
        written,
        json!({ "task": { "owner": "me", "tool": "add", "task": { "taskId": "1" } } })
    );
}

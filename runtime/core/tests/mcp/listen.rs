//! `subscriptions/listen`.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::LISTENING;
use toolgate_core::mcp::listen::{Filter, Listen, MAX_LISTENED, may_hear};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::{Accepted, Server, accept_http};
use toolgate_policy::Caller;

use crate::schema::assert_valid;
use crate::support::{
    CONFIG, MODERN, NoVars, config, designer, full, modern_meta, request, visitor,
};

const TASKS: &str = "io.modelcontextprotocol/tasks";

/// What a request comes to: a subscription, or an error with its HTTP status.
fn listen_with(
    caller: &Caller,
    capabilities: Value,
    notifications: &Value,
    server: impl FnOnce(&mut Server<'_>),
) -> Result<Listen, (u16, Value)> {
    let (config, log) = (config(CONFIG), Log::default());
    let mut asked = Server { notifications: Some(&LISTENING), ..full(&config, &log) };
    server(&mut asked);
    let mut meta = modern_meta();
    meta["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    let body = json!({
        "jsonrpc": "2.0", "id": 7, "method": "subscriptions/listen",
        "params": { "_meta": meta, "notifications": notifications },
    });
    let headers = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "subscriptions/listen")];
    let request = request(&headers, body.to_string());
    match accept_http(&asked, caller, &NoVars, &request) {
        Accepted::Listen(listen) => Ok(listen),
        Accepted::Done(response) => {
            let answer = serde_json::from_slice(response.body()).expect("JSON");
            Err((response.status().as_u16(), answer))
        }
        other => panic!("{other:?}"),
    }
}

fn listen(caller: &Caller, notifications: &Value) -> Listen {
    listen_with(caller, json!({}), notifications, |_| {}).expect("a subscription")
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

const EVERYTHING: [&str; 3] = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"];

fn everything() -> Value {
    let mut all = json!({ "resourceSubscriptions": ["test://static-text"] });
    for key in EVERYTHING {
        all[key] = json!(true);
    }
    all
}

#[test]
fn the_acknowledgement_says_what_is_honoured_and_is_valid() {
    let message = parse(&listen(&designer(), &everything()).acknowledged());
    assert_valid(MODERN, "SubscriptionsAcknowledgedNotification", &message);
    assert_eq!(message["params"]["notifications"], everything());
    assert_eq!(message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    let nothing = parse(&listen(&designer(), &json!({})).acknowledged());
    assert_eq!(nothing["params"]["notifications"], json!({}));
}

#[test]
fn every_message_is_valid_and_tagged_with_the_id_in_its_json_type() {
    for id in [json!(7), json!("7")] {
        let listen = Listen { id: id.clone(), ..listen(&designer(), &everything()) };
        for (change, definition) in [
            (Change::Tools, "ToolListChangedNotification"),
            (Change::Prompts, "PromptListChangedNotification"),
            (Change::Resources, "ResourceListChangedNotification"),
            (Change::Resource("test://static-text".to_owned()), "ResourceUpdatedNotification"),
        ] {
            let message = parse(&listen.message(&change).expect("it was asked for"));
            assert_valid(MODERN, definition, &message);
            let tag = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
            assert_eq!(tag, &id);
        }
        let end = parse(&listen.end());
        assert_valid(MODERN, "SubscriptionsListenResultResponse", &end);
        assert_eq!(end["id"], id);
        assert_eq!(end["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"], id);
    }
}

#[test]
fn what_was_not_asked_for_is_not_sent() {
    for key in EVERYTHING {
        let listen = listen(&designer(), &json!({ key: true }));
        let heard = [
            ("toolsListChanged", Change::Tools),
            ("promptsListChanged", Change::Prompts),
            ("resourcesListChanged", Change::Resources),
            ("", Change::Resource("test://static-text".to_owned())),
        ]
        .into_iter()
        .filter(|(_, change)| listen.message(change).is_some());
        assert_eq!(heard.map(|(name, _)| name).collect::<Vec<_>>(), [key]);
    }
}

#[test]
fn a_resource_is_only_subscribed_to_by_those_who_may_read_it() {
    let uris = ["test://static-text", "test://drawings/1", "test://nothing", "test://drawings/1"];
    let asked = json!({ "resourceSubscriptions": uris });
    assert_eq!(listen(&designer(), &asked).filter.uris, uris[..2]);
    assert_eq!(listen(&visitor(), &asked).filter.uris, uris[..1]);
}

#[test]
fn each_receiver_is_judged_at_each_change() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = full(&config, &log);
    let hears = |caller: &Caller, change: &Change| may_hear(&server, caller, &NoVars, "me", change);
    let drawing = Change::Resource("test://drawings/1".to_owned());
    assert!(hears(&designer(), &drawing));
    assert!(!hears(&visitor(), &drawing));
    assert!(!hears(&designer(), &Change::Resource("test://nothing".to_owned())));
    assert!(hears(&visitor(), &Change::Tools));
    let task = |owner: &str, tool: &str| Change::Task {
        subject_key: owner.to_owned(),
        tool: tool.to_owned(),
        task: json!({ "taskId": "1" }),
    };
    assert!(hears(&visitor(), &task("me", "add")));
    assert!(!hears(&visitor(), &task("you", "add")));
    // Who may call the tool no more hears no more of what it found.
    assert!(hears(&designer(), &task("me", "generateImage")));
    assert!(!hears(&visitor(), &task("me", "generateImage")));
    assert!(!hears(&designer(), &task("me", "a tool that is gone")));
}

#[test]
fn tasks_are_heard_of_by_clients_that_declare_the_extension() {
    let asked = json!({ "taskIds": ["1", "2"] });
    let (status, answer) = listen_with(&visitor(), json!({}), &asked, |_| {}).expect_err("a fault");
    assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(-32021)));
    assert_valid(MODERN, "MissingRequiredClientCapabilityError", &answer);
    let required = &answer["error"]["data"]["requiredCapabilities"];
    assert_eq!(required, &json!({ "extensions": { TASKS: {} } }));

    let declared = json!({ "extensions": { TASKS: {} } });
    let listen = listen_with(&visitor(), declared, &asked, |_| {}).expect("a subscription");
    let acknowledged = parse(&listen.acknowledged());
    assert_eq!(acknowledged["params"]["notifications"], asked);
    let change = |id: &str| Change::Task {
        subject_key: "me".to_owned(),
        tool: "add".to_owned(),
        task: json!({
            "taskId": id, "status": "working", "createdAt": "2026-07-28T00:00:00Z",
            "lastUpdatedAt": "2026-07-28T00:00:00Z", "ttlMs": null,
        }),
    };
    let message = parse(&listen.message(&change("2")).expect("it was asked for"));
    assert_valid("ext-tasks", "TaskStatusNotification", &message);
    assert_eq!(message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    assert_eq!(listen.message(&change("3")), None);
}

#[test]
fn a_server_without_tasks_honours_none() {
    let asked = json!({ "taskIds": ["1"] });
    let listen = listen_with(&visitor(), json!({}), &asked, |server| server.families = &[]);
    assert!(listen.expect("a subscription").filter.tasks.is_empty());
}

#[test]
fn entries_that_are_too_long_are_refused() {
    let declared = json!({ "extensions": { TASKS: {} } });
    for asked in [
        json!({ "taskIds": ["1".repeat(513)] }),
        json!({ "resourceSubscriptions": [format!("test://{}", "x".repeat(2048))] }),
    ] {
        let (_, answer) =
            listen_with(&visitor(), declared.clone(), &asked, |_| {}).expect_err("a fault");
        assert_eq!(answer["error"]["code"], -32602);
    }
}

#[test]
fn lists_that_the_server_does_not_have_are_not_honoured() {
    let listen = listen_with(&visitor(), json!({}), &everything(), |server| {
        server.prompts = &[];
        server.resources = &[];
    });
    let filter = listen.expect("a subscription").filter;
    assert_eq!(filter, Filter { tools: true, ..Filter::default() });
}

#[test]
fn a_server_that_announces_nothing_has_no_such_method() {
    let refused = listen_with(&visitor(), json!({}), &everything(), |server| {
        server.notifications = None;
    });
    let (status, answer) = refused.expect_err("a fault");
    assert_eq!((status, answer["error"]["code"].as_i64()), (404, Some(-32601)));
}

#[test]
fn malformed_filters_are_refused() {
    let many: Vec<String> = (0..=MAX_LISTENED).map(|index| index.to_string()).collect();
    for wrong in [
        json!([]),
        json!({ "toolsListChanged": "yes" }),
        json!({ "resourceSubscriptions": "test://a" }),
        json!({ "resourceSubscriptions": [1] }),
        json!({ "resourceSubscriptions": many }),
        json!({ "taskIds": [null] }),
    ] {
        let (_, answer) = listen_with(&visitor(), json!({}), &wrong, |_| {}).expect_err("a fault");
        assert_eq!(answer["error"]["code"], -32602, "{wrong}");
    }
}

#[test]
fn a_subscription_survives_storage() {
    let listen = listen(&designer(), &everything());
    let text = serde_json::to_string(&listen).expect("JSON");
    assert_eq!(toolgate_core::from_json::read::<Listen>(&text).expect("a subscription"), listen);
}

//! The extension for tasks.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::ask::{Ask, InputRequest};
use toolgate_core::mcp::outcome::Shape;
use toolgate_core::mcp::task::{
    self, DetailedTask, MAX_TASK_ID, TaskAnswer, TaskDetail, TaskOperation, TaskRequest,
    TaskStatus, TaskView,
};
use toolgate_core::mcp::{Accepted, Fault, INTERNAL_ERROR, Revision, accept_http};

use crate::schema::assert_valid;
use crate::support::{
    CONFIG, LEGACY, MODERN, NoVars, ask_full, config, full, modern_meta, no_params, request,
    visitor,
};

const TASKS: &str = "io.modelcontextprotocol/tasks";

/// What a request of a client that declares the extension comes to.
fn ask(method: &str, mut params: Value) -> Result<TaskRequest, Value> {
    let (config, log) = (config(CONFIG), Log::default());
    params["_meta"] = modern_meta();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({ "extensions": { TASKS: {} } });
    let id = params["taskId"].as_str().unwrap_or_default().to_owned();
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params });
    let headers = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method), ("Mcp-Name", &id)];
    let request = request(&headers, body.to_string());
    match accept_http(&full(&config, &log), &visitor(), &NoVars, &request) {
        Accepted::Task(request) => Ok(request),
        Accepted::Done(response) => Err(serde_json::from_slice(response.body()).expect("JSON")),
        other => panic!("{other:?}"),
    }
}

fn get() -> TaskRequest {
    ask("tasks/get", json!({ "taskId": "1" })).expect("a request")
}

fn answer(request: TaskRequest, outcome: Result<TaskAnswer, Fault>) -> (u16, Value) {
    let response = request.answer(outcome);
    let status = response.status().as_u16();
    (status, serde_json::from_slice(response.body()).expect("JSON"))
}

fn view(status: TaskStatus) -> TaskView {
    TaskView {
        task_id: "1".to_owned(),
        status,
        status_message: Some("On it".to_owned()),
        created_at: 1_785_196_799_007,
        updated_at: 1_785_196_800_000,
        ttl_ms: Some(60_000),
        poll_interval_ms: Some(500),
    }
}

/// Each status with what belongs to it, and the name in the official schema.
fn states() -> Vec<(&'static str, DetailedTask)> {
    let form = json!({ "type": "object", "properties": { "sure": { "type": "boolean" } } });
    let question = InputRequest::Form { message: "Sure?".to_owned(), schema: form };
    let asks = vec![Ask { key: "ask-1".to_owned(), question }];
    let error = Fault::new(INTERNAL_ERROR, "It broke").into_value();
    [
        ("WorkingTask", TaskStatus::Working, TaskDetail::None),
        ("InputRequiredTask", TaskStatus::InputRequired, TaskDetail::Asks(asks)),
        ("CompletedTask", TaskStatus::Completed, TaskDetail::Result(json!({ "content": [] }))),
        ("FailedTask", TaskStatus::Failed, TaskDetail::Error(error)),
        ("CancelledTask", TaskStatus::Cancelled, TaskDetail::None),
    ]
    .into_iter()
    .map(|(name, status, detail)| (name, DetailedTask { view: view(status), detail }))
    .collect()
}

#[test]
fn a_created_task_is_a_flat_valid_result() {
    for ttl_ms in [None, Some(60_000)] {
        let task = TaskView { ttl_ms, poll_interval_ms: None, ..view(TaskStatus::Working) };
        let shaped = Box::new(task).shape(Revision::V2026_07_28);
        assert_eq!((shaped.kind, shaped.cacheable), ("task", None));
        let mut result = shaped.result;
        result["resultType"] = json!("task");
        assert_valid("ext-tasks", "CreateTaskResult", &result);
        assert_eq!(result["createdAt"], "2026-07-27T23:59:59.007Z");
        assert_eq!(result["ttlMs"], json!(ttl_ms));
        assert!(result.get("pollIntervalMs").is_none());
    }
}

#[test]
fn tasks_get_gives_the_status_with_what_belongs_to_it() {
    for (definition, task) in states() {
        let (status, answer) = answer(get(), Ok(TaskAnswer::Task(Box::new(task.clone()))));
        assert_eq!(status, 200);
        assert_valid(MODERN, "JSONRPCResultResponse", &answer);
        assert_eq!(answer["id"], "a");
        let result = &answer["result"];
        assert_valid("ext-tasks", "GetTaskResult", result);
        assert_valid("ext-tasks", definition, result);
        assert_eq!(result["resultType"], "complete");
        assert_eq!(result["status"], task.view.status.as_str());
        assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "demo");
        assert!(result.get("requestState").is_none());
    }
}

#[test]
fn updates_and_cancellations_are_acknowledged_with_nothing_else() {
    for (method, definition) in
        [("tasks/update", "UpdateTaskResult"), ("tasks/cancel", "CancelTaskResult")]
    {
        let params = json!({ "taskId": "1", "inputResponses": {} });
        let request = ask(method, params).expect("a request");
        let (status, answer) = answer(request, Ok(TaskAnswer::Acknowledged));
        assert_eq!(status, 200);
        assert_valid("ext-tasks", definition, &answer["result"]);
        let result = answer["result"].as_object().expect("an object");
        let allowed = ["resultType", "_meta"];
        assert!(result.keys().all(|key| allowed.contains(&key.as_str())), "{result:?}");
    }
}

#[test]
fn requests_are_read_as_they_were_meant() {
    assert_eq!((get().task_id.as_str(), get().operation), ("1", TaskOperation::Get));
    let cancel = ask("tasks/cancel", json!({ "taskId": "1" })).expect("a request");
    assert_eq!(cancel.operation, TaskOperation::Cancel);
    let responses = json!({ "ask-1": { "action": "decline" } });
    let params = json!({ "taskId": "1", "inputResponses": responses });
    let update = ask("tasks/update", params).expect("a request");
    assert_eq!(update.operation, TaskOperation::Update(responses.as_object().unwrap().clone()));
}

#[test]
fn malformed_requests_and_impossible_ids_are_refused() {
    for (method, params) in [
        ("tasks/get", json!({ "taskId": "x".repeat(MAX_TASK_ID + 1) })),
        ("tasks/update", json!({ "taskId": "1" })),
        ("tasks/update", json!({ "taskId": "1", "inputResponses": [] })),
    ] {
        let answer = ask(method, params).expect_err("a fault");
        assert_eq!(answer["error"]["code"], -32602, "{method}");
    }
}

#[test]
fn an_unknown_task_is_one_of_the_params() {
    let (status, answer) = answer(get(), Err(task::unknown()));
    assert_eq!(status, 200);
    assert_valid(MODERN, "JSONRPCErrorResponse", &answer);
    assert_eq!(answer["error"]["code"], -32602);
}

#[test]
fn clients_that_do_not_declare_the_extension_are_told_what_they_lack() {
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let params = json!({ "taskId": "1", "inputResponses": {} });
        let answer = ask_full(&visitor(), MODERN, method, params);
        assert_eq!(answer.status, 400);
        assert_valid(MODERN, "MissingRequiredClientCapabilityError", &answer.json());
        let required = &answer.json()["error"]["data"]["requiredCapabilities"];
        assert_eq!(required, &json!({ "extensions": { TASKS: {} } }));
    }
}

#[test]
fn the_legacy_revisions_and_the_draft_before_have_no_such_methods() {
    for revision in LEGACY {
        let answer = ask_full(&visitor(), revision, "tasks/get", json!({ "taskId": "1" }));
        assert_eq!((answer.status, answer.error_code()), (200, -32601));
    }
    for method in ["tasks/list", "tasks/result"] {
        assert_eq!(ask(method, no_params()).expect_err("a fault")["error"]["code"], -32601);
    }
}

#[test]
fn a_task_survives_storage() {
    let task = view(TaskStatus::InputRequired);
    let text = serde_json::to_string(&task).expect("JSON");
    assert!(text.contains("\"input_required\""));
    assert_eq!(toolgate_core::from_json::read::<TaskView>(&text).expect("a task"), task);
    assert!(!task.status.is_terminal());
    assert!(TaskStatus::Failed.is_terminal());
}

//! What the log is told of prompts and resources.

use serde_json::{Value, json};
use toolgate_core::audit::Log;

use crate::support::{
    CONFIG, MODERN, REVISIONS, config, designer, full, methods, request_of, send_to, visitor,
};

type Told = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);

fn told(revision: &str, method: &str, params: &Value) -> Vec<Told> {
    let (config, log) = (config(CONFIG), Log::default());
    let server = full(&config, &log);
    let _ = send_to(&server, &visitor(), &request_of(revision, method, params.clone()));
    let events = log.take();
    assert!(events.iter().all(|event| event.arguments.is_none()));
    events.iter().map(|e| (e.kind.name(), e.reason.code(), e.tool, e.policy)).collect()
}

#[test]
fn each_use_is_told_with_its_decision() {
    let matched = "policy_matched";
    let guarded = Some("image-makers");
    let prompt = |name: &str| json!({ "type": "ref/prompt", "name": name });
    let resource = |uri: &str| json!({ "type": "ref/resource", "uri": uri });
    let complete = |reference: Value, argument: &str| json!({ "ref": reference, "argument": { "name": argument, "value": "" } });
    for revision in REVISIONS {
        for (method, params, expected) in [
            (
                "prompts/get",
                json!({ "name": "plain" }),
                ("prompt_allowed", matched, Some("plain"), Some("everyone")),
            ),
            (
                "prompts/get",
                json!({ "name": "draw" }),
                ("prompt_denied", "groups_missing", Some("draw"), guarded),
            ),
            (
                "prompts/get",
                json!({ "name": "none" }),
                ("prompt_denied", "unknown_prompt", None, None),
            ),
            (
                "resources/read",
                json!({ "uri": "test://template/1/data" }),
                ("resource_allowed", matched, Some("data"), Some("everyone")),
            ),
            (
                "resources/read",
                json!({ "uri": "test://drawings/1" }),
                ("resource_denied", "groups_missing", Some("one-drawing"), guarded),
            ),
            (
                "resources/read",
                json!({ "uri": "test://none" }),
                ("resource_denied", "unknown_resource", None, None),
            ),
            (
                "completion/complete",
                complete(prompt("greet"), "name"),
                ("prompt_allowed", matched, Some("greet"), Some("everyone")),
            ),
            (
                "completion/complete",
                complete(resource("test://drawings/{id}"), "id"),
                ("resource_denied", "groups_missing", Some("one-drawing"), guarded),
            ),
        ] {
            assert_eq!(told(revision, method, &params), [expected], "{revision} {method} {params}");
        }
        for method in methods().into_iter().filter(|method| method.ends_with("/list")) {
            assert_eq!(told(revision, method, &json!({})), [], "{method}");
        }
    }
}

#[test]
fn arguments_are_told_only_where_the_configuration_says_so() {
    let mut config = config(CONFIG);
    config.audit.arguments = true;
    let log = Log::default();
    let params = json!({ "name": "greet", "arguments": { "name": "Ada" } });
    let request = request_of(MODERN, "prompts/get", params);
    let _ = send_to(&full(&config, &log), &designer(), &request);
    assert_eq!(log.take()[0].arguments.as_deref(), Some(r#"{"name":"Ada"}"#));
}

//! `tools/list`.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::{Accepted, accept_http};
use toolgate_policy::Caller;

use crate::support::{
    CONFIG, LEGACY, MODERN, NoVars, REVISIONS, TOOLS, ask, config, designer, modern, no_params,
    request, tools_only, visitor,
};

fn tool(revision: &str, name: &str) -> Value {
    let result = ask(&designer(), revision, "tools/list", no_params()).result();
    let tools = result["tools"].as_array().expect("tools");
    tools.iter().find(|tool| tool["name"] == name).expect("the tool").clone()
}

#[test]
fn a_tool_is_described_as_the_revision_can_carry() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "type": "number" }, "b": { "type": "number" } },
        "required": ["a", "b"],
    });
    let hints = json!({ "readOnlyHint": true, "idempotentHint": true, "openWorldHint": false });
    let mut titled_hints = hints.clone();
    titled_hints["title"] = json!("Add");
    let oldest =
        json!({ "name": "add", "description": "Adds \"two\" numbers", "inputSchema": schema });
    let mut hinted = oldest.clone();
    hinted["annotations"] = titled_hints;
    let mut titled = oldest.clone();
    titled["title"] = json!("Add");
    titled["annotations"] = hints;

    assert_eq!(tool("2024-11-05", "add"), oldest);
    assert_eq!(tool("2025-03-26", "add"), hinted);
    for revision in ["2025-06-18", "2025-11-25", MODERN] {
        assert_eq!(tool(revision, "add"), titled);
    }
}

#[test]
fn output_schemas_are_shown_where_the_revision_allows_them() {
    for revision in ["2024-11-05", "2025-03-26"] {
        assert!(tool(revision, "report").get("outputSchema").is_none());
        assert!(tool(revision, "count").get("outputSchema").is_none());
    }
    for revision in ["2025-06-18", "2025-11-25"] {
        assert_eq!(tool(revision, "report")["outputSchema"]["type"], "object");
        // Only objects could be described.
        assert!(tool(revision, "count").get("outputSchema").is_none());
    }
    assert_eq!(tool(MODERN, "report")["outputSchema"]["type"], "object");
    assert_eq!(tool(MODERN, "count")["outputSchema"]["type"], "array");
}

#[test]
fn lists_keep_the_order_of_the_registry_and_show_what_may_be_called() {
    for revision in REVISIONS {
        let names = |caller: &Caller| -> Vec<String> {
            let result = ask(caller, revision, "tools/list", no_params()).result();
            let tools = result["tools"].as_array().expect("tools");
            tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
        };
        let all: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
        assert_eq!(names(&designer()), all);
        assert_eq!(names(&visitor()), ["add", "count", "report", "speak"]);
    }
}

#[test]
fn a_cursor_was_never_given_out() {
    for revision in REVISIONS {
        for cursor in [json!("x"), json!(1)] {
            let answer = ask(&designer(), revision, "tools/list", json!({ "cursor": cursor }));
            assert_eq!((answer.status, answer.error_code()), (200, -32602));
        }
        let answer = ask(&designer(), revision, "tools/list", json!({ "cursor": null }));
        assert!(answer.result().get("nextCursor").is_none());
    }
}

#[test]
fn only_modern_lists_say_how_long_they_hold() {
    let result = modern(&designer(), "tools/list", no_params()).result();
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["ttlMs"], 60_000);
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "demo");
    for revision in LEGACY {
        let result = ask(&designer(), revision, "tools/list", no_params()).result();
        assert_eq!(result.as_object().unwrap().keys().collect::<Vec<_>>(), ["tools"]);
    }
}

#[test]
fn a_list_is_public_only_when_everyone_gets_the_same() {
    for caller in [designer(), visitor()] {
        let result = modern(&caller, "tools/list", no_params()).result();
        assert_eq!(result["cacheScope"], "private");
    }
    // Without the guarded tool.
    let open: Vec<_> = TOOLS.into_iter().filter(|tool| tool.policy == "everyone").collect();
    for tools in [&open[..], &[]] {
        let config = config(CONFIG);
        let log = Log::default();
        let server = tools_only(&config, tools, &log);
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/list",
            "params": { "_meta": crate::support::modern_meta() },
        });
        let headers = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/list")];
        let request = request(&headers, body.to_string());
        let Accepted::Done(response) = accept_http(&server, &visitor(), &NoVars, &request) else {
            panic!("a list runs nothing");
        };
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(answer["result"]["cacheScope"], "public");
        assert_eq!(answer["result"]["tools"].as_array().map(Vec::len), Some(tools.len()));
    }
}

//! `tools/call`.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::{Accepted, Target, accept_http};

use crate::support::{
    CONFIG, LEGACY, MODERN, NoVars, REVISIONS, TOOLS, ask, config, designer, legacy, modern_meta,
    no_params, request, tell, tools_only, visitor,
};

fn call(revision: &str, name: &str) -> Value {
    ask(&designer(), revision, "tools/call", json!({ "name": name })).result()
}

fn text(text: &str) -> Value {
    json!([{ "type": "text", "text": text }])
}

#[test]
fn a_sum_is_given_back() {
    for revision in LEGACY {
        let params = json!({ "name": "add", "arguments": { "a": 23, "b": 19 } });
        let answer = legacy(&designer(), revision, "tools/call", params);
        assert_eq!(answer.result(), json!({ "content": text("42") }));
    }
}

#[test]
fn modern_results_are_complete_and_signed_by_the_server() {
    let mut result = call(MODERN, "report");
    let info = result.as_object_mut().unwrap().remove("_meta").expect("_meta");
    assert_eq!(info["io.modelcontextprotocol/serverInfo"]["version"], "1.2.3");
    let expected = json!({
        "resultType": "complete",
        "content": text("Three"),
        "structuredContent": { "total": 3 },
    });
    assert_eq!(result, expected);
}

#[test]
fn structured_results_are_given_where_the_revision_can_carry_them() {
    for revision in ["2024-11-05", "2025-03-26"] {
        assert_eq!(call(revision, "report"), json!({ "content": text("Three") }));
    }
    for revision in ["2025-06-18", "2025-11-25"] {
        let expected = json!({ "content": text("Three"), "structuredContent": { "total": 3 } });
        assert_eq!(call(revision, "report"), expected);
    }
    // What is not an object was not allowed, so it is text.
    for revision in LEGACY {
        assert_eq!(call(revision, "count"), json!({ "content": text("[1,2,3]") }));
    }
    assert_eq!(call(MODERN, "count")["structuredContent"], json!([1, 2, 3]));
    assert_eq!(call(MODERN, "count")["content"], text("[1,2,3]"));
}

#[test]
fn images_are_given_in_every_revision_and_sound_since_2025_03_26() {
    let image = json!([{ "type": "image", "data": "AAAA", "mimeType": "image/png" }]);
    let audio = json!([{ "type": "audio", "data": "AAAA", "mimeType": "audio/wav" }]);
    for revision in REVISIONS {
        assert_eq!(call(revision, "generateImage")["content"], image);
        let sound = &call(revision, "speak")["content"];
        if revision == "2024-11-05" {
            assert_eq!(sound[0]["type"], "text");
            assert!(sound[0]["text"].as_str().unwrap().contains("audio/wav"));
        } else {
            assert_eq!(sound, &audio);
        }
    }
}

#[test]
fn denied_and_unknown_tools_are_told_apart_by_nobody() {
    for revision in REVISIONS {
        for name in ["generateImage", "nothing", "Add", ""] {
            let answer = ask(&visitor(), revision, "tools/call", json!({ "name": name }));
            assert_eq!((answer.status, answer.error_code()), (200, -32602));
            assert_eq!(
                answer.json()["error"]["message"],
                format!("Unknown tool, or not allowed for this account: {name}")
            );
        }
    }
}

#[test]
fn a_long_name_is_not_repeated_whole() {
    let params = json!({ "name": "ü".repeat(2_000) });
    let answer = legacy(&visitor(), "2025-11-25", "tools/call", params);
    let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with(&format!(": {}", "ü".repeat(128))));
}

#[test]
fn malformed_params_are_invalid() {
    for params in [
        no_params(),
        json!({ "name": 1 }),
        json!({ "name": null }),
        json!({ "name": "add", "arguments": [] }),
        json!({ "name": "add", "arguments": "a" }),
    ] {
        for revision in LEGACY {
            let answer = legacy(&designer(), revision, "tools/call", params.clone());
            assert_eq!((answer.status, answer.error_code()), (200, -32602), "{params}");
        }
        let answer = ask(&designer(), MODERN, "tools/call", params);
        assert_eq!(answer.error_code(), -32602);
    }
}

#[test]
fn the_adapter_gets_what_the_client_sent() {
    let config = config(CONFIG);
    let log = Log::default();
    let server = tools_only(&config, &TOOLS, &log);
    let params = json!({
        "name": "report", "arguments": { "about": [1, "two"] }, "_meta": { "progressToken": "p" },
    });
    let body = json!({ "jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": params });
    let request = request(&[], body.to_string());
    let Accepted::Run(mut exchange) = accept_http(&server, &visitor(), &NoVars, &request) else {
        panic!("the tool runs");
    };
    let calls = exchange.calls();
    let [call] = calls.as_slice() else { panic!("one call") };
    let Target::Tool(tool) = call.target else { panic!("a tool") };
    assert_eq!(TOOLS[tool].name, "report");
    assert_eq!(Value::Object(call.arguments.clone()), json!({ "about": [1, "two"] }));
    assert_eq!(call.peer.progress_token, Some(json!("p")));
    assert_eq!(call.request_id, "x");
}

#[test]
fn a_call_without_arguments_has_none() {
    let config = config(CONFIG);
    let log = Log::default();
    let server = tools_only(&config, &TOOLS, &log);
    for params in [json!({ "name": "speak" }), json!({ "name": "speak", "arguments": null })] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = request(&[], body.to_string());
        let Accepted::Run(mut exchange) = accept_http(&server, &visitor(), &NoVars, &request)
        else {
            panic!("the tool runs");
        };
        assert!(exchange.calls()[0].arguments.is_empty());
    }
}

#[test]
fn failures_are_shown_to_the_model_and_missing_results_are_internal_errors() {
    let config = config(CONFIG);
    let log = Log::default();
    let server = tools_only(&config, &TOOLS, &log);
    let params = json!({ "_meta": modern_meta(), "name": "speak" });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let headers =
        [("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", "speak")];
    let finish = |results: Vec<(usize, CallResult)>| -> Value {
        let request = request(&headers, body.to_string());
        let Accepted::Run(exchange) = accept_http(&server, &visitor(), &NoVars, &request) else {
            panic!("the tool runs");
        };
        let response = exchange.finish(results);
        assert_eq!(response.status(), 200);
        serde_json::from_slice(response.body()).unwrap()
    };
    let failed = finish(vec![(0, Ok(Box::new(ToolResult::error("No voice today"))))]);
    assert_eq!(failed["result"]["isError"], true);
    assert_eq!(failed["result"]["content"], text("No voice today"));
    assert_eq!(failed["result"]["resultType"], "complete");
    let elsewhere: Vec<(usize, CallResult)> = vec![(5, Ok(Box::new(ToolResult::default())))];
    for results in [vec![], elsewhere] {
        assert_eq!(finish(results)["error"]["code"], -32603);
    }
}

#[test]
fn the_log_tells_a_denied_tool_from_an_unknown_one_and_the_caller_cannot() {
    let mut config = config(CONFIG);
    for includes_arguments in [false, true] {
        config.audit.arguments = includes_arguments;
        let log = Log::default();
        let server = tools_only(&config, &TOOLS, &log);
        for name in ["generateImage", "no-such-tool", "add"] {
            let params = json!({ "name": name, "arguments": { "prompt": "x" } });
            let body =
                json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
            let request = request(&[], body.to_string());
            if let Accepted::Run(mut exchange) = accept_http(&server, &visitor(), &NoVars, &request)
            {
                tell(&server, &mut exchange.calls());
            }
        }
        let events = log.take();
        let told: Vec<_> =
            events.iter().map(|e| (e.kind.name(), e.reason.code(), e.tool, e.policy)).collect();
        assert_eq!(
            told,
            [
                ("tool_denied", "groups_missing", Some("generateImage"), Some("image-makers")),
                ("tool_denied", "unknown_tool", None, None),
                ("tool_allowed", "policy_matched", Some("add"), Some("everyone")),
            ]
        );
        let expected = includes_arguments.then(|| r#"{"prompt":"x"}"#.to_owned());
        assert!(events.iter().all(|event| event.arguments == expected), "{events:?}");
    }
}

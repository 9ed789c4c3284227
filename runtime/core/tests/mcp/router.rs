//! Which requests are served in which way, and with which errors.

use serde_json::{Value, json};

use crate::support::{
    LEGACY, MODERN, designer, legacy, modern, modern_meta, no_params, post, request, send,
};

const VERSION: &str = "MCP-Protocol-Version";

fn list(params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params })
}

#[test]
fn only_post_is_allowed() {
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        let mut request = request(&[("Accept", "text/event-stream")], "");
        *request.method_mut() = method.parse().unwrap();
        let answer = send(&designer(), &request);
        assert_eq!(answer.status, 405);
        assert_eq!(answer.allow.as_deref(), Some("POST"));
        assert_ne!(answer.content_type.as_deref(), Some("application/json"));
    }
}

#[test]
fn initialize_without_a_version_in_meta_is_legacy_whatever_the_header_says() {
    let info = json!({ "name": "client", "version": "1" });
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    for version in [MODERN, "2099-01-01"] {
        let answer = post(&[(VERSION, version), ("Mcp-Method", "initialize")], &body);
        assert_eq!(answer.result()["protocolVersion"], "2025-06-18", "{version}");
    }
    // With it, the method is none of the revision.
    let answer = modern(&designer(), "initialize", params);
    assert_eq!((answer.status, answer.error_code()), (404, -32601));
}

#[test]
fn initialize_answers_with_a_revision_that_has_it() {
    for (asked, answered) in LEGACY.map(|revision| (revision, revision)).into_iter().chain([
        ("2026-07-28", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
        ("2024-10-07", "2025-11-25"),
        ("", "2025-11-25"),
    ]) {
        let info = json!({ "name": "client", "version": "1" });
        let params = json!({ "protocolVersion": asked, "capabilities": {}, "clientInfo": info });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        for headers in [&[][..], &[(VERSION, "2025-03-26")][..], &[(VERSION, "garbage")][..]] {
            let result = post(headers, &body).result();
            assert_eq!(result["protocolVersion"], answered);
            assert_eq!(result["capabilities"], json!({ "tools": {} }));
            assert_eq!(result["instructions"], "Add before you draw.");
            assert!(result.get("resultType").is_none() && result.get("_meta").is_none());
        }
    }
}

#[test]
fn initialize_without_a_version_is_invalid() {
    for params in [json!({}), json!({ "protocolVersion": 1 })] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let answer = post(&[], &body);
        assert_eq!((answer.status, answer.error_code()), (200, -32602));
    }
}

#[test]
fn the_server_presents_itself_as_the_revision_can_carry() {
    let old = json!({ "name": "demo", "version": "1.2.3" });
    let titled = json!({ "name": "demo", "version": "1.2.3", "title": "Demo server" });
    let full = json!({
        "name": "demo", "version": "1.2.3", "title": "Demo server",
        "description": "Adds and draws", "websiteUrl": "https://demo.example.com",
    });
    for (revision, info) in LEGACY.into_iter().zip([&old, &old, &titled, &full]) {
        let client = json!({ "name": "client", "version": "1" });
        let params =
            json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": client });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        assert_eq!(&post(&[], &body).result()["serverInfo"], info);
    }
    let result = modern(&designer(), "server/discover", no_params()).result();
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"], full);
}

#[test]
fn discover_lists_every_revision() {
    let result = modern(&designer(), "server/discover", no_params()).result();
    assert_eq!(result["supportedVersions"][0], MODERN);
    for revision in LEGACY {
        assert!(result["supportedVersions"].as_array().unwrap().contains(&json!(revision)));
    }
    assert_eq!(result["capabilities"], json!({ "tools": {} }));
    assert_eq!(result["instructions"], "Add before you draw.");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["cacheScope"], "public");
}

#[test]
fn legacy_requests_are_served_without_a_session() {
    let stale = [("Mcp-Session-Id", "of-another-server"), ("Last-Event-ID", "3")];
    assert_eq!(post(&[], &list(no_params())).status, 200);
    assert_eq!(post(&stale, &list(no_params())).status, 200);
    for revision in LEGACY {
        assert_eq!(legacy(&designer(), revision, "tools/list", no_params()).status, 200);
    }
}

#[test]
fn a_legacy_version_that_is_not_spoken_is_refused_without_json_rpc() {
    for version in ["2024-10-07", "2026-07-27", "garbage", "", "2025-11-25, 2025-11-25", "20260728"]
    {
        for body in [list(no_params()), json!({ "jsonrpc": "2.0", "method": "notifications/x" })] {
            let answer = post(&[(VERSION, version)], &body);
            assert_eq!(answer.status, 400, "{version}");
            assert_ne!(answer.content_type.as_deref(), Some("application/json"), "{version}");
        }
    }
    let twice = [(VERSION, "2025-11-25"), (VERSION, "2025-11-25")];
    assert_eq!(post(&twice, &list(no_params())).status, 400);
}

#[test]
fn unknown_methods_have_the_status_of_their_era() {
    for revision in LEGACY {
        for method in ["resources/list", "prompts/list", "logging/setLevel", "", "tools/List"] {
            let answer = legacy(&designer(), revision, method, no_params());
            assert_eq!((answer.status, answer.error_code()), (200, -32601), "{method}");
            assert_eq!(answer.json()["id"], 7);
        }
    }
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "subscriptions/listen",
        "prompts/list",
        "nothing",
    ] {
        let answer = modern(&designer(), method, no_params());
        assert_eq!((answer.status, answer.error_code()), (404, -32601), "{method}");
        assert_eq!(answer.json()["id"], 7);
    }
}

#[test]
fn version_in_header_and_meta_agree() {
    let meta = |version: &str| {
        let mut meta = modern_meta();
        meta["io.modelcontextprotocol/protocolVersion"] = json!(version);
        list(json!({ "_meta": meta }))
    };
    for (headers, body) in [
        (&[][..], meta(MODERN)),
        (&[(VERSION, "2025-11-25")][..], meta(MODERN)),
        (&[(VERSION, MODERN)][..], meta("2025-11-25")),
        // Before it is asked whether the version is spoken.
        (&[(VERSION, MODERN)][..], meta("v999")),
        (&[(VERSION, MODERN), (VERSION, MODERN)][..], meta(MODERN)),
    ] {
        let headers = [headers, &[("Mcp-Method", "tools/list")]].concat();
        let answer = post(&headers, &body);
        assert_eq!((answer.status, answer.error_code()), (400, -32020), "{headers:?} {body}");
        assert_eq!(answer.json()["id"], 1);
    }
}

#[test]
fn modern_requests_need_their_meta() {
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    for params in [
        json!({}),
        json!({ "_meta": null }),
        json!({ "_meta": [] }),
        json!({ "_meta": {} }),
        json!({ "_meta": { capabilities: {} } }),
        json!({ "_meta": { version: MODERN } }),
        json!({ "_meta": { version: 20_260_728, capabilities: {} } }),
        json!({ "_meta": { version: MODERN, capabilities: [] } }),
    ] {
        let answer =
            post(&[(VERSION, MODERN), ("Mcp-Method", "tools/list")], &list(params.clone()));
        assert_eq!((answer.status, answer.error_code()), (400, -32602), "{params}");
    }
    // The name alone makes a request modern.
    let discover = json!({ "jsonrpc": "2.0", "id": 1, "method": "server/discover" });
    for headers in [&[][..], &[(VERSION, "2025-11-25")][..]] {
        let answer = post(headers, &discover);
        assert_eq!((answer.status, answer.error_code()), (400, -32602));
    }
    // Who the client is need not be said.
    assert_eq!(modern(&designer(), "tools/list", no_params()).status, 200);
}

#[test]
fn a_modern_version_that_is_not_spoken_is_answered_with_those_that_are() {
    for version in ["2027-01-01", "2025-11-25", "v999"] {
        let mut meta = modern_meta();
        meta["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let answer = post(&[(VERSION, version)], &list(json!({ "_meta": meta })));
        assert_eq!((answer.status, answer.error_code()), (400, -32022), "{version}");
        let data = &answer.json()["error"]["data"];
        assert_eq!(data["requested"], version);
        assert_eq!(data["supported"][0], MODERN);
    }
}

#[test]
fn notifications_and_responses_are_accepted_without_an_answer() {
    for body in [
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } }),
        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": {} }),
        // Without an id nothing is asked, so nothing is run either.
        json!({ "jsonrpc": "2.0", "method": "tools/call", "params": { "name": "add" } }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
        json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": 1, "message": "no" } }),
        json!({ "jsonrpc": "2.0", "id": null, "error": { "code": 1, "message": "no" } }),
    ] {
        for headers in LEGACY.map(|revision| vec![(VERSION, revision)]).into_iter().chain([vec![]])
        {
            let answer = post(&headers, &body);
            assert_eq!((answer.status, answer.body.as_str()), (202, ""), "{body}");
            assert_eq!(answer.content_type, None);
        }
    }
}

#[test]
fn modern_clients_send_no_responses() {
    let notification = json!({ "jsonrpc": "2.0", "method": "notifications/x" });
    assert_eq!(post(&[(VERSION, MODERN)], &notification).status, 202);
    assert_eq!(post(&[(VERSION, "2027-01-01")], &notification).error_code(), -32022);
    let response = json!({ "jsonrpc": "2.0", "id": 1, "result": {} });
    let answer = post(&[(VERSION, MODERN)], &response);
    assert_eq!((answer.status, answer.error_code()), (400, -32600));
}

#[test]
fn modern_errors_are_never_given_to_legacy_requests() {
    let bodies = [
        list(no_params()),
        list(json!({ "cursor": "x" })),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "nothing" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "x" } }),
        json!([list(no_params())]),
        json!({}),
    ];
    for version in ["", "garbage", "2024-10-07", "2024-11-05", "2025-03-26", "2025-11-25"] {
        for body in &bodies {
            let answer = post(&[(VERSION, version), ("Mcp-Method", "other")], body);
            assert_ne!(answer.status, 404);
            for code in ["-32020", "-32021", "-32022"] {
                assert!(!answer.body.contains(code), "{version} {body}: {answer:?}");
            }
        }
    }
}

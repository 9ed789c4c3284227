//! `resources/list`, `resources/templates/list` and `resources/read`.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::{LISTENING, may_hear};
use toolgate_core::mcp::notify::Change;
use toolgate_core::mcp::resource::ResourceInfo;
use toolgate_core::mcp::{Accepted, Server, SessionState, Target, accept_http, accept_session};
use toolgate_policy::Caller;

use crate::schema::{assert_valid, error_response};
use crate::support::{
    CONFIG, MODERN, NoVars, RESOURCE_INFOS, REVISIONS, ask_full, call_of, config, designer, full,
    no_params, request_of, send_to, visitor,
};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

/// The resource and the variables that a URI is read with.
fn read(uri: &str) -> (&'static str, Value) {
    let (config, log) = (config(CONFIG), Log::default());
    let request = request_of(MODERN, "resources/read", json!({ "uri": uri }));
    let call = call_of(&full(&config, &log), &designer(), &request);
    let Target::Resource { resource, uri: read } = call.target else { panic!("a resource") };
    assert_eq!(read, uri);
    (RESOURCE_INFOS[resource].name, Value::Object(call.arguments))
}

#[test]
fn resources_and_templates_are_listed_apart() {
    for revision in REVISIONS {
        let result = ask_full(&designer(), revision, "resources/list", no_params()).result();
        assert_valid(revision, "ListResourcesResult", &result);
        assert_eq!(names(&result["resources"]), ["drawings", "static", "taken-first"]);
        let fixed = &result["resources"][1];
        assert_eq!(fixed["uri"], "test://static-text");
        assert_eq!(fixed["mimeType"], "text/plain");
        assert_eq!(fixed.get("title").is_some(), revision >= "2025-06-18");
        assert_eq!(fixed.get("icons").is_some(), revision >= "2025-11-25");

        let result = ask_full(&designer(), revision, "resources/templates/list", no_params());
        assert_valid(revision, "ListResourceTemplatesResult", &result.result());
        let templates = &result.result()["resourceTemplates"];
        assert_eq!(names(templates), ["data", "one-drawing", "special"]);
        assert_eq!(templates[0]["uriTemplate"], "test://template/{id}/data");
        assert!(templates[0].get("uri").is_none());
    }
}

#[test]
fn a_caller_sees_the_resources_that_a_policy_allows() {
    for revision in REVISIONS {
        let result = ask_full(&visitor(), revision, "resources/list", no_params()).result();
        assert_eq!(names(&result["resources"]), ["static", "taken-first"]);
        let result = ask_full(&visitor(), revision, "resources/templates/list", no_params());
        assert_eq!(names(&result.result()["resourceTemplates"]), ["data", "special"]);
    }
}

#[test]
fn a_uri_is_read_by_the_resource_that_says_most_of_it() {
    assert_eq!(read("test://static-text"), ("static", json!({})));
    assert_eq!(read("test://template/123/data"), ("data", json!({ "id": "123" })));
    assert_eq!(read("test://template/a%20b/data"), ("data", json!({ "id": "a b" })));
    assert_eq!(read("test://template/special-1/data"), ("special", json!({ "id": "1" })));
    assert_eq!(read("test://template/special-/data"), ("data", json!({ "id": "special-" })));
    assert_eq!(read("test://template/fixed/data"), ("taken-first", json!({})));
}

#[test]
fn contents_are_valid_in_every_revision() {
    for revision in REVISIONS {
        for uri in ["test://static-text", "test://template/123/data"] {
            let result =
                ask_full(&visitor(), revision, "resources/read", json!({ "uri": uri })).result();
            assert_valid(revision, "ReadResourceResult", &result);
            assert_eq!(result["contents"][0]["uri"], uri);
        }
    }
}

#[test]
fn what_is_not_there_and_what_is_not_allowed_are_told_apart_by_nobody() {
    for revision in REVISIONS {
        let code = if revision == MODERN { -32602 } else { -32002 };
        for uri in [
            "test://nothing",
            "test://drawings",
            "test://drawings/1",
            "test://static-text/",
            "TEST://static-text",
            "test://template/%2e%2e/data",
            "test://template/{id}/data?",
            "",
        ] {
            let answer = ask_full(&visitor(), revision, "resources/read", json!({ "uri": uri }));
            assert_eq!((answer.status, answer.error_code()), (200, code), "{uri}");
            let error = &answer.json()["error"];
            assert_eq!(error["message"], "Resource not found");
            assert_eq!(error["data"], json!({ "uri": uri }));
            assert_valid(revision, error_response(revision), &answer.json());
        }
        let params = json!({ "uri": "test://drawings/1" });
        assert!(ask_full(&designer(), revision, "resources/read", params).result().is_object());
    }
}

#[test]
fn a_uri_is_text_of_a_bearable_length() {
    for revision in REVISIONS {
        let long = format!("test://template/{}/data", "a".repeat(8192));
        for params in
            [json!({}), json!({ "uri": 1 }), json!({ "uri": null }), json!({ "uri": long })]
        {
            let answer = ask_full(&visitor(), revision, "resources/read", params);
            assert_eq!(answer.error_code(), -32602);
            assert!(answer.body.len() < 1000, "it is not repeated");
        }
    }
}

#[test]
fn modern_contents_are_for_everyone_only_if_the_policy_is() {
    let scope = |uri: &str| {
        let answer = ask_full(&designer(), MODERN, "resources/read", json!({ "uri": uri }));
        let result = answer.result();
        assert_eq!(result["ttlMs"], 0);
        result["cacheScope"].as_str().unwrap().to_owned()
    };
    assert_eq!(scope("test://static-text"), "public");
    assert_eq!(scope("test://template/1/data"), "public");
    assert_eq!(scope("test://drawings"), "private");
    assert_eq!(scope("test://drawings/1"), "private");
    // What was made from a client's answers is that client's.
    let params = json!({ "uri": "test://static-text", "inputResponses": { "a": {} } });
    let answer = ask_full(&designer(), MODERN, "resources/read", params);
    assert_eq!(answer.result()["cacheScope"], "private");
}

#[test]
fn subscriptions_are_a_matter_of_sessions() {
    for revision in REVISIONS {
        for method in ["resources/subscribe", "resources/unsubscribe"] {
            let params = json!({ "uri": "test://static-text" });
            let answer = ask_full(&visitor(), revision, method, params);
            assert_eq!(answer.error_code(), -32601);
            assert_eq!(answer.status, if revision == MODERN { 404 } else { 200 });
        }
    }
}

/// `docs://salaries` for some beside `docs://{name}` for everyone.
#[test]
fn a_resource_is_the_same_one_however_its_uri_is_escaped() {
    let (config, log) = (config(CONFIG), Log::default());
    let resources = [
        ResourceInfo {
            uri: "docs://{id}",
            variables: RESOURCE_INFOS[0].variables,
            ..RESOURCE_INFOS[4]
        },
        ResourceInfo {
            uri: "docs://notes-{id}",
            variables: RESOURCE_INFOS[0].variables,
            policy: "image-makers",
            ..RESOURCE_INFOS[4]
        },
        ResourceInfo { uri: "docs://salaries", policy: "image-makers", ..RESOURCE_INFOS[4] },
    ];
    let server =
        Server { resources: &resources, notifications: Some(&LISTENING), ..full(&config, &log) };
    for uri in ["docs://salaries", "docs://%73alaries", "docs://salarie%73", "docs://notes%2D1"] {
        for revision in REVISIONS {
            let request = request_of(revision, "resources/read", json!({ "uri": uri }));
            let denied = send_to(&server, &visitor(), &request);
            assert!(denied.error_code() < 0, "{uri}: {denied:?}");
        }
        assert!(!may_read(&server, &visitor(), uri), "{uri}");
        let request = request_of(MODERN, "resources/read", json!({ "uri": uri }));
        let call = call_of(&server, &designer(), &request);
        let Target::Resource { resource, .. } = call.target else { panic!("a resource") };
        assert_ne!(resource, 0, "{uri}");
        assert!(may_read(&server, &designer(), uri), "{uri}");
    }
    for uri in ["docs://holidays", "docs://salaries%2e", "docs://%2573alaries"] {
        let request = request_of(MODERN, "resources/read", json!({ "uri": uri }));
        let call = call_of(&server, &visitor(), &request);
        assert!(matches!(call.target, Target::Resource { resource: 0, .. }), "{uri}");
    }
}

/// Whether somebody is told of changes: by `subscriptions/listen`, in a session, and at the change.
fn may_read(server: &Server<'_>, caller: &Caller, uri: &str) -> bool {
    let params = json!({ "notifications": { "resourceSubscriptions": [uri] } });
    let request = request_of(MODERN, "subscriptions/listen", params);
    let Accepted::Listen(listen) = accept_http(server, caller, &NoVars, &request) else {
        panic!("a stream")
    };
    let initialize = json!({
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    let mut session = SessionState::default();
    let in_session = Server { sessions: true, ..*server };
    for (method, params) in
        [("initialize", initialize), ("resources/subscribe", json!({ "uri": uri }))]
    {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = body.to_string();
        let _ = accept_session(&in_session, caller, &NoVars, &mut session, None, body.as_bytes());
    }
    let is_listening = !listen.filter.uris.is_empty();
    assert_eq!(is_listening, !session.subscriptions.is_empty(), "{uri}");
    let change = Change::Resource(uri.to_owned());
    assert_eq!(is_listening, may_hear(server, caller, &NoVars, "owner", &change), "{uri}");
    if is_listening && !uri.contains("notes") {
        // Announced as the author writes it.
        let change = Change::Resource("docs://salaries".to_owned());
        assert!(listen.filter.wants(&change) && session.wants(&change), "{uri}");
    }
    is_listening
}

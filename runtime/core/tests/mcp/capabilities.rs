//! What is advertised works, and what is not advertised does not.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::listen::LISTENING;
use toolgate_core::mcp::{Accepted, Method, Revision, Server, accept_http, families};

use crate::schema::assert_valid;
use crate::support::{
    CONFIG, LEGACY, MODERN, NoVars, REVISIONS, TOOLS, config, designer, full, request, request_of,
    send_to, tools_only,
};

/// The capabilities that a client of the revision is shown.
fn shown(server: &Server<'_>, revision: &str) -> Value {
    let (method, definition) = match revision {
        MODERN => ("server/discover", "DiscoverResult"),
        _ => ("initialize", "InitializeResult"),
    };
    let params = json!({
        "protocolVersion": revision, "capabilities": {},
        "clientInfo": { "name": "client", "version": "1" },
    });
    let result = send_to(server, &designer(), &request_of(revision, method, params)).result();
    assert_valid(revision, definition, &result);
    result["capabilities"].clone()
}

#[test]
fn a_server_without_families_has_tools_only() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = tools_only(&config, &TOOLS, &log);
    for revision in REVISIONS {
        assert_eq!(shown(&server, revision), json!({ "tools": {} }));
    }
}

#[test]
fn a_server_without_sessions_announces_nothing() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = full(&config, &log);
    let mut oldest = json!({ "tools": {}, "prompts": {}, "resources": {} });
    assert_eq!(shown(&server, "2024-11-05"), oldest);
    oldest["completions"] = json!({});
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        assert_eq!(shown(&server, revision), oldest);
    }
    let modern = json!({
        "tools": {}, "prompts": {}, "resources": {}, "completions": {}, "logging": {},
        "extensions": { "io.modelcontextprotocol/tasks": {} },
    });
    assert_eq!(shown(&server, MODERN), modern);
}

#[test]
fn sessions_carry_logs_and_notifications() {
    let (config, log) = (config(CONFIG), Log::default());
    let quiet = Server { sessions: true, ..full(&config, &log) };
    let server = Server { notifications: Some(&LISTENING), ..quiet };
    for revision in LEGACY {
        let mut capabilities =
            json!({ "tools": {}, "prompts": {}, "resources": {}, "logging": {} });
        if revision > "2024-11-05" {
            capabilities["completions"] = json!({});
        }
        assert_eq!(shown(&quiet, revision), capabilities);
        for list in ["tools", "prompts", "resources"] {
            capabilities[list]["listChanged"] = json!(true);
        }
        capabilities["resources"]["subscribe"] = json!(true);
        assert_eq!(shown(&server, revision), capabilities);
    }
    // Without sessions only modern clients can listen.
    let listening = Server { sessions: false, ..server };
    assert_eq!(shown(&listening, "2025-11-25")["tools"], json!({}));
    assert_eq!(shown(&listening, MODERN)["tools"], json!({ "listChanged": true }));
    let resources = json!({ "listChanged": true, "subscribe": true });
    assert_eq!(shown(&listening, MODERN)["resources"], resources);
}

#[test]
fn a_method_is_there_exactly_if_its_family_is() {
    let (config, log) = (config(CONFIG), Log::default());
    for family in families::ALL {
        let alone = [family];
        let with = Server { families: &alone, ..full(&config, &log) };
        let without = tools_only(&config, &TOOLS, &log);
        let is_of =
            |method: &Method| method.group() == family.group() && method.is_in(Revision::LATEST);
        for method in Method::ALL.into_iter().filter(is_of).map(Method::name) {
            let request = request_of(MODERN, method, json!({}));
            assert_ne!(send_to(&with, &designer(), &request).status, 404, "{method}");
            let answer = send_to(&without, &designer(), &request);
            assert_eq!((answer.status, answer.error_code()), (404, -32601), "{method}");
        }
    }
}

#[test]
fn only_a_server_that_announces_changes_can_be_listened_to() {
    let (config, log) = (config(CONFIG), Log::default());
    let params = json!({ "notifications": { "toolsListChanged": true } });
    let request = request_of(MODERN, "subscriptions/listen", params.clone());
    let deaf = full(&config, &log);
    let answer = send_to(&deaf, &designer(), &request);
    assert_eq!((answer.status, answer.error_code()), (404, -32601));
    let server = Server { notifications: Some(&LISTENING), ..deaf };
    let Accepted::Listen(listen) = accept_http(&server, &designer(), &NoVars, &request) else {
        panic!("a stream");
    };
    assert_eq!(listen.id, 7);
    for revision in LEGACY {
        let request = request_of(revision, "subscriptions/listen", params.clone());
        assert_eq!(send_to(&server, &designer(), &request).error_code(), -32601);
    }
}

#[test]
fn initialize_begins_a_session_where_they_are_issued() {
    let (config, log) = (config(CONFIG), Log::default());
    let server = Server { sessions: true, ..full(&config, &log) };
    let initialize = |params: Value| {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        accept_http(&server, &designer(), &NoVars, &request(&[], body.to_string()))
    };
    let declared = json!({ "roots": {}, "elicitation": {} });
    let info = json!({ "name": "client", "version": "1" });
    let of = |version: &str, declared: &Value| json!({ "protocolVersion": version, "capabilities": declared, "clientInfo": info });
    let good = of("2025-06-18", &declared);
    let Accepted::Begin(begin) = initialize(good) else { panic!("a session") };
    assert_eq!(begin.response.status(), 200);
    assert!(begin.response.headers().get("mcp-session-id").is_none(), "the adapter adds it");
    assert_eq!(begin.session.revision.as_str(), "2025-06-18");
    assert!(begin.session.capabilities.roots && begin.session.capabilities.elicitation);
    let Accepted::Begin(begin) = initialize(of(MODERN, &json!({}))) else { panic!("a session") };
    assert_eq!(begin.session.revision.as_str(), "2025-11-25");
    // What is refused begins nothing, and neither do other requests.
    for (key, wrong) in [
        ("protocolVersion", Value::Null),
        ("capabilities", json!(5)),
        ("capabilities", Value::Null),
        ("clientInfo", json!({ "name": "client" })),
        ("clientInfo", json!({ "name": 1, "version": "1" })),
        ("clientInfo", json!("client 1")),
    ] {
        let mut params = of("2025-06-18", &declared);
        params[key] = wrong;
        let Accepted::Done(response) = initialize(params.clone()) else { panic!("{params}") };
        let answer: Value = serde_json::from_slice(response.body()).expect("JSON");
        assert_eq!(answer["error"]["code"], -32602, "{params}");
    }
    let list = request_of("2025-06-18", "tools/list", json!({}));
    assert!(matches!(accept_http(&server, &designer(), &NoVars, &list), Accepted::Done(_)));
}

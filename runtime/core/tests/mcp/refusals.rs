//! Calls of tools that only their arguments keep out.

use serde_json::{Value, json};
use toolgate_core::audit::Log;
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_core::mcp::{Accepted, Server, accept_http};
use toolgate_policy::Caller;

use crate::support::{
    MODERN, NoVars, REVISIONS, TOOLS, config, designer, request_of, tools_only, visitor,
};

const CONFIG: &str = r#"
[server]
name = "demo"

[policies.refunds]
groups = ["design"]
args.amount_cents = { max = 50_000 }
not = { args = { order = { test = true } } }

[policies.told]
deny_message = "Ask a colleague from billing."
args.amount_cents = { max = 50_000 }

[policies.scoped]
scope = "refunds"
args.amount_cents = { max = 50_000 }

[policies.sales-or-small]
any = [{ groups = ["sales", "billing"] }, { args = { amount_cents = { max = 50_000 } } }]

[policies.designers-and-small]
any = [{ groups = ["sales"] }, { groups = ["design"] }]
all = [{ args = { amount_cents = { max = 50_000 } } }]

[policies.large]
any = [{ scopes = ["large"] }, { args = { amount_cents = { max = 50_000 } } }]
"#;

/// What the call is answered with where nothing runs: the words of a refusal, or the error.
fn called(
    policy: &'static str,
    caller: &Caller,
    revision: &str,
    arguments: Value,
) -> Option<String> {
    let (config, log) = (config(CONFIG), Log::default());
    let tools = [ToolInfo { name: "refund", policy, ..TOOLS[4] }];
    let server = Server { ..tools_only(&config, &tools, &log) };
    let params = json!({ "name": "refund", "arguments": arguments });
    match accept_http(&server, caller, &NoVars, &request_of(revision, "tools/call", params)) {
        Accepted::Run(mut exchange) => exchange.calls().remove(0).refusal,
        Accepted::Done(response) => {
            let answer: Value = serde_json::from_slice(response.body()).unwrap();
            let error = &answer["error"];
            Some(error.as_str().or(error["message"].as_str()).unwrap().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_that_only_its_arguments_keep_out_is_told_which() {
    for revision in REVISIONS {
        for (arguments, expected) in [
            (json!({ "amount_cents": 50_000, "order": { "test": false } }), None),
            (
                json!({ "amount_cents": 50_001, "order": { "test": false } }),
                Some("`amount_cents` is not allowed for you"),
            ),
            (
                json!({ "amount_cents": 50_001, "order": { "test": true } }),
                Some("`amount_cents` is not allowed for you; `order.test` is not allowed for you"),
            ),
            (json!({ "amount_cents": 1 }), Some("`order.test` has to be given")),
            (
                json!({ "amount_cents": "1", "order": { "test": false } }),
                Some("`amount_cents` is not allowed for you"),
            ),
        ] {
            let answer = called("refunds", &designer(), revision, arguments.clone());
            assert_eq!(answer.as_deref(), expected, "{revision} {arguments}");
        }
    }
}

#[test]
fn a_policy_may_have_words_of_its_own() {
    let answer = called("told", &visitor(), MODERN, json!({ "amount_cents": 50_001 }));
    assert_eq!(answer.as_deref(), Some("Ask a colleague from billing."));
}

#[test]
fn whom_something_else_keeps_out_is_told_nothing() {
    for arguments in [json!({ "amount_cents": 50_001, "order": { "test": true } }), json!({})] {
        let answer = called("refunds", &visitor(), MODERN, arguments).unwrap();
        assert!(answer.starts_with("Unknown tool"), "{answer}");
    }
}

/// A condition that fails keeps nobody out where another one, or another argument, is enough.
#[test]
fn arguments_are_told_wherever_others_would_pass() {
    let call = |policy, caller: &Caller| {
        called(policy, caller, MODERN, json!({ "amount_cents": 50_001 })).unwrap()
    };
    let told = "`amount_cents` is not allowed for you";
    assert_eq!(call("designers-and-small", &designer()), told);
    assert!(call("designers-and-small", &visitor()).starts_with("Unknown tool"));
    assert_eq!(call("sales-or-small", &designer()), told);
    assert!(call("scoped", &designer()).starts_with("Unknown tool"));
    let scoped = Caller { scopes: vec!["refunds".to_owned()], ..designer() };
    assert_eq!(call("scoped", &scoped), told);
}

#[test]
fn a_scope_that_helps_is_asked_for_first() {
    let answer = called("large", &visitor(), MODERN, json!({ "amount_cents": 50_001 }));
    assert_eq!(answer.as_deref(), Some("insufficient_scope"));
}

#[test]
fn the_log_keeps_the_reason() {
    let (config, log) = (config(CONFIG), Log::default());
    let tools = [ToolInfo { name: "refund", policy: "told", ..TOOLS[4] }];
    let server = tools_only(&config, &tools, &log);
    let params = json!({ "name": "refund", "arguments": { "amount_cents": 50_001 } });
    let _ = accept_http(&server, &visitor(), &NoVars, &request_of(MODERN, "tools/call", params));
    let events = log.take();
    let told: Vec<_> = events.iter().map(|event| (event.kind, event.reason)).collect();
    use toolgate_core::audit::{EventKind, Reason};
    assert_eq!(told, [(EventKind::ToolDenied, Reason::PolicyNotMatched)]);
}

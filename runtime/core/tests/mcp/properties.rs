//! What holds of tools for any policy and any caller.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use toolgate_config::{Condition, Config, OnDeny, Policy, Provider, Scalar, Str, Test};
use toolgate_core::audit::Log;
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_core::mcp::{Accepted, Server, accept_http};
use toolgate_policy::{Caller, Vars, decide};

use crate::support::{
    CONFIG, MODERN, NoVars, REVISIONS, TOOLS, config, designer, modern_meta, request, tools_only,
};

/// One tool per policy, an unknown policy, and the built-in one.
pub const POLICIES: [&str; 5] = ["p0", "p1", "p2", "unknown", "everyone"];

pub struct Listed(pub Option<String>);

impl Vars for Listed {
    fn var(&self, name: &str) -> Option<String> {
        self.0.clone().filter(|_| name == "LISTED")
    }
}

fn emails() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a@x.test", "A@X.test", "b@y.test", "a@sub.x.test", "ä@x.test", "a"])
        .prop_map(str::to_owned)
}

fn groups() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["design", "Design", "sales"]).prop_map(str::to_owned)
}

fn list(texts: Vec<String>) -> std::borrow::Cow<'static, [Str]> {
    texts.into_iter().map(Str::from).collect::<Vec<_>>().into()
}

fn test() -> impl Strategy<Value = Test> {
    prop_oneof![
        any::<bool>()
            .prop_map(|value| { Test::OneOf(vec![Scalar::Bool(value), Scalar::Int(1)].into()) }),
        Just(Test::Contains(vec![Scalar::Int(1)].into())),
        any::<bool>().prop_map(Test::Exists),
        Just(Test::Min(1.0)),
        Just(Test::Max(2.0)),
    ]
}

/// Of every kind.
fn condition() -> impl Strategy<Value = Condition> {
    let argument =
        test().prop_map(|test| Condition::Argument { path: vec!["amount".into()].into(), test });
    let scopes = Just(Condition::Scopes(vec!["images".into()].into()));
    combined(prop_oneof![8 => plain(), 1 => argument, 1 => scopes])
}

/// That looks at the caller alone, so that a list has exactly what may be called.
pub fn plain_condition() -> impl Strategy<Value = Condition> {
    combined(plain())
}

fn plain() -> impl Strategy<Value = Condition> {
    prop_oneof![
        Just(Condition::Everyone),
        vec(emails(), 0..3).prop_map(|entries| Condition::Emails(list(entries))),
        Just(Condition::Domains(vec!["x.test".into()].into())),
        vec(groups(), 0..3).prop_map(|entries| Condition::Groups(list(entries))),
        Just(Condition::EmailsFrom("LISTED".into())),
        test().prop_map(|test| Condition::Claim { path: vec!["staff".into()].into(), test }),
        prop::sample::select(vec![Provider::CloudflareAccess, Provider::GitHub])
            .prop_map(|provider| Condition::Identity(vec![provider].into())),
        prop::sample::select(POLICIES.to_vec()).prop_map(|name| Condition::Policy(name.into())),
    ]
}

fn combined(leaf: impl Strategy<Value = Condition> + 'static) -> impl Strategy<Value = Condition> {
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|parts| Condition::Any(parts.into())),
            vec(inner.clone(), 0..3).prop_map(|parts| Condition::All(parts.into())),
            inner.prop_map(|part| Condition::Not(vec![part].into())),
        ]
    })
}

/// Arguments of a call.
fn amount() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({ "amount": 1 }),
        json!({ "amount": 2.5 }),
        json!({ "amount": "1" }),
        json!({ "amount": [1] }),
        json!({ "amount": null }),
    ])
}

/// Whether a list may have what a call is refused.
fn depends_on_call_or_scopes(condition: &Condition) -> bool {
    matches!(condition, Condition::Argument { .. } | Condition::Scopes(_))
        || condition.parts().iter().any(depends_on_call_or_scopes)
}

pub fn caller() -> impl Strategy<Value = Caller> {
    let claim = prop_oneof![
        Just(None),
        Just(Some(json!(true))),
        Just(Some(json!([1, "x"]))),
        Just(Some(json!({}))),
    ];
    let scopes = prop::sample::select(vec![vec!["mcp"], vec!["mcp", "images"]]);
    (prop::option::of(emails()), any::<bool>(), vec(groups(), 0..3), claim, scopes).prop_map(
        |(email, is_proven, groups, claim, scopes)| Caller {
            email: email.clone().filter(|_| is_proven),
            claimed_email: email.filter(|_| !is_proven),
            groups,
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            claims: claim.into_iter().map(|claim| ("staff".to_owned(), claim)).collect(),
            ..designer()
        },
    )
}

fn guarded_tools() -> Vec<ToolInfo> {
    let names = ["t0", "t1", "t2", "t3", "t4"];
    let tools = names.into_iter().zip(POLICIES);
    tools.map(|(name, policy)| ToolInfo { name, policy, ..TOOLS[4] }).collect()
}

pub fn with_rules(rules: Vec<Condition>) -> Config {
    let policies = rules.into_iter().enumerate().map(|(index, rule)| Policy {
        name: format!("p{index}").into(),
        description: None,
        scope: None,
        on_deny: OnDeny::Hide,
        deny_message: None,
        rate: None,
        rule,
    });
    Config { policies: policies.collect::<Vec<_>>().into(), ..config(CONFIG) }
}

/// The answer to a request, without running anything: the result, or whether a tool would run.
fn ask(
    server: &Server<'_>,
    caller: &Caller,
    vars: &dyn Vars,
    revision: &str,
    body: &Value,
) -> Option<Value> {
    let method = body["method"].as_str().unwrap();
    let mut body = body.clone();
    let mut headers = vec![("MCP-Protocol-Version", revision)];
    if revision == MODERN {
        body["params"]["_meta"] = modern_meta();
        headers.push(("Mcp-Method", method));
    }
    let name = body["params"]["name"].as_str().map(str::to_owned);
    if let Some(name) = &name {
        headers.push(("Mcp-Name", name));
    }
    match accept_http(server, caller, vars, &request(&headers, body.to_string())) {
        Accepted::Done(response) => Some(serde_json::from_slice(response.body()).unwrap()),
        Accepted::Run(mut exchange) => exchange.calls().remove(0).refusal.map(Value::from),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_listed_can_be_called_and_what_can_be_called_is_listed(
        rules in vec(condition(), 3),
        caller in caller(),
        listed in prop::option::of(prop::sample::select(vec!["", "a@x.test, b@y.test", "b@y.test ä"])),
        amount in amount(),
        revision in prop::sample::select(REVISIONS.to_vec()),
    ) {
        let is_plain = !rules.iter().any(depends_on_call_or_scopes);
        let config = with_rules(rules);
        let tools = guarded_tools();
        let log = Log::default();
        let server = tools_only(&config, &tools, &log);
        let vars = Listed(listed.map(str::to_owned));
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let list = ask(&server, &caller, &vars, revision, &list).expect("a list runs nothing");
        let listed: Vec<&str> = list["result"]["tools"].as_array().unwrap()
            .iter().filter_map(|tool| tool["name"].as_str()).collect();
        for tool in &tools {
            let call = json!({
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": { "name": tool.name, "arguments": amount },
            });
            let answer = ask(&server, &caller, &vars, revision, &call);
            let arguments = amount.as_object();
            let allowed = decide(&config, tool.policy, &caller, arguments.into(), &vars).is_allowed();
            let is_listed = listed.contains(&tool.name);
            prop_assert_eq!(answer.is_none(), allowed);
            prop_assert!(is_listed || !allowed, "what can be called is listed");
            prop_assert!(!is_plain || allowed == is_listed, "what is listed can be called");
            if let Some(answer) = answer {
                let lacks_scopes = answer["error"] == "insufficient_scope";
                let is_told = lacks_scopes || answer.is_string();
                prop_assert!(is_told || answer["error"]["code"] == -32602);
                prop_assert!(!is_told || is_listed, "who is not to know learns nothing");
            }
        }
        prop_assert!(listed.contains(&"t4"), "everyone may call t4");
        prop_assert!(!listed.contains(&"t3"), "an unknown policy lets nobody in");
    }

    #[test]
    fn a_condition_and_its_negation_never_both_let_a_caller_in(
        rule in condition(),
        caller in caller(),
        amount in amount(),
    ) {
        let negated = Condition::Not(vec![rule.clone()].into());
        // `p2` is there for the rules that refer to it.
        let config = with_rules(vec![rule, negated, Condition::Everyone]);
        let allowed = |name| decide(&config, name, &caller, amount.as_object().into(), &NoVars).is_allowed();
        prop_assert!(!(allowed("p0") && allowed("p1")));
    }
}

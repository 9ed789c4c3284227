//! Policies decide as documented.
//!
//! A case is a folder of `tests/policy`: a real `mcp.toml` and a table of callers with what is
//! expected for them, `allow` or the reason of the refusal.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use toolgate_config::{Condition, Config, Policy};
use toolgate_core::caller::{Caller, Vars};
use toolgate_core::policy::{Decision, MAX_DEPTH, Reason, decide};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    policy: String,
    caller: Map<String, Value>,
    #[serde(default)]
    vars: HashMap<String, String>,
    expect: String,
}

struct Variables(HashMap<String, String>);

impl Vars for Variables {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

#[test]
fn tables_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy");
    let mut faults = Vec::new();
    let mut rows_seen = 0;
    for case in fs::read_dir(folder).expect("the folder of cases") {
        let case = case.expect("a case").path();
        let config = config(&fs::read_to_string(case.join("mcp.toml")).expect("mcp.toml"));
        let table = fs::read_to_string(case.join("table.json")).expect("table.json");
        let rows: Vec<Row> = serde_json::from_str(&table).expect("a table");
        for (index, row) in rows.into_iter().enumerate() {
            rows_seen += 1;
            let caller = caller(row.caller);
            let vars = Variables(row.vars);
            let found = match decide(&config, &row.policy, &caller, &vars) {
                Decision::Allow => "allow".to_owned(),
                Decision::Deny { reason } => reason.to_string(),
            };
            if found != row.expect {
                let name = case.file_name().unwrap_or_default().display();
                faults.push(format!(
                    "{name}, row {}: {} for {caller:?}: expected {:?}, found {found:?}",
                    index + 1,
                    row.policy,
                    row.expect,
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(rows_seen > 100, "the tables were not read");
}

#[test]
fn a_cycle_is_refused_without_end_of_stack() {
    let mut config = config("[server]\nname = \"cycle\"\n");
    config.policies = vec![
        policy("a", Condition::Policy("b".into())),
        policy("b", Condition::Not(vec![Condition::Policy("a".into())].into())),
    ]
    .into();
    assert_denied(&config, "a", Reason::TooComplex);
    assert_denied(&config, "b", Reason::TooComplex);
}

#[test]
fn nesting_beyond_the_limit_is_refused() {
    let mut config = config("[server]\nname = \"deep\"\n");
    let nested = |levels: u32| {
        (1..levels).fold(Condition::Everyone, |inner, _| Condition::Any(vec![inner].into()))
    };
    config.policies =
        vec![policy("deepest", nested(MAX_DEPTH)), policy("too-deep", nested(MAX_DEPTH + 1))]
            .into();
    let nobody = caller(Map::new());
    let vars = Variables(HashMap::new());
    assert_eq!(decide(&config, "deepest", &nobody, &vars), Decision::Allow);
    assert_denied(&config, "too-deep", Reason::TooComplex);
}

#[test]
fn policies_that_multiply_each_other_are_refused_in_time() {
    let mut config = config("[server]\nname = \"wide\"\n");
    let mut policies = vec![policy("p0", Condition::Groups(vec!["nobody".into()].into()))];
    for level in 1..MAX_DEPTH / 2 {
        let below = Condition::Policy(format!("p{}", level - 1).into());
        let rule = Condition::Any(vec![below; 8].into());
        policies.push(policy(&format!("p{level}"), rule));
    }
    let top = policies.last().expect("a policy").name.to_string();
    config.policies = policies.into();
    let caller = caller(Map::from_iter([("groups".to_owned(), json!(["somebody"]))]));
    let decision = decide(&config, &top, &caller, &Variables(HashMap::new()));
    assert_eq!(decision, Decision::Deny { reason: Reason::TooComplex });
}

#[test]
fn empty_conditions_decide_nothing_also_under_not() {
    let mut config = config("[server]\nname = \"empty\"\n");
    let empty = [
        Condition::Any(vec![].into()),
        Condition::All(vec![].into()),
        Condition::Not(vec![].into()),
        Condition::Not(vec![Condition::Everyone, Condition::Everyone].into()),
        Condition::Emails(vec![].into()),
        Condition::Domains(vec![].into()),
        Condition::Groups(vec![].into()),
        Condition::Claim { name: "a".into(), values: vec![].into() },
        Condition::Claim { name: "empty".into(), values: vec![].into() },
    ];
    for condition in empty {
        config.policies = vec![
            policy("plain", condition.clone()),
            policy("negated", Condition::Not(vec![condition].into())),
        ]
        .into();
        let caller = caller(Map::from_iter([
            ("email".to_owned(), json!("ada@example.com")),
            ("groups".to_owned(), json!(["design"])),
            ("claims".to_owned(), json!({ "a": true, "empty": [] })),
        ]));
        for name in ["plain", "negated"] {
            let decision = decide(&config, name, &caller, &Variables(HashMap::new()));
            let expected = Decision::Deny { reason: Reason::EmptyCondition };
            assert_eq!(decision, expected, "{:?}", config.policies);
        }
    }
}

#[test]
fn an_unreadable_entry_matches_nothing_also_under_not() {
    let mut config = config("[server]\nname = \"entries\"\n");
    for condition in [
        Condition::Emails(vec!["\u{430}da@example.com".into()].into()),
        Condition::Emails(vec!["example.com".into()].into()),
        Condition::Domains(vec!["@example.com".into()].into()),
        Condition::Domains(vec!["ex\u{430}mple.com".into()].into()),
    ] {
        config.policies = vec![
            policy("plain", condition.clone()),
            policy("negated", Condition::Not(vec![condition].into())),
        ]
        .into();
        let caller = caller(Map::from_iter([("email".to_owned(), json!("ada@example.com"))]));
        for name in ["plain", "negated"] {
            let decision = decide(&config, name, &caller, &Variables(HashMap::new()));
            assert_eq!(decision, Decision::Deny { reason: Reason::UnreadableEntry });
        }
    }
}

fn assert_denied(config: &Config, name: &str, expected: Reason<'_>) {
    let decision = decide(config, name, &caller(Map::new()), &Variables(HashMap::new()));
    assert_eq!(decision, Decision::Deny { reason: expected });
}

fn config(source: &str) -> Config {
    match toolgate_config::check(source) {
        Ok(checked) => checked.config,
        Err(diagnostics) => panic!("mcp.toml has faults: {diagnostics:?}"),
    }
}

fn policy(name: &str, rule: Condition) -> Policy {
    Policy { name: name.to_owned().into(), description: None, rule }
}

/// A verified caller without anything, and what the row says.
fn caller(stated: Map<String, Value>) -> Caller {
    let mut caller = json!({ "subject": "1", "client_id": "client", "email_verified": true });
    caller.as_object_mut().expect("an object").extend(stated);
    serde_json::from_value(caller).expect("a caller")
}

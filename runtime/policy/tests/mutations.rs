//! The tables of `tests/tables` notice every condition: with any one of them negated, with a `not`
//! left out, or with `any` and `all` exchanged, a row lets another caller in or keeps one out.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use toolgate_config::{Code, Condition, Config, List, SECTIONS, check};
use toolgate_policy::{Caller, Vars, decide};

#[derive(Deserialize)]
struct Row {
    policy: String,
    caller: Map<String, Value>,
    #[serde(default)]
    vars: HashMap<String, String>,
    arguments: Option<Map<String, Value>>,
}

struct Variables<'a>(&'a HashMap<String, String>);

impl Vars for Variables<'_> {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

impl Row {
    fn is_allowed(&self, config: &Config) -> bool {
        let mut caller = json!({ "subject": "1", "client_id": "client", "email_verified": true });
        caller.as_object_mut().expect("an object").extend(self.caller.clone());
        let caller: Caller = toolgate_json::from_json::read_value(caller).expect("a caller");
        let (arguments, vars) = (self.arguments.as_ref(), Variables(&self.vars));
        decide(config, &self.policy, &caller, arguments.into(), &vars).is_allowed()
    }
}

fn folders() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let folders = fs::read_dir(folder).expect("the folder of cases");
    folders.map(|folder| folder.expect("a case").path()).collect()
}

fn config(folder: &Path) -> Config {
    let source = fs::read_to_string(folder.join("mcp.toml")).expect("mcp.toml");
    match check(&source) {
        Ok(checked) => checked.config,
        Err(diagnostics) => panic!("{} has faults: {diagnostics:?}", folder.display()),
    }
}

fn rows(folder: &Path) -> Vec<Row> {
    let table = fs::read_to_string(folder.join("table.json")).expect("table.json");
    serde_json::from_str(&table).expect("a table")
}

fn negated(condition: &Condition) -> Condition {
    Condition::Not(vec![condition.clone()].into())
}

/// The condition with one fault, in every way that there is.
fn mutants(condition: &Condition) -> Vec<Condition> {
    match condition {
        Condition::Any(parts) => {
            // Of one condition, both mean the same.
            let exchanged = (parts.len() > 1).then(|| Condition::All(parts.clone()));
            exchanged.into_iter().chain(within(parts, Condition::Any)).collect()
        }
        Condition::All(parts) => {
            let exchanged = (parts.len() > 1).then(|| Condition::Any(parts.clone()));
            exchanged.into_iter().chain(within(parts, Condition::All)).collect()
        }
        Condition::Not(parts) => {
            let left_out = parts.iter().cloned();
            left_out.chain(within(parts, Condition::Not)).collect()
        }
        leaf => vec![negated(leaf)],
    }
}

/// The list with one fault in one of its conditions, in every way that there is.
fn within(parts: &List<Condition>, whole: impl Fn(List<Condition>) -> Condition) -> Vec<Condition> {
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        for mutant in mutants(part) {
            let mut parts = parts.clone();
            parts.to_mut()[index] = mutant;
            all.push(whole(parts));
        }
    }
    all
}

#[test]
fn every_fault_in_a_policy_lets_another_caller_in_or_keeps_one_out() {
    let mut unnoticed = Vec::new();
    let mut tried = 0;
    for folder in folders() {
        let (config, rows) = (config(&folder), rows(&folder));
        let before: Vec<bool> = rows.iter().map(|row| row.is_allowed(&config)).collect();
        for (index, policy) in config.policies.iter().enumerate() {
            for rule in mutants(&policy.rule) {
                tried += 1;
                let mut mutated = config.clone();
                mutated.policies.to_mut()[index].rule = rule.clone();
                let notices = |(row, before): (&Row, &bool)| row.is_allowed(&mutated) != *before;
                if !rows.iter().zip(&before).any(notices) {
                    let name = folder.file_name().unwrap_or_default().display();
                    unnoticed.push(format!("{name}/{}: {rule:?}", policy.name));
                }
            }
        }
    }
    assert!(unnoticed.is_empty(), "no row notices\n{}", unnoticed.join("\n"));
    assert!(tried > 30, "only {tried} faults were tried");
}

/// The keys of conditions: those of policies that may stand below `not`.
fn kinds() -> Vec<&'static str> {
    let (_, keys) =
        SECTIONS.iter().find(|(section, _)| *section == "policies.*").expect("policies");
    let is_kind = |key: &&&str| {
        let source = format!("[server]\nname = \"a\"\n[policies.a]\nnot = {{ {key} = 1 }}\n");
        let faults = check(&source).expect_err("no condition is a number");
        faults.iter().all(|fault| fault.code != Code::UnknownKey)
    };
    keys.iter().filter(is_kind).copied().collect()
}

#[test]
fn every_kind_of_condition_is_tried() {
    let read = |folder: PathBuf| fs::read_to_string(folder.join("mcp.toml")).expect("mcp.toml");
    let policies: String = folders().into_iter().map(read).collect();
    let kinds = kinds();
    assert!(kinds.contains(&"emails") && kinds.contains(&"not"), "{kinds:?}");
    let is_missing = |kind: &&&str| !policies.contains(&format!("{kind} = "));
    let missing: Vec<_> = kinds.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no policy of the tables has {missing:?}");
}

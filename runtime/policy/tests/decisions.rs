//! Policies decide as documented.
//!
//! A case is a folder of `tests/tables`: a real `mcp.toml` and a table of callers with what is
//! expected for them, `allow` or the reason of the refusal.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use toolgate_config::{Condition, Config, MAX_POLICY_DEPTH, Policy, Test};
use toolgate_policy::explain::explain;
use toolgate_policy::{
    Arguments, Caller, Decision, PolicyOutcome, Reason, Vars, decide, is_listed, step_up,
};

#[path = "decisions/blame.rs"]
mod blame;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    policy: String,
    caller: Map<String, Value>,
    #[serde(default)]
    vars: HashMap<String, String>,
    /// Of a call; without them a list is asked about.
    arguments: Option<Map<String, Value>>,
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
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
            let found =
                match decide(&config, &row.policy, &caller, row.arguments.as_ref().into(), &vars) {
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
fn the_recipe_to_shut_one_person_out_shuts_out_nobody_else() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = fs::read_to_string(path).expect("the page");
    let recipe = page.split("### Shut one person out at once").nth(1).expect("the recipe");
    let recipe = recipe.split("```toml,fragment").nth(1).expect("its policy");
    let recipe = recipe.split("```").next().expect("the end");
    let config = config(&format!("[server]\nname = \"x\"\n{recipe}"));
    let is_allowed = |stated: Value| {
        let Value::Object(stated) = stated else { panic!("an object") };
        let vars = Variables(HashMap::new());
        decide(&config, "staff", &caller(stated), Arguments::Unknown, &vars).is_allowed()
    };
    let mallory = "7d0c1e5a-6f0e-4a7e-9a1b-0123456789ab";
    assert!(!is_allowed(json!({ "subject": mallory })));
    assert!(!is_allowed(json!({ "subject": mallory, "email": "a@b.example", "groups": ["x"] })));
    // Without any address, with one that is not proven, and with one that is.
    assert!(is_allowed(json!({ "subject": "1" })));
    assert!(is_allowed(json!({ "subject": "1", "email": "a@b.example", "email_verified": false })));
    assert!(is_allowed(json!({ "subject": "1", "email": "a@b.example" })));
    assert!(is_allowed(json!({ "subject": "1", "known": { "g": "e", "n": "", "c": "" } })));
}

#[test]
fn an_explanation_agrees_with_the_decision_and_names_what_decided() {
    let config = config(
        "[server]\nname = \"explained\"\n[policies.makers]\nany = [{ emails = [\"ada@example.com\"] }, \
         { groups = [\"design\"] }]\n[policies.outer]\nscope = \"images\"\n\
         all = [{ policy = \"makers\" }, { not = { groups = [\"interns\"] } }]\n",
    );
    let explained = |stated: Value| {
        let Value::Object(stated) = stated else { panic!("an object") };
        let caller = caller(stated);
        let vars = Variables(HashMap::new());
        let explanation = explain(&config, "outer", &caller, None, &vars);
        assert_eq!(
            explanation.decision(),
            decide(&config, "outer", &caller, Arguments::Unknown, &vars)
        );
        let deciding = explanation.deciding().expect("something decides");
        (explanation.outcome, deciding.policy.to_owned(), deciding.path.clone())
    };
    let (outcome, policy, path) = explained(json!({ "groups": ["design"], "scopes": ["images"] }));
    assert_eq!((outcome, policy.as_str(), path), (PolicyOutcome::True, "outer", vec![]));
    let (outcome, policy, path) =
        explained(json!({ "groups": ["design", "interns"], "scopes": ["images"] }));
    assert_eq!((outcome, policy.as_str(), path), (PolicyOutcome::False, "outer", vec![1, 0]));
    let (outcome, policy, path) = explained(json!({ "groups": ["sales"], "email": "a@b.example" }));
    assert_eq!((outcome, policy.as_str(), path), (PolicyOutcome::False, "makers", vec![]));
    let (outcome, policy, path) = explained(json!({ "email": "a@b.example" }));
    let unknown = PolicyOutcome::Unknown(Reason::NoGroups);
    assert_eq!((outcome, policy.as_str(), path), (unknown, "makers", vec![1]));
    let (outcome, policy, path) = explained(json!({ "groups": ["design"] }));
    let missing = PolicyOutcome::Unknown(Reason::MissingScope("images"));
    assert_eq!((outcome, policy.as_str(), path), (missing, "outer", vec![]));
}

#[test]
fn a_challenge_names_the_scopes_that_would_help_and_no_others() {
    let config = config(
        "[server]\nname = \"scopes\"\n[policies.images]\nscope = \"images\"\ngroups = [\"design\"]\n\
         [policies.either]\nany = [{ groups = [\"sales\"], scopes = [\"reports\"] }, { policy = \"images\" }]\n\
         [policies.open]\nscope = \"admin\"\ngroups = [\"admins\"]\non_deny = \"challenge\"\n",
    );
    let asked = |policy, stated: Value| {
        let Value::Object(stated) = stated else { panic!("an object") };
        let (caller, vars) = (caller(stated), Variables(HashMap::new()));
        assert!(!decide(&config, policy, &caller, Arguments::Unknown, &vars).is_allowed());
        let listed = is_listed(&config, policy, &caller, &vars);
        let scopes = step_up(&config, policy, &caller, Arguments::Unknown, &vars);
        (listed, scopes.map(|scopes| scopes.join(" ")))
    };
    let helped = |scope: &str| (true, Some(scope.to_owned()));
    assert_eq!(asked("images", json!({ "groups": ["design"] })), helped("images"));
    assert_eq!(asked("images", json!({ "groups": ["sales"] })), (false, None));
    assert_eq!(asked("images", json!({})), (false, None));
    assert_eq!(asked("either", json!({ "groups": ["design"] })), helped("images"));
    assert_eq!(asked("either", json!({ "groups": ["sales"] })), helped("reports"));
    assert_eq!(asked("either", json!({ "groups": ["x"], "scopes": ["images"] })), (false, None));
    let challenged = (false, Some("admin".to_owned()));
    assert_eq!(asked("open", json!({ "groups": ["sales"] })), challenged);
}

#[test]
fn a_tool_is_listed_where_arguments_make_false_what_a_scope_is_missing_for() {
    let config = config(
        "[server]\nname = \"x\"\n[policies.a]\nscope = \"s\"\n\
         any = [{ scopes = [\"t\"] }, { args = { x = 1 } }]\n\
         [policies.b]\nnot = { policy = \"a\" }\n",
    );
    let (nobody, vars) = (caller(Map::new()), Variables(HashMap::new()));
    let call = Map::from_iter([("x".to_owned(), json!(2))]);
    assert!(decide(&config, "b", &nobody, Arguments::Call(&call), &vars).is_allowed());
    assert!(is_listed(&config, "b", &nobody, &vars));
}

#[test]
fn a_challenge_names_scopes_under_any_number_of_not() {
    let config = config(
        "[server]\nname = \"x\"\n[policies.reader]\nscopes = [\"r\"]\n\
         [policies.not-reader]\nnot = { policy = \"reader\" }\n\
         [policies.two]\nnot = { policy = \"not-reader\" }\n\
         [policies.four]\nnot = { not = { policy = \"two\" } }\n\
         [policies.scoped]\nscope = \"s\"\nnot = { not = { policy = \"two\" } }\n\
         [policies.both-ways]\nany = [{ all = [{ scopes = [\"r\", \"q\"] }, { policy = \"not-reader\" }] }, \
         { scopes = [\"u\"] }]\n",
    );
    let (nobody, vars) = (caller(Map::new()), Variables(HashMap::new()));
    let named = |policy| {
        assert!(is_listed(&config, policy, &nobody, &vars), "{policy}");
        step_up(&config, policy, &nobody, Arguments::Call(&Map::new()), &vars)
    };
    assert_eq!(named("two"), Some(vec!["r"]));
    assert_eq!(named("four"), Some(vec!["r"]));
    assert_eq!(named("scoped"), Some(vec!["r", "s"]));
    // `r` opens the first way and closes it again.
    assert_eq!(named("both-ways"), Some(vec!["u"]));
}

#[test]
fn a_challenge_is_for_others_than_those_whom_only_arguments_keep_out() {
    let config = config(
        "[server]\nname = \"x\"\n[policies.refunds]\nscope = \"refunds\"\n\
         on_deny = \"challenge\"\ngroups = [\"billing\"]\nargs.amount = { max = 100 }\n",
    );
    let vars = Variables(HashMap::new());
    let call = Map::from_iter([("amount".to_owned(), json!(500))]);
    let asked = |stated: Value| {
        let caller = caller(stated.as_object().expect("an object").clone());
        step_up(&config, "refunds", &caller, Arguments::Call(&call), &vars)
    };
    assert_eq!(asked(json!({ "groups": ["billing"], "scopes": ["refunds"] })), None);
    assert_eq!(asked(json!({ "groups": ["sales"] })), Some(vec!["refunds"]));
}

/// While one argument is typed, those that are known decide; the others are open.
#[test]
fn arguments_that_are_known_decide_while_another_is_typed() {
    let config = config(
        "[server]\nname = \"x\"\n\
         [policies.public]\nargs.project = [\"public\"]\n\
         [policies.not-secret]\nnot = { args = { project = \"secret\" } }\n\
         [policies.unset]\nargs.project.exists = false\n",
    );
    let (nobody, vars) = (caller(Map::new()), Variables(HashMap::new()));
    let may = |policy, known: Value, typed| {
        let known = known.as_object().expect("an object");
        decide(&config, policy, &nobody, Arguments::Partial { known, typed }, &vars).is_allowed()
    };
    for policy in ["public", "not-secret"] {
        assert!(may(policy, json!({ "project": "public" }), "file"), "{policy}");
        assert!(!may(policy, json!({ "project": "secret" }), "file"), "{policy}");
        assert!(!may(policy, json!({ "project": ["public"] }), "file"), "{policy}");
        assert!(may(policy, json!({}), "file"), "{policy}");
        assert!(may(policy, json!({ "file": "secret" }), "file"), "{policy}");
        assert!(may(policy, json!({ "project": "secret" }), "project"), "{policy}");
    }
    assert!(may("unset", json!({}), "file"));
    assert!(!may("unset", json!({ "project": "public" }), "file"));
}

/// A part that is unknown keeps out under `all`, and lets nobody but the arguments decide under `not`.
#[test]
fn a_list_shows_what_arguments_may_open_also_under_not() {
    let config = config(
        r#"
        [server]
        name = "x"
        [identity]
        provider = "cloudflare-access"
        [policies.small-or-staff]
        not = { args = { amount = { min = 100 } }, groups = ["guests"] }
        [policies.neither]
        not = { any = [{ args = { amount = { min = 100 } } }, { groups = ["guests"] }] }
        "#,
    );
    let (nobody, vars) = (caller(Map::new()), Variables(HashMap::new()));
    let may = |policy, arguments: Option<Value>| {
        let arguments = arguments.as_ref().and_then(Value::as_object);
        decide(&config, policy, &nobody, arguments.into(), &vars).is_allowed()
    };
    assert!(may("small-or-staff", Some(json!({ "amount": 5 }))), "a false part is enough");
    assert!(!may("small-or-staff", Some(json!({ "amount": 500 }))));
    assert!(may("small-or-staff", None), "what can be called is listed");
    for arguments in [Some(json!({ "amount": 5 })), Some(json!({ "amount": 500 })), None] {
        assert!(!may("neither", arguments), "nobody knows the groups");
    }
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
    config.policies = vec![
        policy("deepest", nested(MAX_POLICY_DEPTH)),
        policy("too-deep", nested(MAX_POLICY_DEPTH + 1)),
    ]
    .into();
    let nobody = caller(Map::new());
    let vars = Variables(HashMap::new());
    assert_eq!(decide(&config, "deepest", &nobody, Arguments::Unknown, &vars), Decision::Allow);
    assert_denied(&config, "too-deep", Reason::TooComplex);
}

#[test]
fn policies_that_multiply_each_other_are_refused_in_time() {
    let mut config = config("[server]\nname = \"wide\"\n");
    let mut policies = vec![policy("p0", Condition::Groups(vec!["nobody".into()].into()))];
    for level in 1..MAX_POLICY_DEPTH / 2 {
        let below = Condition::Policy(format!("p{}", level - 1).into());
        let rule = Condition::Any(vec![below; 8].into());
        policies.push(policy(&format!("p{level}"), rule));
    }
    let top = policies.last().expect("a policy").name.to_string();
    config.policies = policies.into();
    let caller = caller(Map::from_iter([("groups".to_owned(), json!(["somebody"]))]));
    let decision = decide(&config, &top, &caller, Arguments::Unknown, &Variables(HashMap::new()));
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
        Condition::Scopes(vec![].into()),
        claim("a", Test::OneOf(vec![].into())),
        claim("empty", Test::OneOf(vec![].into())),
        claim("empty", Test::Contains(vec![].into())),
        Condition::Claim { path: vec![].into(), test: Test::Exists(false) },
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
            let decision =
                decide(&config, name, &caller, Arguments::Unknown, &Variables(HashMap::new()));
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
            let decision =
                decide(&config, name, &caller, Arguments::Unknown, &Variables(HashMap::new()));
            assert_eq!(decision, Decision::Deny { reason: Reason::UnreadableEntry });
        }
    }
}

fn assert_denied(config: &Config, name: &str, expected: Reason<'_>) {
    let decision =
        decide(config, name, &caller(Map::new()), Arguments::Unknown, &Variables(HashMap::new()));
    assert_eq!(decision, Decision::Deny { reason: expected });
}

fn config(source: &str) -> Config {
    match toolgate_config::check(source) {
        Ok(checked) => checked.config,
        Err(diagnostics) => panic!("mcp.toml has faults: {diagnostics:?}"),
    }
}

fn policy(name: &str, rule: Condition) -> Policy {
    Policy::new(name.to_owned(), rule)
}

fn claim(name: &'static str, test: Test) -> Condition {
    Condition::Claim { path: vec![name.into()].into(), test }
}

/// A verified caller without anything, and what the row says.
fn caller(stated: Map<String, Value>) -> Caller {
    let mut caller = json!({ "subject": "1", "client_id": "client", "email_verified": true });
    caller.as_object_mut().expect("an object").extend(stated);
    toolgate_json::from_json::read_value(caller).expect("a caller")
}

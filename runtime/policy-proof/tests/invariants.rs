//! Invariants of a file, for functions as a server has them.

use serde_json::json;
use toolgate_config::{Checked, check};
use toolgate_policy_proof::case_words;
use toolgate_policy_proof::invariants::{self, Function, Kind, Verdict};

const FILE: &str = r#"
[server]
name = "A server"

[identity]
provider = "cloudflare-access"

[policies.staff]
domains = ["example.com"]
not = { groups = ["contractors"] }

[policies.admins]
any = [{ emails = ["ada@example.com"] }, { policy = "staff", groups = ["admins"] }]

[policies.small]
domains = ["example.com"]
args = { amount = { max = 500 } }
"#;

fn checked(invariants: &str) -> Checked {
    check(&format!("{FILE}{invariants}")).expect("a sound file")
}

fn tool<'a>(name: &'a str, policy: &'a str) -> Function<'a> {
    Function { kind: Kind::Tool, name, policy, schema: None }
}

fn verdict(invariants: &str, function: Function<'_>) -> Verdict {
    let checked = checked(invariants);
    let functions = [function];
    let found = invariants::check(&checked.config, &checked.invariants, &functions);
    let mut found = found.expect("the evaluator agrees");
    assert_eq!(found.len(), 1, "{invariants}");
    found.remove(0).2
}

const NEVER: &str = "
[[never]]
name = \"contractors-delete\"
who = { groups = [\"contractors\"] }
tools = [\"delete_*\"]
";

#[test]
fn what_holds_for_all_callers_is_proved() {
    assert_eq!(verdict(NEVER, tool("delete_it", "staff")), Verdict::Holds { strictly: true });
}

#[test]
fn a_violation_is_told_with_a_caller_and_all_such_callers() {
    let Verdict::Violated { case, all, is_complete } = verdict(NEVER, tool("delete_it", "admins"))
    else {
        panic!("it is violated");
    };
    assert_eq!(case_words(&case), "ada@example.com, groups contractors");
    assert_eq!(all, Some(vec!["ada@example.com; in `contractors`".to_owned()]));
    assert!(is_complete);
}

#[test]
fn the_strict_form_is_about_those_too_of_whom_nothing_is_known() {
    let file = "
[[never]]
name = \"sales\"
who = { groups = [\"sales\"] }
tools = [\"delete_*\"]
";
    let policy = "[policies.others]\nemails = [\"kim@example.com\"]\nall = [{ not = { groups = [\"sales\"] } }]\n";
    let by_groups = format!("{policy}{file}");
    assert_eq!(verdict(&by_groups, tool("delete_it", "others")), Verdict::Holds { strictly: true });
    let by_address = by_groups
        .replace("not = { groups = [\"sales\"] }", "not = { args.x = 1, groups = [\"sales\"] }");
    assert!(matches!(verdict(&by_address, tool("delete_it", "others")), Verdict::Violated { .. }));
    let nobody_of_sales = "
[[never]]
name = \"sales\"
who = { all = [{ groups = [\"sales\"] }, { not = { domains = [\"example.com\"] } }] }
tools = [\"delete_*\"]
";
    let holds = verdict(nobody_of_sales, tool("delete_it", "staff"));
    assert_eq!(holds, Verdict::Holds { strictly: true });
}

#[test]
fn who_always_may_call_is_told_when_a_policy_shuts_them_out() {
    let always = "
[[always]]
name = \"staff-sees\"
who = { domains = [\"example.com\"] }
tools = [\"see\"]
";
    assert_eq!(verdict(always, tool("see", "everyone")), Verdict::Holds { strictly: true });
    let Verdict::Violated { case, .. } = verdict(always, tool("see", "staff")) else {
        panic!("contractors are shut out");
    };
    assert_eq!(case.caller.email.as_deref(), Some("zz-somebody@example.com"));
    // Arguments let in everybody of the domain.
    assert_eq!(verdict(always, tool("see", "small")), Verdict::Holds { strictly: false });
}

#[test]
fn arguments_that_a_tool_never_gets_are_no_violation() {
    let never = "
[[never]]
name = \"large\"
who = { args = { amount = { min = 400 } } }
tools = [\"pay\"]
";
    assert!(matches!(verdict(never, tool("pay", "small")), Verdict::Violated { .. }));
    let schema = json!({
        "type": "object",
        "properties": { "amount": { "type": "integer", "maximum": 300 } },
        "required": ["amount"],
        "additionalProperties": false,
    });
    let with_schema = Function { schema: Some(&schema), ..tool("pay", "small") };
    assert_eq!(verdict(never, with_schema), Verdict::Holds { strictly: true });
}

#[test]
fn a_pattern_that_nothing_has_a_name_for_is_found() {
    let checked = checked(
        "[[never]]\nname = \"x\"\nwho = { groups = [\"a\"] }\ntools = [\"delete_*\", \"dele\"]\n",
    );
    let functions = [tool("delete_it", "staff")];
    let idle = invariants::idle(&checked.invariants[0], &functions);
    assert_eq!(idle, [(Kind::Tool, "dele")]);
}

#[test]
fn an_argument_that_is_compared_with_a_claim_is_not_decided() {
    let never = "
[policies.own]
args = { owner = { claim = \"employee\" } }
[[never]]
name = \"sales\"
who = { groups = [\"sales\"] }
tools = [\"*\"]
";
    assert_eq!(verdict(never, tool("see", "own")), Verdict::Undecided);
    assert!(matches!(verdict(never, tool("see", "everyone")), Verdict::Violated { .. }));
}

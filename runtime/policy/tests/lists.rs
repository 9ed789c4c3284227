//! Lists, challenges and refusals of arguments hold what they promise, for any policies: compared with
//! every set of scopes and every call there is.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use toolgate_config::{Condition, Config, OnDeny, Policy, Scalar, Scope, Str, Test};
use toolgate_policy::{
    Arguments, Caller, Vars, decide, is_listed, looks_at_arguments, may_challenge,
    refused_arguments, step_up,
};

const SCOPES: [&str; 3] = ["r", "s", "t"];

struct NoVars;

impl Vars for NoVars {
    fn var(&self, _: &str) -> Option<String> {
        None
    }
}

/// Of policy number `index`, which may name those before it.
fn condition(index: usize) -> impl Strategy<Value = Condition> {
    let argument =
        (prop::sample::select(vec!["x", "y"]), prop::bool::ANY).prop_map(|(name, one)| {
            let test =
                if one { Test::OneOf(vec![Scalar::Int(1)].into()) } else { Test::Exists(false) };
            Condition::Argument { path: vec![name.into()].into(), test }
        });
    let named = (0..index.max(1)).prop_map(move |named| match index {
        0 => Condition::Everyone,
        _ => Condition::Policy(format!("p{named}").into()),
    });
    let leaf = prop_oneof![
        3 => argument,
        3 => vec(prop::sample::select(SCOPES.to_vec()), 1..3).prop_map(|names| {
            Condition::Scopes(names.into_iter().map(Str::from).collect::<Vec<_>>().into())
        }),
        2 => prop::sample::select(vec!["g", "h"])
            .prop_map(|group| Condition::Groups(vec![group.into()].into())),
        4 => named,
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|parts| Condition::Any(parts.into())),
            vec(inner.clone(), 1..4).prop_map(|parts| Condition::All(parts.into())),
            inner.prop_map(|part| Condition::Not(vec![part].into())),
        ]
    })
}

fn policies() -> impl Strategy<Value = Config> {
    let policy = |index: usize| {
        let scope = prop::option::weighted(0.3, prop::sample::select(SCOPES.to_vec()));
        (condition(index), scope).prop_map(move |(rule, scope)| Policy {
            scope: scope.map(Str::from),
            ..Policy::new(format!("p{index}"), rule)
        })
    };
    (policy(0), policy(1), policy(2)).prop_map(|(first, second, third)| {
        let checked = toolgate_config::check("[server]\nname = \"x\"\n").expect("no faults");
        let scope = |name: &&'static str| Scope { name: (*name).into(), meaning: "".into() };
        Config {
            policies: vec![first, second, third].into(),
            scopes: SCOPES.iter().map(scope).collect::<Vec<_>>().into(),
            ..checked.config
        }
    })
}

fn caller(groups: &[&str], scopes: &[&str]) -> Caller {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Caller { groups: texts(groups), scopes: texts(scopes), ..Caller::default() }
}

/// Every set of scopes.
fn scope_sets() -> impl Iterator<Item = Vec<&'static str>> {
    (0..8).map(|set| {
        let has = |index: &usize| set & (1 << index) != 0;
        (0..3).filter(has).map(|index| SCOPES[index]).collect()
    })
}

/// Calls that differ in every way that a condition can tell.
fn calls() -> Vec<Map<String, Value>> {
    let values = [None, Some(json!(1)), Some(json!(2)), Some(json!("1"))];
    let mut calls = Vec::new();
    for x in &values {
        for y in &values {
            let named = [("x", x), ("y", y)];
            let given = named.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
            calls.push(given.map(|(name, value)| (name.to_owned(), value)).collect());
        }
    }
    calls
}

fn with(scopes: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    scopes.iter().chain(more).copied().collect()
}

#[test]
fn a_server_without_scopes_and_challenges_challenges_nobody() {
    let config = |scope: Option<&'static str>, on_deny| {
        let checked = toolgate_config::check("[server]\nname = \"x\"\n").expect("no faults");
        let rule = match scope {
            Some(_) => Condition::Everyone,
            None => Condition::Not(vec![Condition::Everyone].into()),
        };
        let scope = scope.map(Str::from);
        let scopes = scope.clone().map(|name| Scope { name, meaning: "".into() });
        let policy = Policy { scope, on_deny, ..Policy::new("p0", rule) };
        let (policies, scopes) = (vec![policy].into(), scopes.into_iter().collect());
        Config { policies, scopes, ..checked.config }
    };
    for (config, expected) in [
        (config(None, OnDeny::Hide), false),
        (config(None, OnDeny::Challenge), true),
        (config(Some("r"), OnDeny::Hide), true),
        (config(Some("r"), OnDeny::Challenge), true),
    ] {
        let challenge = step_up(&config, "p0", &caller(&[], &[]), Arguments::Unknown, &NoVars);
        assert_eq!(challenge.is_some(), expected, "{challenge:?}");
        assert_eq!(may_challenge(&config), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 150,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_can_be_called_is_listed(config in policies()) {
        for groups in [&[][..], &["g"], &["h"]] {
            for scopes in scope_sets() {
                let callers: Vec<Caller> =
                    scope_sets().map(|more| caller(groups, &with(&scopes, &more))).collect();
                for policy in ["p0", "p1", "p2"] {
                    let is_listed = is_listed(&config, policy, &caller(groups, &scopes), &NoVars);
                    let can_be_called = callers.iter().any(|caller| {
                        calls().iter().any(|call| {
                            let arguments = Arguments::Call(call);
                            decide(&config, policy, caller, arguments, &NoVars).is_allowed()
                        })
                    });
                    prop_assert!(is_listed || !can_be_called, "{policy} {groups:?} {scopes:?}");
                }
            }
        }
    }

    #[test]
    fn a_challenge_names_just_the_scopes_with_which_the_call_passes(config in policies()) {
        for (policy, groups) in ["p0", "p1", "p2"].into_iter().zip([&[][..], &["g"], &["h"]]) {
            for scopes in scope_sets() {
                for call in calls() {
                    let arguments = Arguments::Call(&call);
                    let allows = |scopes: &[&str]| {
                        let caller = caller(groups, scopes);
                        decide(&config, policy, &caller, arguments, &NoVars).is_allowed()
                    };
                    if allows(&scopes) {
                        continue;
                    }
                    let asker = caller(groups, &scopes);
                    match step_up(&config, policy, &asker, arguments, &NoVars) {
                        Some(named) => {
                            let all: Vec<&str> = scopes.iter().copied().chain(named.clone()).collect();
                            prop_assert!(allows(&all), "{named:?} are not enough");
                            for index in 0..named.len() {
                                let mut fewer = all.clone();
                                fewer.remove(scopes.len() + index);
                                prop_assert!(!allows(&fewer), "{named:?} are too many");
                            }
                        }
                        None => {
                            let all = with(&scopes, &SCOPES);
                            prop_assert!(!allows(&all), "scopes would help");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn arguments_are_named_where_others_may_pass_and_nowhere_else(config in policies()) {
        for (policy, groups) in ["p0", "p1", "p2"].into_iter().zip([&[][..], &["g"], &["h"]]) {
            for scopes in scope_sets() {
                let caller = caller(groups, &scopes);
                let allows = |call: &Map<String, Value>| {
                    decide(&config, policy, &caller, Arguments::Call(call), &NoVars).is_allowed()
                };
                let others_would_pass = calls().iter().any(allows);
                let may = decide(&config, policy, &caller, Arguments::Unknown, &NoVars).is_allowed();
                prop_assert!(may || !others_would_pass, "a call passes that nobody expects to");
                for call in calls().iter().filter(|call| !allows(call)) {
                    let named = refused_arguments(&config, policy, &caller, call, &NoVars);
                    prop_assert!(named.is_empty() != may, "{policy} {groups:?} {scopes:?} {call:?} {named:?}");
                    prop_assert!(named.is_empty() || looks_at_arguments(&config), "{named:?}");
                }
            }
        }
    }
}

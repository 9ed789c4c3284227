//! Changes of a lock, in the words of a reviewer.

use super::*;

fn tool(name: &str, policy: &str) -> Function {
    Function { name: name.to_owned(), policy: policy.to_owned(), ..Function::default() }
}

fn lock(tools: &[Function]) -> Lock {
    Lock { tools: tools.to_vec(), ..Lock::default() }
}

fn change(old: Function, new: Function) -> Vec<String> {
    changes(&lock(&[old]), &lock(&[new]))
}

fn hash(text: &str) -> Option<String> {
    Some(format!("sha256:{text}"))
}

#[test]
fn nothing_changed_is_nothing_said() {
    assert!(change(tool("a", "admins"), tool("a", "admins")).is_empty());
}

#[test]
fn another_policy_says_both() {
    let found = change(tool("delete_user", "admins"), tool("delete_user", "everyone"));
    assert_eq!(found, ["`delete_user` is now allowed to `everyone`, was `admins`"]);
}

#[test]
fn every_other_change_of_a_tool_has_words() {
    let old = || tool("a", "admins");
    let acting = |hosts: &[&str]| Function {
        as_caller: hosts.iter().map(|host| (*host).to_owned()).collect(),
        ..old()
    };
    let cases = [
        (Function { read_only: Some(true), ..old() }, old(), "`a` is no longer read-only"),
        (old(), Function { destructive: Some(true), ..old() }, "`a` is now destructive"),
        (
            old(),
            Function { destructive: Some(false), ..old() },
            "`a` is now said not to be destructive",
        ),
        (
            Function { open_world: Some(false), ..old() },
            old(),
            "`a` is no longer said not to be open-world",
        ),
        (old(), Function { schema: hash("1"), ..old() }, "`a`: input schema: is there now"),
        (
            Function { output_schema: hash("1"), ..old() },
            Function { output_schema: hash("2"), ..old() },
            "`a`: output schema: changed, and the old file has only its hash",
        ),
        (
            Function { schema: Some(r#"{"maximum":1}"#.to_owned()), ..old() },
            Function { schema: Some(r#"{"maximum":2}"#.to_owned()), ..old() },
            "`a`: input schema: `maximum` is now 2, was 1",
        ),
        (old(), Function { description: hash("1"), ..old() }, "`a`: description changed"),
        (old(), Function { icons: hash("1"), ..old() }, "`a`: icons changed"),
        (
            Function { title: Some("A".to_owned()), ..old() },
            Function { title: Some("B".to_owned()), ..old() },
            "`a`: title is now `B`, was `A`",
        ),
        (
            Function { task: Some("optional".to_owned()), ..old() },
            Function { task: Some("required".to_owned()), ..old() },
            "`a` runs only as a task now",
        ),
        (old(), acting(&["a.example"]), "`a` acts as the caller at a.example now"),
        (
            acting(&["a.example"]),
            acting(&["a.example", "b.example"]),
            "`a` acts as the caller at a.example, b.example now",
        ),
        (acting(&["a.example"]), old(), "`a` no longer acts as the caller"),
    ];
    for (old, new, expected) in cases {
        assert_eq!(change(old, new), [expected]);
    }
}

#[test]
fn prompts_and_resources_say_what_they_are() {
    let prompts = |name: &str| Lock { prompts: vec![tool(name, "staff")], ..Lock::default() };
    assert_eq!(
        changes(&prompts("old"), &prompts("new")),
        ["prompt `new` is new, allowed to `staff`", "prompt `old` is gone"]
    );
}

#[test]
fn a_policy_shows_what_it_says_and_said() {
    let policy = |name: &str, rule: &str| Policy { name: name.to_owned(), rule: rule.to_owned() };
    let old = [policy("a", "groups = [\"x\"]"), policy("b", "groups = [\"b\"]")];
    let new = [policy("a", "groups = [\"x\", \"y\"]"), policy("c", "groups = [\"c\"]")];
    let lock = |policies: &[Policy]| Lock { policies: policies.to_vec(), ..Lock::default() };
    assert_eq!(
        changes(&lock(&old), &lock(&new)),
        [
            "policy `a` is now `groups = [\"x\", \"y\"]`, was `groups = [\"x\"]`",
            "policy `c` is used now: `groups = [\"c\"]`",
            "policy `b` is gone, or guards nothing any more",
        ]
    );
}

#[test]
fn settings_are_ranked_by_what_they_open() {
    let lock = |settings: &[(&str, &str)]| Lock {
        settings: settings
            .iter()
            .map(|(key, value)| Setting { key: (*key).to_owned(), value: (*value).to_owned() })
            .collect(),
        ..Lock::default()
    };
    let old = lock(&[("identity.issuer", "\"a\""), ("tokens.recheck", "\"required\"")]);
    let new = lock(&[
        ("audit.queue", "\"q\""),
        ("clients.app", "{ id = \"app\" }"),
        ("env.preview.identity.issuer", "\"p\""),
        ("identity.issuer", "\"b\""),
        ("server.instructions", "\"x\""),
        ("wrangler.vars.STAFF", "\"ada@example.com\""),
    ]);
    assert_eq!(
        changes(&old, &new),
        [
            "setting `env.preview.identity.issuer` is new: \"p\"",
            "setting `identity.issuer` is now \"b\", was \"a\"",
            "setting `wrangler.vars.STAFF` is new: \"ada@example.com\"",
            "setting `clients.app` is new: { id = \"app\" }",
            "setting `tokens.recheck` is gone, was \"required\"",
            "setting `audit.queue` is new: \"q\"",
            "setting `server.instructions` is new: \"x\"",
        ]
    );
}

#[test]
fn the_most_dangerous_is_told_first() {
    let old = lock(&[tool("a", "staff"), tool("b", "staff"), tool("z", "admins")]);
    let described = Function { description: hash("1"), ..tool("a", "staff") };
    let new = lock(&[described, tool("n", "staff"), tool("z", "everyone")]);
    assert_eq!(
        changes(&old, &new),
        [
            "`z` is now allowed to `everyone`, was `admins`",
            "`n` is new, allowed to `staff`",
            "`a`: description changed",
            "`b` is gone",
        ]
    );
}

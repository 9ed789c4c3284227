//! Conditions that nobody meets, and those that change nothing.

use std::path::Path;

use toolgate_config::check;
use toolgate_policy_proof::lints::{self, Superfluous};

#[test]
fn conditions_that_nobody_meets_are_told_with_those_that_exclude_each_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let source = std::fs::read_to_string(folder.join("contradictions.toml")).expect("the case");
    let checked = check(&source).expect("nothing else is wrong");
    let found = lints::contradictions(&checked);
    let texts: Vec<String> = found.iter().map(|one| one.render("mcp.toml", &source)).collect();
    let text = format!("{}\n", texts.join("\n\n"));
    let path = folder.join("contradictions.expected");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).expect("it can be written");
    }
    assert_eq!(
        text,
        std::fs::read_to_string(&path).expect("the expected text").replace("\r\n", "\n")
    );
}

fn superfluous(policies: &str) -> Vec<Superfluous> {
    let file = format!("[server]\nname = \"x\"\n[identity]\nprovider = \"dev\"\n{policies}");
    lints::superfluous(&check(&file).expect("a sound file").config)
}

#[test]
fn a_condition_that_changes_nothing_is_found() {
    let found = superfluous(
        "[policies.a]\nany = [{ domains = [\"a.example\"] }, { emails = [\"x@a.example\"] }]\n",
    );
    let words = "emails = [\"x@a.example\"]".to_owned();
    let expected = Superfluous::Condition { policy: "a".to_owned(), path: vec![1], words };
    assert_eq!(found, [expected]);
    let needed =
        "[policies.a]\nany = [{ domains = [\"a.example\"] }, { emails = [\"x@b.example\"] }]\n";
    assert_eq!(superfluous(needed), []);
}

#[test]
fn a_condition_that_matters_only_where_it_is_unknown_is_kept() {
    // A caller without an address is not false for the second, so that `not` of it differs.
    let file = "[policies.a]\nall = [{ groups = [\"g\"] }, { any = [{ policy = \"everyone\" }, { domains = [\"a.example\"] }] }]\n";
    let found = superfluous(file);
    assert!(
        found.iter().all(
            |one| matches!(one, Superfluous::Condition { path, .. } if path.as_slice() != [0])
        ),
        "{found:?}"
    );
}

#[test]
fn policies_that_are_the_same_are_found() {
    let found = superfluous(
        "[policies.a]\ngroups = [\"g\", \"h\"]\n[policies.b]\nany = [{ groups = [\"h\"] }, { groups = [\"g\"] }]\n\
         [policies.c]\ngroups = [\"g\"]\n",
    );
    assert_eq!(found, [Superfluous::Same { policy: "b".to_owned(), as_policy: "a".to_owned() }]);
}

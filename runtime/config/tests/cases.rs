//! Every fault that a `mcp.toml` can have: `cases/<fault>.toml` and what is printed for it.
//!
//! A new case is a new file. `UPDATE_EXPECT=1` writes the expected texts, for review by eye. A
//! first line `# package: <name>` sets the name of the crate, for faults of generated files.

#![cfg(feature = "generate")]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use support::{assert_file, repository};
use toolgate_config::deploy::{Package, wrangler_jsonc};
use toolgate_config::{Code, Diagnostic, check};

fn cases() -> Vec<PathBuf> {
    let folder = repository().join("runtime/config/tests/cases");
    let files = std::fs::read_dir(folder).expect("the folder exists");
    let paths = files.map(|file| file.expect("the folder is readable").path());
    let mut cases: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    cases.sort();
    cases
}

/// The text of a case and its faults.
fn faults(case: &PathBuf) -> (String, Vec<Diagnostic>) {
    let source = std::fs::read_to_string(case).expect("the case is readable");
    let first = source.lines().next().unwrap_or_default();
    let package = Package { name: first.strip_prefix("# package: ").unwrap_or("server") };
    let faults = check(&source).and_then(|checked| wrangler_jsonc(&checked, &package).map(drop));
    (source, faults.expect_err(&format!("{} has a fault", case.display())))
}

#[test]
fn faults_are_printed_as_expected() {
    for case in cases() {
        let (source, faults) = faults(&case);
        let texts: Vec<String> =
            faults.iter().map(|fault| fault.render("mcp.toml", &source)).collect();
        assert_file(&case.with_extension("expected"), &format!("{}\n", texts.join("\n\n")));
    }
}

#[test]
fn every_code_has_a_case() {
    let seen: BTreeSet<Code> =
        cases().iter().flat_map(|case| faults(case).1).map(|fault| fault.code).collect();
    // Conditions that nobody meets take a proof: `runtime/policy-proof` has the case.
    let is_seen = |code: &Code| seen.contains(code) || *code == Code::Contradiction;
    let missing: Vec<&Code> = Code::ALL.iter().filter(|code| !is_seen(code)).collect();
    assert!(missing.is_empty(), "no case in tests/cases for {missing:?}");
}

#[test]
fn codes_are_distinct_and_well_formed() {
    let numbers: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(numbers.len(), Code::ALL.len());
    assert!(numbers.iter().all(|number| number.starts_with("MCP") && number.len() == 6));
}

#[test]
fn every_expected_text_has_a_case() {
    let folder = repository().join("runtime/config/tests/cases");
    for file in std::fs::read_dir(folder).expect("the folder exists") {
        let path = file.expect("the folder is readable").path();
        assert!(path.with_extension("toml").exists(), "{} belongs to no case", path.display());
    }
}

#[test]
fn secrets_of_the_cases_are_never_printed() {
    for case in cases() {
        let (source, faults) = faults(&case);
        for fault in &faults {
            let text = fault.render("mcp.toml", &source);
            let help = fault.help.as_deref().unwrap_or_default();
            let leak =
                [text.as_str(), &fault.message, help].iter().any(|text| text.contains("hunter2"));
            assert!(!leak, "{}: {text}", case.display());
        }
    }
}

#[test]
fn faults_come_in_the_order_of_the_file() {
    for case in cases() {
        let (_, faults) = faults(&case);
        assert!(faults.is_sorted_by_key(|fault| fault.span.start), "{}", case.display());
    }
}

//! Strength of the encryption key in a local file.

use std::collections::BTreeSet;

use toolgate_core::seal::Keyring;

use super::finding::Finding;
use super::vars::Vars;

const TITLE: &str = "encryption key";

/// `None` where there is no value: that the name is missing is told of with the other names.
pub(super) fn finding(name: &str, vars: &Vars) -> Option<Finding> {
    vars.get(name).map(|list| strength(name, list, &vars.file))
}

/// Finding on a key that the Worker would refuse, or that it cannot know to be weak.
fn strength(name: &str, list: &str, file: &str) -> Finding {
    let fix = format!("write what `openssl rand -hex 32` prints into {file} as {name}");
    if let Err(error) = Keyring::parse(list) {
        let said = error.to_string();
        // The other part is the fix.
        let reason = said.split(';').next().unwrap_or_default();
        return Finding::problem(
            TITLE,
            format!("the Worker refuses {name} of {file}: {reason}"),
            fix,
        );
    }
    let keys: Vec<&str> =
        list.split(|c: char| c == ',' || c.is_whitespace()).filter(|key| !key.is_empty()).collect();
    if keys.iter().any(|key| repeats(key)) {
        let found = format!("{name} of {file} repeats a few characters, so it can be guessed");
        return Finding::warning(TITLE, found, fix);
    }
    if keys.iter().collect::<BTreeSet<_>>().len() < keys.len() {
        let fix = format!("remove the second one from {name} in {file}");
        return Finding::warning(TITLE, format!("{name} of {file} lists a key twice"), fix);
    }
    Finding::ok(
        TITLE,
        match keys.len() {
            1 => format!("{name} of {file} is long enough"),
            count => {
                format!("{name} of {file} lists {count} keys, all long enough; the first one seals")
            }
        },
    )
}

/// True for a shorter text several times, which is what people type.
fn repeats(key: &str) -> bool {
    let key = key.as_bytes();
    (1..=key.len() / 2)
        .any(|period| key.iter().zip(&key[period..]).all(|(one, other)| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    const GOOD: &str = "5f1d7a3c9b2e8046a1c7d3f59e0b6284c8e1f7a2b3d4956071829fa0bcde3f14";
    const OTHER: &str = "a08c1d5be37f926441d7b09e3c8f52a6177d3e9b0c4fa8625e91b3d7f406c82a";

    fn found(list: &str) -> Finding {
        strength("COOKIE_ENCRYPTION_KEY", list, ".dev.vars")
    }

    #[test]
    fn random_keys_are_fine_and_counted() {
        assert_eq!(found(GOOD).status, Status::Ok);
        let two = found(&format!("{OTHER}, {GOOD}"));
        assert_eq!(two.status, Status::Ok);
        assert!(two.found.contains("2 keys"), "{}", two.found);
    }

    #[test]
    fn what_the_worker_refuses_is_a_problem_with_the_command() {
        for list in ["short", &"a".repeat(64), &format!("{GOOD},short"), &[GOOD; 6].join(",")] {
            let finding = found(list);
            assert_eq!(finding.status, Status::Problem, "{list}");
            assert!(!finding.found.contains("openssl"), "{}", finding.found);
            assert!(finding.fix.is_some_and(|fix| fix.contains("openssl rand -hex 32")));
        }
    }

    #[test]
    fn a_pattern_and_a_key_listed_twice_are_warned_of() {
        let pattern = found(&"0123456789abcdef".repeat(4));
        assert_eq!(pattern.status, Status::Warning);
        assert!(pattern.fix.is_some_and(|fix| fix.contains("openssl rand -hex 32")));
        assert_eq!(found(&format!("{GOOD} {GOOD}")).status, Status::Warning);
    }

    #[test]
    fn no_finding_holds_a_key() {
        for list in ["my-short-key", &format!("{GOOD},{GOOD}"), GOOD, &"0123456789abcdef".repeat(4)]
        {
            let finding = format!("{:?}", found(list));
            assert!(!finding.contains(list) && !finding.contains(&list[..8]), "{finding}");
        }
    }
}

//! `mcp.toml`, the files that follow from it, and `Cargo.lock`: what `cargo toolgate check` finds
//! without compiling.

use super::finding::Finding;
use crate::project::Project;
use crate::{Error, check};

pub(super) fn findings(project: &Project) -> Vec<Finding> {
    let of_files = check::configuration(project);
    let of_cargo = check::dependencies(project);
    let mut findings =
        all("mcp.toml", "no faults, and the files that follow from it are up to date", &of_files);
    findings.extend(all("Cargo.lock", "what a Worker needs, in versions that fit", &of_cargo));
    findings
}

/// The problems, or that there are none.
fn all(title: &str, sound: &str, problems: &[Error]) -> Vec<Finding> {
    if problems.is_empty() {
        return vec![Finding::ok(title, sound)];
    }
    problems.iter().map(|problem| finding(title, problem)).collect()
}

fn finding(title: &str, problem: &Error) -> Finding {
    // Faults of mcp.toml have the help of each in their text.
    let fix = problem.fix().unwrap_or("correct mcp.toml; `cargo toolgate check` looks at it again");
    Finding::problem(title, problem.message(), fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Status;

    #[test]
    fn every_problem_is_a_finding_with_its_fix() {
        let stale = Error::new("wrangler.jsonc is stale").help("run `cargo toolgate sync`");
        let broken = Error::new("mcp.toml:1:1: unknown key");
        let findings = all("mcp.toml", "sound", &[stale, broken]);
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.status == Status::Problem));
        assert_eq!(findings[0].fix.as_deref(), Some("run `cargo toolgate sync`"));
        assert!(findings[1].fix.as_ref().is_some_and(|fix| fix.contains("correct mcp.toml")));
    }

    #[test]
    fn no_problem_is_said_once() {
        assert_eq!(all("mcp.toml", "sound", &[]), [Finding::ok("mcp.toml", "sound")]);
    }
}

//! All findings, as they are printed.

use std::fmt::Write as _;

use serde::Serialize;

use super::finding::{Finding, Status};
use crate::{Doing, Result, terminal};

/// Findings about a server.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    server: String,
    problems: usize,
    warnings: usize,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(server: &str, findings: Vec<Finding>) -> Self {
        let count = |status| findings.iter().filter(|finding| finding.status == status).count();
        let (problems, warnings) = (count(Status::Problem), count(Status::Warning));
        Self { server: server.to_owned(), problems, warnings, findings }
    }

    /// True if the server is sound; warnings may be meant.
    pub(super) fn is_sound(&self) -> bool {
        self.problems == 0
    }

    pub(super) fn print(&self, json: bool) -> Result<()> {
        let text = if json {
            serde_json::to_string_pretty(self).doing(|| "write the report".to_owned())? + "\n"
        } else {
            self.text()
        };
        terminal::print(&text)
    }

    fn text(&self) -> String {
        let width = self.findings.iter().map(|one| one.title.chars().count()).max().unwrap_or(0);
        // Below the column of what was found.
        let margin = " ".repeat("warning".len() + 2 + width + 2);
        let mut out = String::new();
        for Finding { title, status, found, fix } in &self.findings {
            let found = found.replace('\n', &format!("\n{margin}"));
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{:<7}  {title:<width$}  {found}", status.word());
            for (index, line) in fix.iter().flat_map(|fix| fix.lines()).enumerate() {
                let head = match (index, status) {
                    (0, Status::Ok) => "= next: ",
                    (0, _) => "= fix: ",
                    (_, Status::Ok) => "        ",
                    _ => "       ",
                };
                let _ = writeln!(out, "{margin}{head}{line}");
            }
        }
        let _ = writeln!(out, "\n{}: {}", self.server, self.summary());
        out
    }

    fn summary(&self) -> String {
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        match (self.problems, self.warnings) {
            (0, 0) => "nothing to complain about".to_owned(),
            (0, warnings) => counted(warnings, "warning"),
            (problems, 0) => counted(problems, "problem"),
            (problems, warnings) => {
                format!("{}, {}", counted(problems, "problem"), counted(warnings, "warning"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_line_up_and_are_counted() {
        let report = Report::new(
            "a-server",
            vec![
                Finding::ok("rustc", "1.95.0"),
                Finding::problem("secrets", "A is missing\nB is empty", "one\ntwo"),
            ],
        );
        let expected = "\
ok       rustc    1.95.0
problem  secrets  A is missing
                  B is empty
                  = fix: one
                         two

a-server: 1 problem
";
        assert_eq!(report.text(), expected);
        assert!(!report.is_sound());
    }

    #[test]
    fn warnings_leave_a_server_sound() {
        let report = Report::new("a-server", vec![Finding::warning("node", "old", "renew it")]);
        assert!(report.is_sound());
        assert_eq!(report.summary(), "1 warning");
    }
}

//! A matrix as text, Markdown and JSON.

use std::fmt::Write as _;

use super::table::{Access, Matrix, Person, Row};
use crate::{Doing, Result};

const EVERYONE: &str = "any signed-in user";

/// Columns that line up.
pub(super) fn text(matrix: &Matrix) -> String {
    let mut lines = vec![head(matrix)];
    lines.extend(matrix.functions.iter().map(|row| cells(row, str::to_owned)));
    let mut out = aligned(&lines);
    let mut lines = vec![vec!["everyone".to_owned(), EVERYONE.to_owned()]];
    for rule in &matrix.policies {
        let at = rule.position.as_deref().unwrap_or("mcp.toml");
        lines.push(vec![rule.name.clone(), format!("{} ({at})", rule.rule)]);
        lines.extend(rule.description.iter().map(|text| vec![String::new(), text.clone()]));
    }
    out.push('\n');
    out.push_str(&aligned(&lines));
    out
}

/// Two tables.
pub(super) fn markdown(matrix: &Matrix) -> String {
    let code = |name: &str| format!("`{name}`");
    let mut lines = vec![head(matrix)];
    lines.push(lines[0].iter().map(|_| "---".to_owned()).collect());
    lines.extend(matrix.functions.iter().map(|row| cells(row, code)));
    let mut out = table(&lines);
    let mut lines = vec![vec!["policy".to_owned(), "who passes".to_owned()]];
    lines.push(vec!["---".to_owned(); 2]);
    lines.push(vec![code("everyone"), EVERYONE.to_owned()]);
    for rule in &matrix.policies {
        let description = rule.description.iter().map(|text| format!("{text}: "));
        let who = description.chain([code(&rule.rule)]).collect();
        lines.push(vec![code(&rule.name), who]);
    }
    out.push('\n');
    out.push_str(&table(&lines));
    out
}

/// Everything, with the reasons.
pub(super) fn json(matrix: &Matrix) -> Result<String> {
    let text = serde_json::to_string_pretty(matrix).doing(|| "write the matrix".to_owned())?;
    Ok(format!("{text}\n"))
}

fn head(matrix: &Matrix) -> Vec<String> {
    let people = matrix.people.iter().map(column);
    ["function".to_owned(), "policy".to_owned()]
        .into_iter()
        .chain(people)
        .chain(["who at all".to_owned()])
        .collect()
}

fn column(person: &Person) -> String {
    match person.groups.join(", ") {
        groups if groups.is_empty() => person.name.clone(),
        groups => format!("{} ({groups})", person.name),
    }
}

fn cells(row: &Row, code: fn(&str) -> String) -> Vec<String> {
    let access = row.access.iter().map(|cell| {
        let word = match cell.access {
            Access::Allowed => "yes",
            Access::Denied => "no",
            Access::Depends => "depends",
        };
        word.to_owned()
    });
    let mut what = format!("{} {}", row.kind, code(&row.name));
    if !row.as_caller.is_empty() {
        let hosts: Vec<_> = row.as_caller.iter().map(|host| code(host)).collect();
        what.push_str(&format!(" (acts as the caller at {})", hosts.join(", ")));
    }
    if !row.connections.is_empty() {
        let names: Vec<_> = row.connections.iter().map(|name| code(name)).collect();
        what.push_str(&format!(" (uses the caller's accounts at {})", names.join(", ")));
    }
    if let Some(quota) = &row.quota {
        what.push_str(&format!(" (quota {})", code(quota)));
    }
    [what, code(&row.policy)].into_iter().chain(access).chain([anybody(row)]).collect()
}

/// Everybody who can call it.
fn anybody(row: &Row) -> String {
    match row.who_at_all.as_deref() {
        None => "not decided".to_owned(),
        Some([]) => "nobody".to_owned(),
        Some(cubes) => cubes.join(" | "),
    }
}

fn aligned(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let mut out = String::new();
    for line in lines {
        let mut text = String::new();
        for (column, cell) in line.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{cell:<width$}  ", width = width(column).unwrap_or_default());
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

fn table(lines: &[Vec<String>]) -> String {
    let mut out = String::new();
    for line in lines {
        let cells: Vec<_> = line.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out.push_str("| ");
        out.push_str(&cells.join(" | "));
        out.push_str(" |\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::table::Matrix;
    use super::*;

    #[test]
    fn a_tool_that_acts_as_its_caller_says_where() {
        let row = Row {
            kind: "tool",
            name: "find_pages".to_owned(),
            policy: "staff".to_owned(),
            as_caller: vec!["wiki.example.com".to_owned(), "api.example.com".to_owned()],
            connections: Vec::new(),
            quota: None,
            who_at_all: None,
            access: Vec::new(),
        };
        let matrix = Matrix { people: Vec::new(), functions: vec![row], policies: Vec::new() };
        let words = "tool find_pages (acts as the caller at wiki.example.com, api.example.com)";
        assert!(text(&matrix).contains(words), "{}", text(&matrix));
        assert!(markdown(&matrix).contains("(acts as the caller at `wiki.example.com`, "));
        let json = json(&matrix).expect("JSON");
        assert!(json.contains("\"as_caller\""), "{json}");
    }

    #[test]
    fn a_tool_that_uses_accounts_of_its_caller_says_which() {
        let row = Row {
            kind: "tool",
            name: "find_issues".to_owned(),
            policy: "staff".to_owned(),
            as_caller: Vec::new(),
            connections: vec!["linear".to_owned(), "github".to_owned()],
            quota: None,
            who_at_all: None,
            access: Vec::new(),
        };
        let matrix = Matrix { people: Vec::new(), functions: vec![row], policies: Vec::new() };
        let words = "tool find_issues (uses the caller's accounts at linear, github)";
        assert!(text(&matrix).contains(words), "{}", text(&matrix));
        assert!(markdown(&matrix).contains("(uses the caller's accounts at `linear`, `github`)"));
        let json = json(&matrix).expect("JSON");
        assert!(json.contains("\"connections\""), "{json}");
    }

    #[test]
    fn a_tool_whose_calls_are_charged_says_to_which_quota() {
        let row = Row {
            kind: "tool",
            name: "draw".to_owned(),
            policy: "staff".to_owned(),
            as_caller: Vec::new(),
            connections: Vec::new(),
            quota: Some("costly".to_owned()),
            who_at_all: None,
            access: Vec::new(),
        };
        let matrix = Matrix { people: Vec::new(), functions: vec![row], policies: Vec::new() };
        assert!(text(&matrix).contains("tool draw (quota costly)"), "{}", text(&matrix));
        assert!(markdown(&matrix).contains("tool `draw` (quota `costly`)"));
        let json = json(&matrix).expect("JSON");
        assert!(json.contains("\"quota\": \"costly\""), "{json}");
    }
}

//! Findings, each about one thing.

use serde::Serialize;

/// Status of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it should be.
    Ok,
    /// It may be meant, or is put right by itself.
    Warning,
    /// It keeps the server from working.
    Problem,
}

impl Status {
    /// As it is printed.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// Finding about one thing, and its fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Subject of the finding.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// The finding; several lines where `mcp.toml` has faults.
    pub found: String,
    /// The fix. Where all is well, it is what is left to do elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    pub(super) fn ok(title: impl Into<String>, found: impl Into<String>) -> Self {
        Self { title: title.into(), status: Status::Ok, found: found.into(), fix: None }
    }

    pub(super) fn warning(
        title: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { status: Status::Warning, fix: Some(fix.into()), ..Self::ok(title, found) }
    }

    pub(super) fn problem(
        title: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { status: Status::Problem, fix: Some(fix.into()), ..Self::ok(title, found) }
    }

    pub(super) fn with_fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }
}

/// Text from elsewhere in one line that a terminal takes no orders from.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn text_from_elsewhere_cannot_steer_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(shown(&"x".repeat(201)), format!("{}…", "x".repeat(200)));
    }
}

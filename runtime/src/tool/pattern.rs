//! Regular expressions that arguments have to match.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A pattern that the macro has checked, compiled when the first argument comes.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// This regular expression, in the dialect of `regex-lite`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// True if it is found in the value.
    #[must_use]
    pub fn is_match(&self, value: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        // The macro compiled it too; were it no pattern here, nothing would match.
        compiled.as_ref().is_some_and(|regex| regex.is_match(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_anchored() {
        assert!(Pattern::new("b").is_match("abc"));
        let anchored = Pattern::new("^b$");
        assert!(!anchored.is_match("abc"));
        assert!(anchored.is_match("b"));
    }

    #[test]
    fn what_is_no_pattern_matches_nothing() {
        assert!(!Pattern::new("(").is_match("("));
    }
}

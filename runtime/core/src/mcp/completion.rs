//! Result of a completion.

use serde_json::Value;

use super::json::object;
use super::outcome::{Shape, Shaped};
use super::revision::Revision;

/// Values of one completion: as many as MCP allows.
pub const MAX_COMPLETIONS: usize = 100;

/// `CompleteResult`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompletionResult {
    values: Vec<String>,
    total: usize,
}

impl CompletionResult {
    /// The values that go with what was typed, the best first. Those beyond [`MAX_COMPLETIONS`] are
    /// only counted.
    #[must_use]
    pub fn new(mut values: Vec<String>) -> Self {
        let total = values.len();
        values.truncate(MAX_COMPLETIONS);
        Self { values, total }
    }
}

impl Shape for CompletionResult {
    fn shape(self: Box<Self>, _revision: Revision) -> Shaped {
        let has_more = self.total > self.values.len();
        let completion = object(vec![
            ("values", Value::from(self.values)),
            ("total", Value::from(self.total)),
            ("hasMore", Value::Bool(has_more)),
        ]);
        Shaped::complete(object(vec![("completion", completion)]))
    }
}

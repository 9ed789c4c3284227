//! Where conditions stand in the file.

use std::ops::Range;

/// Where a condition stands, and those inside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) span: Range<usize>,
    pub(crate) inner: Vec<Spot>,
}

impl Spot {
    /// Of a condition without others inside.
    pub(crate) fn leaf(span: Range<usize>) -> Self {
        Self { span, inner: Vec::new() }
    }
}

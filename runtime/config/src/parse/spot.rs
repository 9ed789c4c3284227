//! Where conditions stand in the file.

use std::ops::Range;

use crate::model::Condition;

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

    /// Visits the condition that stands here and those inside of it, each with its place.
    pub(crate) fn walk<'a>(
        &self,
        condition: &'a Condition,
        visit: &mut dyn FnMut(&'a Condition, &Range<usize>),
    ) {
        visit(condition, &self.span);
        for (part, spot) in condition.parts().iter().zip(&self.inner) {
            spot.walk(part, visit);
        }
    }
}

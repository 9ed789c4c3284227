//! A policy as the file declares it.

use std::ops::Range;

use super::condition::Reference;
use super::spot::Spot;
use crate::model::{Policy, PolicyTest};

/// A policy and where it stands.
pub(crate) struct Declared {
    pub(crate) policy: Policy,
    /// The name, in the table's header.
    pub(crate) span: Range<usize>,
    /// Where its conditions stand.
    pub(crate) spot: Spot,
    /// The policies it refers to.
    pub(crate) references: Vec<Reference>,
    /// `[[policies.<name>.tests]]`, each with where it stands.
    pub(crate) tests: Vec<(PolicyTest, Range<usize>)>,
}

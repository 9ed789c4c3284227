//! A policy as the file declares it.

use std::ops::Range;

use super::condition::Reference;
use super::spot::Spot;
use crate::model::{Condition, Policy, PolicyTest};

/// A policy and where it stands.
pub(crate) struct Declared {
    pub(crate) policy: Policy,
    /// The name, in the table's header.
    pub(crate) span: Range<usize>,
    /// Where its conditions stand.
    pub(crate) spot: Spot,
    /// The policies it refers to.
    pub(crate) references: Vec<Reference>,
    /// The workloads that it names.
    pub(crate) workloads: Vec<Reference>,
    /// `[[policies.<name>.tests]]`, each with where it stands.
    pub(crate) tests: Vec<(PolicyTest, Range<usize>)>,
}

impl Declared {
    /// The variables that it reads people from.
    pub(crate) fn variables(&self) -> Vec<&str> {
        let mut variables = Vec::new();
        self.policy.rule.walk(&mut |condition| {
            if let Condition::EmailsFrom(name) = condition {
                variables.push(name.as_ref());
            }
        });
        variables
    }
}

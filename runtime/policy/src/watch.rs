//! Observers of the evaluation of a policy.

use toolgate_config::{Condition, Policy};

use crate::outcome::PolicyOutcome;

/// Hears of every policy and condition that is looked at. A Worker has nobody who listens, and no
/// code for it.
pub(crate) trait Watch<'a> {
    /// A policy is looked at.
    fn enter_policy(&mut self, _: &'a Policy) {}

    /// A condition is looked at, at this place among its siblings.
    fn enter(&mut self, _index: usize, _: &'a Condition) {}

    /// The last thing that was entered and not left yet has this value.
    fn leave(&mut self, _: PolicyOutcome<'a>) {}
}

/// Nobody.
impl Watch<'_> for () {}

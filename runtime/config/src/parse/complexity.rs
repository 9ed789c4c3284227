//! Policies that are nested too deeply, or repeat each other too often, to be evaluated: they would let
//! nobody in.

use super::declared::Declared;
use super::value::Section;
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, MAX_POLICY_DEPTH, MAX_POLICY_STEPS};

/// The cost of a condition, counted as its evaluation counts.
#[derive(Clone, Copy, Default, PartialEq)]
struct Size {
    /// Conditions inside conditions.
    depth: u32,
    /// Conditions in all.
    steps: u32,
}

impl Size {
    fn is_too_large(self) -> bool {
        self.depth > MAX_POLICY_DEPTH || self.steps > MAX_POLICY_STEPS
    }
}

/// Reports every policy that is too large by itself, and not because of one that it names; true where
/// there is none. The policies do not name each other in a circle.
pub(crate) fn check(section: &Section<'_, '_>, policies: &[Declared]) -> bool {
    let mut sizes = vec![Size::default(); policies.len()];
    // Each round carries the sizes one reference further. Rounds are bounded by the depth that is
    // allowed: what has grown beyond it is too large whatever else it names.
    for _ in 0..=MAX_POLICY_DEPTH {
        let next: Vec<Size> =
            policies.iter().map(|policy| size(&policy.policy.rule, policies, &sizes)).collect();
        if next == sizes {
            break;
        }
        sizes = next;
    }
    let mut sound = true;
    for (policy, size) in policies.iter().zip(&sizes) {
        let names_one_too_large = policy.references.iter().any(|reference| {
            position(policies, &reference.name).is_some_and(|named| sizes[named].is_too_large())
        });
        if size.is_too_large() {
            sound = false;
            if !names_one_too_large {
                section.report(policy.span.clone(), fault(&policy.policy.name, *size));
            }
        }
    }
    sound
}

fn fault(name: &str, size: Size) -> Fault {
    let (message, help) = if size.depth > MAX_POLICY_DEPTH {
        (
            format!("policy `{name}` has conditions inside conditions {} levels deep", size.depth),
            format!(
                "at most {MAX_POLICY_DEPTH} are evaluated, policies that it names included: \
                 name fewer policies in a row"
            ),
        )
    } else {
        (
            format!("policy `{name}` takes the evaluation of {} conditions", size.steps),
            format!(
                "at most {MAX_POLICY_STEPS} are evaluated, those of a policy that it names counted \
                 each time: name each policy once"
            ),
        )
    };
    Fault::new(Code::PolicyTooComplex, message, help)
}

fn size(condition: &Condition, policies: &[Declared], sizes: &[Size]) -> Size {
    let inner = match condition {
        Condition::Policy(name) => {
            position(policies, name).map_or_else(Size::default, |named| sizes[named])
        }
        condition => condition.parts().iter().fold(Size::default(), |sum, part| {
            let part = size(part, policies, sizes);
            let steps = sum.steps.saturating_add(part.steps);
            Size { depth: sum.depth.max(part.depth), steps }
        }),
    };
    Size { depth: inner.depth.saturating_add(1), steps: inner.steps.saturating_add(1) }
}

fn position(policies: &[Declared], name: &str) -> Option<usize> {
    policies.iter().position(|policy| policy.policy.name == name)
}

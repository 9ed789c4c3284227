//! The evaluator, asked about one condition and one caller. The meaning of a condition is never
//! written a second time.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use toolgate_config::{Condition, Config, Policy};
use toolgate_policy::explain::explain;
use toolgate_policy::{Caller, PolicyOutcome, Vars};

/// Name of the policy that holds the condition.
const NAME: &str = "asked";

/// Worker variables and their values.
pub type Variables = BTreeMap<String, String>;

pub(crate) struct VariablesOf<'a>(pub(crate) &'a Variables);

impl Vars for VariablesOf<'_> {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
}

/// Outcome of a condition when a call is asked about, so that nothing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Outcome {
    False,
    Unknown,
    True,
}

/// A caller, and whatever else decides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Case {
    /// The caller.
    pub caller: Caller,
    /// The arguments of the call.
    pub arguments: Map<String, Value>,
    /// Worker variables.
    pub variables: Variables,
}

/// A configuration whose only policy is one condition.
pub(crate) struct Asked(Config);

impl Asked {
    /// `base` has no policies: it is copied for each condition.
    pub(crate) fn new(base: &Config, condition: Condition) -> Self {
        let policies = vec![Policy::new(NAME, condition)];
        Self(Config { policies: policies.into(), ..base.clone() })
    }

    pub(crate) fn outcome(&self, case: &Case) -> Outcome {
        let vars = VariablesOf(&case.variables);
        match explain(&self.0, NAME, &case.caller, Some(&case.arguments), &vars).outcome {
            PolicyOutcome::True => Outcome::True,
            PolicyOutcome::False => Outcome::False,
            // A call leaves nothing open.
            PolicyOutcome::Unknown(_) | PolicyOutcome::Open => Outcome::Unknown,
        }
    }
}

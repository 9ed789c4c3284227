//! An explanation as text and JSON.

use std::fmt::Write as _;

use serde::Serialize;
use toolgate_config::{Checked, Position};
use toolgate_policy::explain::{Explanation, Line};
use toolgate_policy::{Decision, EVERYONE, PolicyOutcome};

use super::changes::WaysIn;
use crate::lock::FunctionKind;
use crate::{Doing, Result};

/// Decision on a person, and the conditions that were looked at.
#[derive(Debug, Serialize)]
pub(super) struct PolicyAnswer {
    decision: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<Function>,
    policy: String,
    /// The quota that a call is charged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<String>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The variable that the answer depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
    /// For somebody who is refused: what would let them in.
    #[serde(skip_serializing_if = "Option::is_none")]
    ways_in: Option<WaysIn>,
    /// Conditions that were looked at, in this order.
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Allowed,
    Denied,
    Depends,
}

#[derive(Debug, Serialize)]
struct Function {
    kind: &'static str,
    name: String,
}

#[derive(Debug, Serialize)]
struct Condition {
    condition: String,
    policy: String,
    depth: usize,
    outcome: &'static str,
    /// Why it could not be evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    /// True if it is the one that decided.
    decides: bool,
}

impl PolicyAnswer {
    pub(super) fn of(
        explanation: &Explanation<'_>,
        function: Option<(FunctionKind, &str)>,
        policy: &str,
        variable: Option<String>,
        checked: &Checked,
    ) -> Self {
        let reason = match explanation.decision() {
            Decision::Allow => None,
            Decision::Deny { reason } => Some(reason.to_string()),
        };
        let decision = match explanation.outcome {
            _ if variable.is_some() => Word::Depends,
            PolicyOutcome::True => Word::Allowed,
            PolicyOutcome::Open => Word::Depends,
            PolicyOutcome::False | PolicyOutcome::Unknown(_) => Word::Denied,
        };
        let function =
            function.map(|(kind, name)| Function { kind: kind.as_str(), name: name.to_owned() });
        let conditions = explanation.lines.iter().map(|line| condition(line, checked)).collect();
        let policy = policy.to_owned();
        Self {
            decision,
            function,
            policy,
            quota: None,
            reason,
            variable,
            ways_in: None,
            conditions,
        }
    }

    /// With the quota that a call is charged to.
    pub(super) fn charged_to(self, quota: Option<String>) -> Self {
        Self { quota, ..self }
    }

    /// With what would let them in.
    pub(super) fn with_ways(self, ways_in: Option<WaysIn>) -> Self {
        Self { ways_in, ..self }
    }

    /// The variable that the answer depends on.
    pub(super) fn variable(&self) -> Option<&str> {
        self.variable.as_deref()
    }

    /// `None` when it depends on arguments or a variable.
    pub(super) fn is_allowed(&self) -> Option<bool> {
        match self.decision {
            Word::Allowed => Some(true),
            Word::Denied => Some(false),
            Word::Depends => None,
        }
    }

    pub(super) fn json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).doing(|| "write the answer".to_owned())?;
        Ok(format!("{text}\n"))
    }

    pub(super) fn text(&self) -> String {
        let word: &str = match self.decision {
            Word::Allowed => "allowed",
            Word::Denied => "denied",
            Word::Depends => match self.variable() {
                Some(name) => &format!("depends on {name}"),
                None => "depends on the arguments",
            },
        };
        let guarded = match &self.function {
            Some(Function { kind, name }) => format!("{kind} `{name}` is guarded by "),
            None => String::new(),
        };
        let mut out = format!("{word}: {guarded}policy `{}`\n", self.policy);
        // Writing to a String cannot fail.
        if self.policy == EVERYONE {
            let _ = writeln!(out, "  any signed-in user passes");
        }
        if let Some(reason) = &self.reason {
            let _ = writeln!(out, "  {reason}");
        }
        if let Some(decides) = self.conditions.iter().find(|condition| condition.decides) {
            let at = decides.position.as_deref().unwrap_or("mcp.toml");
            let _ = writeln!(out, "  decided by `{}` at {at}", decides.condition);
        }
        if let Some(quota) = &self.quota {
            let _ = writeln!(out, "  a call is charged to the quota `{quota}`");
        }
        if let Some(ways_in) = &self.ways_in {
            out.push_str(&ways_in.text());
        }
        if !self.conditions.is_empty() {
            out.push('\n');
        }
        out.push_str(&trace(&self.conditions));
        out
    }
}

/// One line for each condition, those inside of another below it.
fn trace(conditions: &[Condition]) -> String {
    let indented = |one: &Condition| format!("{}{}", "  ".repeat(one.depth), one.condition);
    let width = conditions.iter().map(|one| indented(one).chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (index, one) in conditions.iter().enumerate() {
        // What is around it has its reason from it.
        let is_innermost = conditions.get(index + 1).is_none_or(|next| next.depth <= one.depth);
        let reason = one.reason.as_ref().filter(|_| is_innermost);
        let reason = reason.map(|reason| format!("  {reason}")).unwrap_or_default();
        let (outcome, text) = (one.outcome, indented(one));
        let at = one.position.as_deref().unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {outcome:<7}  {text:<width$}  {at}{reason}");
    }
    out
}

fn condition(line: &Line<'_>, checked: &Checked) -> Condition {
    let (outcome, reason) = match line.outcome {
        PolicyOutcome::True => ("true", None),
        PolicyOutcome::False => ("false", None),
        PolicyOutcome::Unknown(reason) => ("unknown", Some(reason.to_string())),
        PolicyOutcome::Open => ("depends", None),
    };
    // A policy and its outermost condition have the same path.
    let position = if line.condition.starts_with("policy `") {
        checked.policy_position(line.policy)
    } else {
        checked.condition_position(line.policy, &line.path)
    };
    let position = position.map(|Position { line, column }| format!("mcp.toml:{line}:{column}"));
    Condition {
        condition: line.condition.clone(),
        policy: line.policy.to_owned(),
        depth: line.depth,
        outcome,
        reason,
        position,
        decides: line.decides,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_names_the_quota_of_a_tool() {
        let answer = PolicyAnswer {
            decision: Word::Allowed,
            function: Some(Function { kind: "tool", name: "draw".to_owned() }),
            policy: "staff".to_owned(),
            quota: None,
            reason: None,
            variable: None,
            ways_in: None,
            conditions: Vec::new(),
        };
        assert!(!answer.text().contains("quota"), "{}", answer.text());
        let text = answer.charged_to(Some("costly".to_owned())).text();
        assert!(text.contains("a call is charged to the quota `costly`"), "{text}");
    }
}

//! Why a caller passes or does not: the evaluation of [`decide`](crate::decide), step by step. For
//! tools of the host; a Worker does not contain it.

use serde_json::{Map, Value};
use toolgate_config::{Condition, Config, Policy};

use crate::evaluate::{Evaluation, Facts};
use crate::outcome::PolicyOutcome;
use crate::watch::Watch;
use crate::{Caller, Decision, Reason, Vars};

/// A decision and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation<'a> {
    /// Outcome of the policy; open where it depends on arguments and none were given.
    pub outcome: PolicyOutcome<'a>,
    /// Conditions that were looked at, in this order. Those that could not change anything any more
    /// were not.
    pub lines: Vec<Line<'a>>,
}

/// One policy or condition that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// The policy that it stands in.
    pub policy: &'a str,
    /// Position in the policy: the place among its siblings, from the outermost condition to this
    /// one; empty for the policy itself.
    pub path: Vec<usize>,
    /// Depth among the lines, from 0.
    pub depth: usize,
    /// The condition as `mcp.toml` has it, in one line; of a combination only its kind.
    pub condition: String,
    /// Its outcome.
    pub outcome: PolicyOutcome<'a>,
    /// True if it is the one that decided.
    pub decides: bool,
}

impl<'a> Explanation<'a> {
    /// The Worker's decision.
    #[must_use]
    pub fn decision(&self) -> Decision<'a> {
        self.outcome.into()
    }

    /// The policy or condition that decided; `None` for `everyone` and for a policy that does not
    /// exist.
    #[must_use]
    pub fn deciding(&self) -> Option<&Line<'a>> {
        self.lines.iter().find(|line| line.decides)
    }
}

/// As [`decide`](crate::decide), with what was looked at on the way.
#[must_use]
pub fn explain<'a>(
    config: &'a Config,
    policy: &'a str,
    caller: &Caller,
    arguments: Option<&Map<String, Value>>,
    vars: &dyn Vars,
) -> Explanation<'a> {
    let facts = Facts { config, caller, arguments: arguments.into(), vars };
    let mut evaluation = Evaluation::new(facts, Recorder::default());
    let outcome = evaluation.policy(policy);
    let Recorder { mut lines, kinds, .. } = evaluation.watch;
    if let Some(decides) = decider(&lines, &kinds) {
        lines[decides].decides = true;
    }
    Explanation { outcome, lines }
}

/// Relation of a line to those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Any,
    All,
    /// Of one part: `not`, `policy`, and a policy itself.
    Wrapper,
    Leaf,
}

impl LineKind {
    fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Any(_) => Self::Any,
            Condition::All(_) => Self::All,
            Condition::Not(_) | Condition::Policy(_) => Self::Wrapper,
            _ => Self::Leaf,
        }
    }
}

/// Writes down what it hears of.
#[derive(Default)]
struct Recorder<'a> {
    lines: Vec<Line<'a>>,
    kinds: Vec<LineKind>,
    /// The lines that were entered and not left.
    open: Vec<usize>,
}

impl<'a> Recorder<'a> {
    fn add(&mut self, policy: &'a str, path: Vec<usize>, condition: String, kind: LineKind) {
        let depth = self.open.len();
        self.open.push(self.lines.len());
        let outcome = PolicyOutcome::Open;
        self.lines.push(Line { policy, path, depth, condition, outcome, decides: false });
        self.kinds.push(kind);
    }
}

impl<'a> Watch<'a> for Recorder<'a> {
    fn enter_policy(&mut self, policy: &'a Policy) {
        let text = match &policy.scope {
            Some(scope) => format!("policy `{}` with the scope `{scope}`", policy.name),
            None => format!("policy `{}`", policy.name),
        };
        self.add(&policy.name, Vec::new(), text, LineKind::Wrapper);
    }

    fn enter(&mut self, index: usize, condition: &'a Condition) {
        let outer = self.open.last().map(|outer| &self.lines[*outer]);
        let (policy, mut path) = match outer {
            Some(outer) => (outer.policy, outer.path.clone()),
            None => ("", Vec::new()),
        };
        // A policy has one condition, whose parts are counted.
        let is_rule = outer.is_some_and(|outer| outer.path.is_empty())
            && self.open.last().is_some_and(|outer| self.is_policy(*outer));
        if !is_rule {
            path.push(index);
        }
        self.add(policy, path, condition.in_words(), LineKind::of(condition));
    }

    fn leave(&mut self, outcome: PolicyOutcome<'a>) {
        if let Some(line) = self.open.pop() {
            self.lines[line].outcome = outcome;
        }
    }
}

impl Recorder<'_> {
    fn is_policy(&self, line: usize) -> bool {
        self.lines[line].condition.starts_with("policy `")
    }
}

/// The innermost line that alone made the outcome what it is.
fn decider(lines: &[Line<'_>], kinds: &[LineKind]) -> Option<usize> {
    let mut at = 0;
    lines.first()?;
    loop {
        let depth = lines[at].depth;
        let below = (at + 1..lines.len())
            .take_while(|line| lines[*line].depth > depth)
            .filter(|line| lines[*line].depth == depth + 1);
        let outcome = lines[at].outcome;
        let next = match kinds[at] {
            LineKind::Leaf => None,
            // The scope of a policy decides by itself.
            LineKind::Wrapper => below.last().filter(|_| !is_own(&lines[at])),
            // Where all parts count, none of them decides alone.
            LineKind::Any if outcome == PolicyOutcome::False => None,
            LineKind::All if outcome == PolicyOutcome::True => None,
            LineKind::Any | LineKind::All => {
                below.into_iter().find(|line| lines[*line].outcome == outcome)
            }
        };
        match next {
            Some(next) => at = next,
            None => return Some(at),
        }
    }
}

/// True if a policy's own scope is what is missing.
fn is_own(line: &Line<'_>) -> bool {
    match line.outcome {
        PolicyOutcome::Unknown(Reason::MissingScope(scope)) => {
            line.condition.ends_with(&format!("with the scope `{scope}`"))
        }
        _ => false,
    }
}

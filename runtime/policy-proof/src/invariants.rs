//! `[[never]]` and `[[always]]`, proved for the functions of a server or refuted with a caller.

use serde_json::Value;
use toolgate_config::{Condition, Config, Invariant};

use crate::circuit::Gate;
use crate::describe::Description;
use crate::leaf::{Grants, Mode};
use crate::oracle::Case;
use crate::pattern;
use crate::prover::{Answer, Disagreement, Expected, Prover};
use crate::reachable;

/// Kind of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A tool.
    Tool,
    /// A prompt.
    Prompt,
    /// A resource.
    Resource,
}

impl Kind {
    /// Its name for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
        }
    }
}

/// A function and its guard.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: &'a str,
    /// The policy that guards it.
    pub policy: &'a str,
    /// The schema of its arguments, where that is known.
    pub schema: Option<&'a Value>,
}

/// Result for one invariant and one function.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It holds for all callers.
    Holds {
        /// True if it also does for callers of whom it is not known whether it is about them.
        strictly: bool,
    },
    /// It does not, for this caller, whom the evaluator confirmed.
    Violated {
        /// The caller.
        case: Box<Case>,
        /// All such callers in words, by cubes; `None` where the budget was not enough.
        all: Option<Vec<String>>,
        /// True if there are no others.
        is_complete: bool,
    },
    /// The budget was not enough.
    Undecided,
}

/// True if the invariant is about this function.
#[must_use]
pub fn is_about(invariant: &Invariant, kind: Kind, name: &str) -> bool {
    let patterns = match kind {
        Kind::Tool => &invariant.tools,
        Kind::Prompt => &invariant.prompts,
        Kind::Resource => &invariant.resources,
    };
    patterns.iter().any(|pattern| pattern::matches(pattern, name))
}

/// The patterns of an invariant that no function has a name for.
#[must_use]
pub fn idle<'i>(invariant: &'i Invariant, functions: &[Function<'_>]) -> Vec<(Kind, &'i str)> {
    let lists = [
        (Kind::Tool, &invariant.tools),
        (Kind::Prompt, &invariant.prompts),
        (Kind::Resource, &invariant.resources),
    ];
    let patterns =
        lists.into_iter().flat_map(|(kind, list)| list.iter().map(move |one| (kind, one.as_ref())));
    let is_idle = |(kind, text): &(Kind, &str)| {
        !functions.iter().any(|one| one.kind == *kind && pattern::matches(text, one.name))
    };
    patterns.filter(is_idle).collect()
}

/// An invariant whose answer is asked for one function.
struct Asked<'a> {
    invariant: &'a Invariant,
    function: Function<'a>,
}

/// Checks every invariant for every function that it is about, in the order of the invariants.
///
/// # Errors
///
/// The evaluator does not confirm a caller: a fault of the prover.
pub fn check<'a>(
    config: &Config,
    invariants: &'a [Invariant],
    functions: &'a [Function<'a>],
) -> Result<Vec<(&'a Invariant, Function<'a>, Verdict)>, Disagreement> {
    let asked: Vec<Asked<'a>> = invariants
        .iter()
        .flat_map(|invariant| {
            let own = functions.iter().filter(|one| is_about(invariant, one.kind, one.name));
            own.map(move |function| Asked { invariant, function: *function })
        })
        .collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let conditions: Vec<&Condition> = asked.iter().map(|one| &one.invariant.who).collect();
    let schemas: Vec<&Value> = asked.iter().filter_map(|one| one.function.schema).collect();
    let names = asked.iter().map(|one| one.function.policy);
    let config = reachable::only(config, names, &conditions);
    let mut prover = Prover::new(&[&config], &conditions, &schemas);
    asked
        .into_iter()
        .map(|one| Ok((one.invariant, one.function, one.verdict(&mut prover)?)))
        .collect()
}

impl Asked<'_> {
    fn verdict(&self, prover: &mut Prover<'_>) -> Result<Verdict, Disagreement> {
        let refused = self.refused(prover);
        let own = self.ask(prover, refused, self.invariant.strict)?;
        let (strict, goal, within, answer) = own;
        match answer {
            Answer::Undecided => Ok(Verdict::Undecided),
            Answer::Possible(case) => {
                let told = match prover.describe(goal, within) {
                    Answer::Possible(told) => Some(told),
                    Answer::Impossible | Answer::Undecided => None,
                };
                let is_complete = told.as_ref().is_some_and(|told| told.is_complete);
                let words =
                    |told: Description| told.cubes.iter().map(|cube| prover.words(cube)).collect();
                let all = told.map(words);
                Ok(Verdict::Violated { case: Box::new(case), all, is_complete })
            }
            Answer::Impossible if strict => Ok(Verdict::Holds { strictly: true }),
            Answer::Impossible => {
                let (.., answer) = self.ask(prover, refused, true)?;
                Ok(Verdict::Holds { strictly: answer == Answer::Impossible })
            }
        }
    }

    /// Callers for whom the function is as it must not be for those of the invariant.
    fn refused(&self, prover: &mut Prover<'_>) -> Gate {
        let policy = self.function.policy;
        if !self.invariant.always {
            return prover.called(0, policy);
        }
        if self.is_about_arguments() {
            return !prover.passes(0, policy, Mode::Call, Grants::Every);
        }
        !prover.listed(0, policy)
    }

    fn is_about_arguments(&self) -> bool {
        let mut found = false;
        self.invariant.who.walk(&mut |one| found |= matches!(one, Condition::Argument { .. }));
        found
    }

    fn ask(
        &self,
        prover: &mut Prover<'_>,
        refused: Gate,
        strict: bool,
    ) -> Result<(bool, Gate, Gate, Answer<Case>), Disagreement> {
        let who = &self.invariant.who;
        let meant = if strict { !prover.fails(0, who) } else { prover.holds(0, who) };
        let goal = prover.and(meant, refused);
        let mut within = prover.provided(0);
        if let Some(schema) = self.function.schema {
            let accepted = prover.accepted(schema);
            within = prover.and(within, accepted);
        }
        let both = prover.and(goal, within);
        let policy = self.function.policy;
        let as_refused = match (self.invariant.always, self.is_about_arguments()) {
            (false, _) => Expected::Call(0, policy, true),
            (true, true) => Expected::RefusedWithScopes(0, policy),
            (true, false) => Expected::Listed(0, policy, false),
        };
        let as_meant = if strict { Expected::NotFalse(0, who) } else { Expected::True(0, who) };
        let answer = prover.ask(both, self.function.schema, &[as_meant, as_refused])?;
        Ok((strict, goal, within, answer))
    }
}

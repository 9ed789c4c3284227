//! Two configurations: who gains and who loses by a change.

use std::collections::HashMap;

use serde_json::Value;
use toolgate_config::Config;

use crate::circuit::Gate;
use crate::oracle::Case;
use crate::prover::{Answer, Disagreement, Expected, Prover};
use crate::reachable;

/// The guard of a function on one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard<'a> {
    /// The policy.
    pub policy: &'a str,
    /// The schema of the arguments, where it is known.
    pub schema: Option<&'a Value>,
}

/// A function on both sides; on one of them at least it is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair<'a> {
    /// Before.
    pub old: Option<Guard<'a>>,
    /// After.
    pub new: Option<Guard<'a>>,
}

/// Callers who gain or lose something.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// There are none.
    Nobody,
    /// There are some.
    Some {
        /// In words by cubes, each with a caller whom the evaluator decides differently on both sides.
        cubes: Vec<(String, Case)>,
        /// True if these are all.
        is_complete: bool,
    },
    /// The budget was not enough.
    Undecided,
}

/// Answer for one function.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Callers who could not call it and can.
    pub gained: Moved,
    /// Callers who could and cannot.
    pub lost: Moved,
}

/// Compares each function. Functions with the same guards get the same answer, found once.
///
/// # Errors
///
/// The evaluator does not confirm a caller: a fault of the prover.
pub fn compare(
    old: &Config,
    new: &Config,
    pairs: &[Pair<'_>],
    conflicts: Option<u64>,
) -> Result<Vec<Difference>, Disagreement> {
    let schemas: Vec<&Value> = pairs
        .iter()
        .flat_map(|pair| [pair.old, pair.new])
        .flatten()
        .filter_map(|guard| guard.schema)
        .collect();
    let names =
        |side: fn(&Pair<'_>) -> Option<String>| pairs.iter().filter_map(side).collect::<Vec<_>>();
    let old_names = names(|pair| pair.old.map(|guard| guard.policy.to_owned()));
    let new_names = names(|pair| pair.new.map(|guard| guard.policy.to_owned()));
    let old = reachable::only(old, old_names.iter().map(String::as_str), &[]);
    let new = reachable::only(new, new_names.iter().map(String::as_str), &[]);
    let mut prover = Prover::new(&[&old, &new], &[], &schemas);
    if let Some(conflicts) = conflicts {
        prover = prover.with_conflicts(conflicts);
    }
    let mut known: HashMap<(Gate, Gate), Moved> = HashMap::new();
    let mut found = Vec::new();
    for Pair { old, new } in pairs {
        let (before, after) = (Side(OLD, *old), Side(NEW, *new));
        let gained = before.to(&after, &mut prover, &mut known)?;
        let lost = after.to(&before, &mut prover, &mut known)?;
        found.push(Difference { gained, lost });
    }
    Ok(found)
}

/// Numbers of the configurations.
const OLD: usize = 0;
const NEW: usize = 1;

/// A function on one side: the number of its configuration, and its guard.
struct Side<'a>(usize, Option<Guard<'a>>);

impl Side<'_> {
    fn called(&self, prover: &mut Prover<'_>) -> Gate {
        self.1.map_or(Gate::FALSE, |guard| prover.called(self.0, guard.policy))
    }

    /// Callers who cannot call it here and can there.
    fn to(
        &self,
        there: &Side<'_>,
        prover: &mut Prover<'_>,
        known: &mut HashMap<(Gate, Gate), Moved>,
    ) -> Result<Moved, Disagreement> {
        let Some(guard) = there.1 else { return Ok(Moved::Nobody) };
        let (here_called, there_called) = (self.called(prover), there.called(prover));
        let goal = prover.and(there_called, !here_called);
        let mut within = prover.provided(there.0);
        if let Some(schema) = guard.schema {
            let accepted = prover.accepted(schema);
            within = prover.and(within, accepted);
        }
        if let Some(known) = known.get(&(goal, within)) {
            return Ok(known.clone());
        }
        let moved = match prover.describe(goal, within) {
            Answer::Impossible => Moved::Nobody,
            Answer::Undecided => Moved::Undecided,
            Answer::Possible(told) => {
                let mut expected = vec![Expected::Call(there.0, guard.policy, true)];
                expected.extend(self.1.map(|guard| Expected::Call(self.0, guard.policy, false)));
                let examples = prover.examples(&told, guard.schema);
                for case in &examples {
                    prover.confirm(case, &expected)?;
                }
                let words = told.cubes.iter().map(|cube| prover.words(cube));
                let cubes = words.zip(examples).collect();
                Moved::Some { cubes, is_complete: told.is_complete }
            }
        };
        known.insert((goal, within), moved.clone());
        Ok(moved)
    }
}

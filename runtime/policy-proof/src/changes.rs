//! Why somebody is refused, and the fewest changes that would let them in.

use serde_json::Value;

use crate::circuit::Gate;
use crate::describe::Cube;
use crate::fact::{About, FactId};
use crate::oracle::Case;
use crate::paths::Root;
use crate::prover::{Prover, Values};
use crate::schema::Accepts;
use crate::solver::Solved;

/// Facts that are changed at once at most. Who needs four changes is another person.
pub const MOST_CHANGES: usize = 3;

/// Ways in that are told at most.
const MOST_WAYS: usize = 50;

/// The answer for somebody who is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// Facts that alone are enough to refuse: with them, nothing else helps.
    pub reason: Cube,
    /// Changes of as few facts as possible that let in: none is part of another.
    pub ways: Vec<Way>,
    /// True if there are no others of [`MOST_CHANGES`] facts or fewer.
    pub is_complete: bool,
}

/// One way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// The facts that change, and their new values.
    pub cube: Cube,
    /// The caller after such a change.
    pub case: Case,
}

impl Changes {
    /// True if every change of a way is one that the caller makes at will: arguments, and scopes that are
    /// asked for.
    #[must_use]
    pub fn is_at_will(prover: &Prover<'_>, Cube(sides): &Cube) -> bool {
        sides.iter().all(|side| match prover.world.facts[side.fact.0].about {
            About::Scope(_) | About::Client => true,
            About::Kind(at) | About::Item(at, _) => prover.world.places[at].root == Root::Arguments,
            About::Address
            | About::Subject
            | About::Variable(_)
            | About::Group(_)
            | About::Looked(_) => false,
        })
    }
}

/// Sets of facts that are looked at.
struct Search<'a> {
    values: &'a [usize],
    support: &'a [FactId],
    goal: Gate,
    within: Gate,
    found: Vec<(Vec<FactId>, Values)>,
    is_complete: bool,
}

impl Prover<'_> {
    /// Ways in for a case in which `goal` is false, among the cases of `within`. `None` where the budget is
    /// not enough, or the case is one for which it is true.
    pub fn changes(
        &mut self,
        goal: Gate,
        within: Gate,
        case: &Case,
        schema: Option<&Value>,
    ) -> Option<Changes> {
        let accepts = schema.map(Accepts::new);
        let accepts = accepts.as_ref();
        let values = self.world.values_of(case)?;
        let both = self.and(goal, within);
        let support = self.support(&[both]);
        let reason = self.reason((goal, within), &support, &values)?;
        let mut search = Search {
            values: &values,
            support: &support,
            goal,
            within,
            found: Vec::new(),
            is_complete: true,
        };
        // Fewer changes first, so that none that is found is part of another.
        for most in 1..=MOST_CHANGES {
            self.search(&mut search, &mut Vec::new(), most)?;
        }
        let Search { found, is_complete, .. } = search;
        let mut ways = Vec::new();
        for (facts, others) in found {
            let cube = self.way(goal, within, &values, &facts, &others)?;
            let mut after = values.clone();
            facts.iter().for_each(|fact| after[fact.0] = others[fact.0]);
            ways.push(Way { cube, case: self.world.case(&after, accepts) });
        }
        Some(Changes { reason, ways, is_complete })
    }

    /// The facts of a smallest core.
    fn reason(
        &mut self,
        (goal, within): (Gate, Gate),
        support: &[FactId],
        values: &[usize],
    ) -> Option<Cube> {
        let mut gates = vec![goal];
        gates.extend(support.iter().map(|fact| self.world.is(*fact, values[fact.0])));
        let Solved::Impossible(core) = self.solve(&gates) else { return None };
        let mut left: Vec<FactId> = support
            .iter()
            .copied()
            .filter(|fact| core.contains(&self.world.is(*fact, values[fact.0])))
            .collect();
        let mut at = 0;
        while at < left.len() {
            let mut gates = vec![goal];
            let fewer = left.iter().filter(|fact| **fact != left[at]);
            gates.extend(fewer.map(|fact| self.world.is(*fact, values[fact.0])));
            match self.solve(&gates) {
                Solved::Impossible(_) => drop(left.remove(at)),
                Solved::Satisfiable => at += 1,
                Solved::Undecided => return None,
            }
        }
        let left = left.into_iter().map(|fact| (fact, vec![values[fact.0]])).collect();
        Some(self.sides(left, within))
    }

    /// Looks for sets of exactly `most` facts: whatever lets in has to change a fact of each core.
    fn search(
        &mut self,
        search: &mut Search<'_>,
        set: &mut Vec<FactId>,
        most: usize,
    ) -> Option<()> {
        let is_known =
            |known: &(Vec<FactId>, Values)| known.0.iter().all(|fact| set.contains(fact));
        if search.found.iter().any(is_known) {
            return Some(());
        }
        if search.found.len() >= MOST_WAYS {
            search.is_complete = false;
            return Some(());
        }
        let fixed: Vec<FactId> =
            search.support.iter().copied().filter(|fact| !set.contains(fact)).collect();
        let mut gates = vec![search.goal, search.within];
        gates.extend(fixed.iter().map(|fact| self.world.is(*fact, search.values[fact.0])));
        let core = match self.solve(&gates) {
            Solved::Satisfiable => {
                if set.len() == most {
                    let others = self.model();
                    search.found.push((set.clone(), others));
                }
                return Some(());
            }
            Solved::Impossible(core) => core,
            Solved::Undecided => return None,
        };
        if set.len() == most {
            return Some(());
        }
        for fact in fixed {
            if core.contains(&self.world.is(fact, search.values[fact.0])) {
                set.push(fact);
                self.search(search, set, most)?;
                set.pop();
            }
        }
        Some(())
    }

    /// The values of these facts that let in, as many as go together, when all others stay.
    fn way(
        &mut self,
        goal: Gate,
        within: Gate,
        values: &[usize],
        facts: &[FactId],
        others: &[usize],
    ) -> Option<Cube> {
        let both = self.and(goal, within);
        let support = self.support(&[both]);
        let fixed: Vec<Gate> = support
            .iter()
            .filter(|fact| !facts.contains(fact))
            .map(|fact| self.world.is(*fact, values[fact.0]))
            .collect();
        let mut cube: Vec<(FactId, Vec<usize>)> =
            facts.iter().map(|fact| (*fact, vec![others[fact.0]])).collect();
        cube.sort_by_key(|(fact, _)| *fact);
        let outside = self.and(!goal, within);
        for at in 0..cube.len() {
            let fact = cube[at].0;
            for value in 0..self.world.facts[fact.0].len() {
                if cube[at].1.contains(&value) {
                    continue;
                }
                let mut wider = cube.clone();
                wider[at].1.push(value);
                wider[at].1.sort_unstable();
                let mut gates = fixed.clone();
                gates.push(outside);
                for (fact, values) in &wider {
                    gates.push(self.among(*fact, values));
                }
                // A value that is not possible here at all is nothing that lets in.
                let mut possible = fixed.clone();
                possible.extend([both, self.world.is(fact, value)]);
                for (other, values) in wider.iter().filter(|(other, _)| *other != fact) {
                    possible.push(self.among(*other, values));
                }
                let is_possible = self.solve(&possible) == Solved::Satisfiable;
                if is_possible && matches!(self.solve(&gates), Solved::Impossible(_)) {
                    cube = wider;
                }
            }
        }
        Some(self.sides(cube, within))
    }
}

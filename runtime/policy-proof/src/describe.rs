//! Sets of callers as few cubes: facts, each with some of its values.

use serde_json::Value;

use crate::circuit::Gate;
use crate::fact::{About, FactId};
use crate::oracle::Case;
use crate::paths::Root;
use crate::prover::{Answer, Prover, Values};
use crate::schema::Accepts;
use crate::solver::Solved;
use crate::world::World;

/// Cubes of one description. People read a handful; a set that takes more is said not to be told whole.
pub const MOST_CUBES: usize = 8;

/// Some values of some facts. All others do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube(pub(crate) Vec<Side>);

/// Values of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) fact: FactId,
    pub(crate) values: Vec<usize>,
    /// All values that it can have at all, where the question is asked.
    pub(crate) possible: Vec<usize>,
}

/// Callers for whom something is true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Each has only such callers; they may overlap.
    pub cubes: Vec<Cube>,
    /// One caller of each.
    pub(crate) examples: Vec<Values>,
    /// True if there are no others.
    pub is_complete: bool,
}

/// Order in which facts are left out of a description: the least telling first.
fn telling(world: &World, fact: FactId) -> usize {
    match world.facts[fact.0].about {
        About::Looked(_) => 0,
        About::Kind(at) | About::Item(at, _) if world.places[at].root == Root::Arguments => 1,
        About::Kind(_) | About::Item(..) => 2,
        About::Group(_) => 3,
        About::Scope(_) => 4,
        About::Variable(_) => 5,
        About::Client => 5,
        About::Subject => 6,
        About::Address => 7,
    }
}

impl Prover<'_> {
    /// The callers for whom `goal` is true, among those of `within`.
    pub fn describe(&mut self, goal: Gate, within: Gate) -> Answer<Description> {
        let mut found = Description { cubes: Vec::new(), examples: Vec::new(), is_complete: false };
        let mut rest = self.and(goal, within);
        while found.cubes.len() < MOST_CUBES {
            let values = match self.find(rest) {
                Answer::Possible(values) => values,
                Answer::Impossible if found.cubes.is_empty() => return Answer::Impossible,
                Answer::Impossible => {
                    found.is_complete = true;
                    return Answer::Possible(found);
                }
                Answer::Undecided => return Answer::Undecided,
            };
            let Some(cube) = self.widest(goal, within, &values) else { return Answer::Undecided };
            let own = self.cube(&cube);
            rest = self.and(rest, !own);
            found.cubes.push(cube);
            found.examples.push(values);
        }
        match self.find(rest) {
            Answer::Impossible => found.is_complete = true,
            Answer::Possible(_) => {}
            Answer::Undecided => return Answer::Undecided,
        }
        Answer::Possible(found)
    }

    /// One caller of each cube.
    #[must_use]
    pub fn examples(&self, told: &Description, schema: Option<&Value>) -> Vec<Case> {
        let accepts = schema.map(Accepts::new);
        told.examples.iter().map(|values| self.world.case(values, accepts.as_ref())).collect()
    }

    /// The callers of a cube.
    pub(crate) fn cube(&mut self, Cube(sides): &Cube) -> Gate {
        let gates: Vec<Gate> =
            sides.iter().map(|side| self.among(side.fact, &side.values)).collect();
        self.world.circuit.all(gates)
    }

    /// Values of facts, without those that they cannot have among the callers of `within`.
    pub(crate) fn sides(&mut self, facts: Vec<(FactId, Vec<usize>)>, within: Gate) -> Cube {
        let mut sides = Vec::new();
        for (fact, mut values) in facts {
            let possible = self.possible(fact, within);
            values.retain(|value| possible.contains(value));
            sides.push(Side { fact, values, possible });
        }
        Cube(sides)
    }

    /// Values that a fact can have among the callers of `within`.
    fn possible(&mut self, fact: FactId, within: Gate) -> Vec<usize> {
        let all = 0..self.world.facts[fact.0].len();
        if within == Gate::TRUE {
            return all.collect();
        }
        if let Some(known) = self.possible.get(&(fact, within)) {
            return known.clone();
        }
        let can = |value: &usize| {
            let is = self.world.is(fact, *value);
            !matches!(self.solve(&[within, is]), Solved::Impossible(_))
        };
        let possible: Vec<usize> = all.filter(can).collect();
        self.possible.insert((fact, within), possible.clone());
        possible
    }

    /// A fact has one of these values.
    pub(crate) fn among(&mut self, fact: FactId, values: &[usize]) -> Gate {
        let gates: Vec<Gate> = values.iter().map(|value| self.world.is(fact, *value)).collect();
        self.world.circuit.any(gates)
    }

    /// A cube around a caller that cannot be made wider; `None` where the budget is not enough.
    fn widest(&mut self, goal: Gate, within: Gate, values: &[usize]) -> Option<Cube> {
        let outside = self.and(!goal, within);
        let support = self.support(&[outside]);
        let is: Vec<(FactId, Gate)> =
            support.iter().map(|fact| (*fact, self.world.is(*fact, values[fact.0]))).collect();
        let mut gates = vec![outside];
        gates.extend(is.iter().map(|(_, gate)| *gate));
        let Solved::Impossible(core) = self.solve(&gates) else { return None };
        let mut left: Vec<(FactId, Vec<usize>)> = is
            .iter()
            .filter(|(_, gate)| core.contains(gate))
            .map(|(fact, _)| (*fact, vec![values[fact.0]]))
            .collect();
        left.sort_by_key(|(fact, _)| (telling(&self.world, *fact), fact.0));
        let mut at = 0;
        while at < left.len() {
            let mut fewer = left.clone();
            fewer.remove(at);
            if self.excludes(outside, &fewer)? {
                left = fewer;
            } else {
                at += 1;
            }
        }
        for at in 0..left.len() {
            let fact = left[at].0;
            for value in 0..self.world.facts[fact.0].len() {
                if left[at].1.contains(&value) {
                    continue;
                }
                let mut wider = left.clone();
                wider[at].1.push(value);
                wider[at].1.sort_unstable();
                if self.excludes(outside, &wider)? {
                    left = wider;
                }
            }
        }
        left.sort_by_key(|(fact, _)| (std::cmp::Reverse(telling(&self.world, *fact)), fact.0));
        Some(self.sides(left, within))
    }

    /// True if nobody of the cube is outside; `None` where the budget is not enough.
    fn excludes(&mut self, outside: Gate, facts: &[(FactId, Vec<usize>)]) -> Option<bool> {
        let mut gates = vec![outside];
        for (fact, values) in facts {
            gates.push(self.among(*fact, values));
        }
        match self.solve(&gates) {
            Solved::Impossible(_) => Some(true),
            Solved::Satisfiable => Some(false),
            Solved::Undecided => None,
        }
    }
}

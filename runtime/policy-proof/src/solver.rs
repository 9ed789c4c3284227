//! The SAT solver, fed with the part of the circuit that a question is about.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use batsat::{Callbacks, ClauseKind, Lit, Solver, SolverInterface, lbool};

use crate::circuit::{Circuit, Gate, Node};

/// Conflicts of one question before it counts as not decided. Policies of 3,000 conditions take some
/// hundreds. It is a number of steps and not a time, so that an answer does not depend on the
/// machine.
pub const CONFLICTS: u64 = 200_000;

/// Answer of the solver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Solved {
    /// It can be true: [`SatSolver::bit`] tells how.
    Satisfiable,
    /// It cannot; these assumptions alone exclude it.
    Impossible(Vec<Gate>),
    /// The budget was not enough.
    Undecided,
}

/// Counts conflicts, and stops at the limit.
struct Budget {
    spent: Rc<Cell<u64>>,
    limit: Rc<Cell<u64>>,
}

impl Callbacks for Budget {
    fn on_new_clause(&mut self, _: &[Lit], kind: ClauseKind) {
        if kind != ClauseKind::Axiom {
            self.spent.set(self.spent.get() + 1);
        }
    }

    fn stop(&self) -> bool {
        self.spent.get() >= self.limit.get()
    }
}

/// The solver. It keeps what it learns from one question to the next.
pub(crate) struct SatSolver {
    solver: Solver<Budget>,
    /// The literal of each gate that was handed over, by its node.
    literals: HashMap<usize, Lit>,
    spent: Rc<Cell<u64>>,
    limit: Rc<Cell<u64>>,
    pub(crate) conflicts: u64,
}

impl SatSolver {
    pub(crate) fn new(conflicts: u64) -> Self {
        let (spent, limit) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(conflicts)));
        let budget = Budget { spent: Rc::clone(&spent), limit: Rc::clone(&limit) };
        let solver = Solver::new(batsat::SolverOpts::default(), budget);
        Self { solver, literals: HashMap::new(), spent, limit, conflicts }
    }

    /// Asks if all of these can be true at once.
    pub(crate) fn solve(&mut self, circuit: &Circuit, gates: &[Gate]) -> Solved {
        let assumptions: Vec<(Lit, Gate)> =
            gates.iter().map(|gate| (self.literal(circuit, *gate), *gate)).collect();
        self.spent.set(0);
        self.limit.set(self.conflicts);
        let literals: Vec<Lit> = assumptions.iter().map(|(literal, _)| *literal).collect();
        let result = self.solver.solve_limited(&literals);
        if result == lbool::TRUE {
            return Solved::Satisfiable;
        }
        if result != lbool::FALSE {
            return Solved::Undecided;
        }
        // The core has the assumptions negated.
        let core = self.solver.unsat_core().to_vec();
        let in_core = |literal: Lit| core.contains(&!literal) || core.contains(&literal);
        Solved::Impossible(
            assumptions.iter().filter(|(lit, _)| in_core(*lit)).map(|(_, gate)| *gate).collect(),
        )
    }

    /// The value of a bit in the latest model. One that no question was about is false.
    pub(crate) fn bit(&self, circuit: &Circuit, bit: Gate) -> bool {
        let (index, ..) = circuit.node(bit);
        let own = self.literals.get(&index);
        own.is_some_and(|literal| self.solver.value_lit(*literal) == lbool::TRUE)
    }

    /// The literal of a gate; what it is made of is handed over first.
    fn literal(&mut self, circuit: &Circuit, gate: Gate) -> Lit {
        let (root, _, negated) = circuit.node(gate);
        // An own stack: circuits are deeper than that of a thread allows.
        let mut open = vec![gate];
        while let Some(gate) = open.last().copied() {
            let (index, node, _) = circuit.node(gate);
            if self.literals.contains_key(&index) {
                open.pop();
                continue;
            }
            if let Node::And(one, other) = node {
                let missing = [one, other].into_iter().filter(|part| {
                    let (index, ..) = circuit.node(*part);
                    !self.literals.contains_key(&index)
                });
                let before = open.len();
                open.extend(missing);
                if open.len() > before {
                    continue;
                }
            }
            open.pop();
            self.define(circuit, index, node);
        }
        self.literals[&root] ^ negated
    }

    fn define(&mut self, circuit: &Circuit, index: usize, node: Node) {
        // Bits alone are decided: everything else follows from them. First they are tried as 0, which is what a
        // caller has who has nothing, so that callers who are found have little.
        let variable = self.solver.new_var(lbool::FALSE, node == Node::Bit);
        let own = Lit::new(variable, true);
        self.literals.insert(index, own);
        match node {
            Node::Bit => {}
            Node::True => {
                self.solver.add_clause_reuse(&mut vec![own]);
            }
            Node::And(one, other) => {
                let [one, other] = [one, other].map(|part| {
                    let (index, _, negated) = circuit.node(part);
                    self.literals[&index] ^ negated
                });
                for mut clause in [vec![!own, one], vec![!own, other], vec![own, !one, !other]] {
                    self.solver.add_clause_reuse(&mut clause);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_names_the_assumptions_that_exclude_each_other() {
        let mut circuit = Circuit::default();
        let bits: Vec<Gate> = (0..4).map(|_| circuit.bit()).collect();
        let both = circuit.and(bits[0], bits[1]);
        let mut solver = SatSolver::new(CONFLICTS);
        let found = solver.solve(&circuit, &[bits[2], both, bits[3], !bits[1]]);
        assert_eq!(found, Solved::Impossible(vec![both, !bits[1]]));
        assert_eq!(solver.solve(&circuit, &[both, !bits[2]]), Solved::Satisfiable);
        assert!(solver.bit(&circuit, bits[0]) && !solver.bit(&circuit, bits[2]));
        assert_eq!(solver.solve(&circuit, &[Gate::FALSE]), Solved::Impossible(vec![Gate::FALSE]));
        assert_eq!(solver.solve(&circuit, &[Gate::TRUE]), Solved::Satisfiable);
    }

    /// More pigeons than holes: no short proof exists.
    fn pigeons(circuit: &mut Circuit, holes: usize) -> Gate {
        let pigeons = holes + 1;
        let sits: Vec<Vec<Gate>> =
            (0..pigeons).map(|_| (0..holes).map(|_| circuit.bit()).collect()).collect();
        let mut rules = Vec::new();
        for row in &sits {
            rules.push(circuit.any(row.iter().copied()));
        }
        for hole in 0..holes {
            let in_hole: Vec<Gate> = sits.iter().map(|row| row[hole]).collect();
            for (one, gate) in in_hole.iter().enumerate() {
                for other in &in_hole[..one] {
                    rules.push(!circuit.and(*gate, *other));
                }
            }
        }
        circuit.all(rules)
    }

    #[test]
    fn a_question_beyond_the_budget_is_not_decided_and_a_smaller_one_still_is() {
        let mut circuit = Circuit::default();
        let (hard, easy) = (pigeons(&mut circuit, 9), pigeons(&mut circuit, 3));
        let mut solver = SatSolver::new(200);
        assert_eq!(solver.solve(&circuit, &[hard]), Solved::Undecided);
        assert_eq!(solver.solve(&circuit, &[easy]), Solved::Impossible(vec![easy]));
    }
}

//! Questions about all callers, and their answers.

use std::collections::HashMap;

use serde_json::Value;
use toolgate_config::{Condition, Config, Policy};
use toolgate_policy::explain::explain;
use toolgate_policy::{Arguments, PolicyOutcome, decide, is_listed};

use crate::circuit::{Circuit, Gate};
use crate::compile::{Compiled, Compiler, Pair, View};
use crate::fact::{About, FactId, group};
use crate::leaf::{Grants, Mode};
use crate::oracle::{Case, VariablesOf};
use crate::schema::Accepts;
use crate::solver::{CONFLICTS, SatSolver, Solved};
use crate::world::World;

/// Answer to a question whether there is a caller.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<T> {
    /// There is none: proved for all callers, arguments and variables.
    Impossible,
    /// There is this one.
    Possible(T),
    /// The budget was not enough, or a policy is too large to be evaluated at all.
    Undecided,
}

/// A caller whom the prover found and the evaluator decides otherwise: a fault of the prover. No answer of
/// it can be trusted then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement(pub String);

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the prover and the evaluator disagree: {}", self.0)
    }
}

impl std::error::Error for Disagreement {}

/// Something that the evaluator has to say of a caller.
#[derive(Debug, Clone, Copy)]
pub enum Expected<'a> {
    /// A call of what the policy guards passes, or does not.
    Call(usize, &'a str, bool),
    /// A call passes with some arguments, or with none.
    SomeCall(usize, &'a str, bool),
    /// What the policy guards is in the caller's lists, or is not.
    Listed(usize, &'a str, bool),
    /// A call does not pass, whatever scopes are granted.
    RefusedWithScopes(usize, &'a str),
    /// The condition is true.
    True(usize, &'a Condition),
    /// The condition is not false.
    NotFalse(usize, &'a Condition),
}

/// A caller as values of facts.
pub(crate) type Values = Vec<usize>;

/// Answers questions on the policies of one or several configurations. They are numbered in the order in
/// which they were given.
pub struct Prover<'a> {
    configs: Vec<&'a Config>,
    pub(crate) world: World,
    pub(crate) compiled: Compiled,
    pub(crate) solver: SatSolver,
    /// Values that facts can have, by what they are asked among.
    pub(crate) possible: HashMap<(FactId, Gate), Vec<usize>>,
}

impl<'a> Prover<'a> {
    /// `conditions` are those that questions will be about; `schemas` the input schemas of tools, of which
    /// [`accepted`](Self::accepted) is asked. There has to be a configuration.
    #[must_use]
    pub fn new(configs: &[&'a Config], conditions: &[&Condition], schemas: &[&Value]) -> Self {
        Self {
            configs: configs.to_vec(),
            world: World::of(configs, conditions, schemas),
            compiled: Compiled::default(),
            solver: SatSolver::new(CONFLICTS),
            possible: HashMap::new(),
        }
    }

    /// With another budget of conflicts for each question.
    #[must_use]
    pub fn with_conflicts(mut self, conflicts: u64) -> Self {
        self.solver.conflicts = conflicts;
        self
    }

    fn compiler(&mut self, number: usize, view: View) -> Compiler<'_> {
        let config = self.configs[number];
        Compiler { world: &mut self.world, compiled: &mut self.compiled, config, number, view }
    }

    /// Callers who pass the policy: of a list those who may with some arguments.
    pub fn passes(&mut self, config: usize, policy: &str, mode: Mode, grants: Grants) -> Gate {
        let mut compiler = self.compiler(config, View { mode, grants });
        compiler.policy(policy, false, Compiler::DEPTH).perhaps
    }

    /// Callers whose call passes.
    pub fn called(&mut self, config: usize, policy: &str) -> Gate {
        self.passes(config, policy, Mode::Call, Grants::Nothing)
    }

    /// Callers in whose lists it is.
    pub fn listed(&mut self, config: usize, policy: &str) -> Gate {
        self.passes(config, policy, Mode::List, Grants::Helpful)
    }

    /// Callers for whom the condition is true in a call.
    pub fn holds(&mut self, config: usize, condition: &Condition) -> Gate {
        self.condition(config, condition, false).exactly
    }

    /// Callers for whom the condition is false in a call.
    pub fn fails(&mut self, config: usize, condition: &Condition) -> Gate {
        self.condition(config, condition, true).exactly
    }

    fn condition(&mut self, config: usize, condition: &Condition, negated: bool) -> Pair {
        let view = View { mode: Mode::Call, grants: Grants::Nothing };
        self.compiler(config, view).condition(condition, negated, Compiler::DEPTH)
    }

    /// Callers that the identity provider of the configuration can send.
    pub fn provided(&mut self, config: usize) -> Gate {
        self.world.provided(self.configs[config])
    }

    /// Calls that this input schema lets through.
    pub fn accepted(&mut self, schema: &Value) -> Gate {
        self.world.accepted(&Accepts::new(schema))
    }

    /// Both.
    pub fn and(&mut self, one: Gate, other: Gate) -> Gate {
        self.world.circuit.and(one, other)
    }

    /// One of them at least.
    pub fn or(&mut self, one: Gate, other: Gate) -> Gate {
        self.world.circuit.or(one, other)
    }

    /// Exactly one of them.
    pub fn xor(&mut self, one: Gate, other: Gate) -> Gate {
        self.world.circuit.xor(one, other)
    }

    /// Asks for a caller for whom it is true, with as few facts as possible.
    pub(crate) fn find(&mut self, goal: Gate) -> Answer<Values> {
        match self.solve(&[goal]) {
            Solved::Impossible(_) => Answer::Impossible,
            Solved::Undecided => Answer::Undecided,
            Solved::Satisfiable => {
                let first = self.model();
                Answer::Possible(self.plainest(goal, first))
            }
        }
    }

    pub(crate) fn solve(&mut self, gates: &[Gate]) -> Solved {
        let is_beyond = |bit: Gate| Circuit::is_among(&self.world.circuit.bits_below(gates), bit);
        if self.compiled.is_too_deep || self.world.beyond.is_some_and(is_beyond) {
            return Solved::Undecided;
        }
        self.solver.solve(&self.world.circuit, gates)
    }

    /// Values of the facts in the latest model.
    pub(crate) fn model(&self) -> Values {
        let solver = &self.solver;
        self.world.read(&|bit| solver.bit(&self.world.circuit, bit))
    }

    /// The facts that functions depend on.
    pub(crate) fn support(&self, gates: &[Gate]) -> Vec<FactId> {
        let seen = self.world.circuit.bits_below(gates);
        let facts = self.world.facts.iter().zip(self.world.ids());
        let is_seen = |bits: &[Gate]| bits.iter().any(|bit| Circuit::is_among(&seen, *bit));
        facts.filter(|(fact, _)| is_seen(&fact.bits)).map(|(_, id)| id).collect()
    }

    /// A caller with fewer facts for whom the goal is true: one is read more easily who has three groups
    /// than one who has thirty.
    fn plainest(&mut self, goal: Gate, first: Values) -> Values {
        let support = self.support(&[goal]);
        let mut values = first;
        let mut fixed = vec![goal];
        let groups: Vec<FactId> = support
            .iter()
            .copied()
            .filter(|fact| matches!(self.world.facts[fact.0].about, About::Group(_)))
            .collect();
        // Of one person either all groups are told, or none.
        let unknown: Vec<Gate> =
            groups.iter().map(|fact| self.world.is(*fact, group::UNKNOWN)).collect();
        let none = self.world.circuit.all(unknown.iter().copied());
        let told = self.world.circuit.all(unknown.iter().map(|gate| !*gate));
        let mut wishes = vec![none, told];
        wishes.extend(support.iter().map(|fact| self.world.is(*fact, 0)));
        let mut last = self.world.evaluated(&values);
        for wish in wishes {
            let mut gates = fixed.clone();
            gates.push(wish);
            // Most wishes are true already.
            if Circuit::value(&last, wish) {
                fixed.push(wish);
            } else if self.solve(&gates) == Solved::Satisfiable {
                values = self.model();
                last = self.world.evaluated(&values);
                fixed.push(wish);
            }
        }
        let is_told = groups.iter().any(|fact| values[fact.0] != group::UNKNOWN);
        for fact in self.world.ids().filter(|fact| !support.contains(fact)) {
            let is_group = matches!(self.world.facts[fact.0].about, About::Group(_));
            values[fact.0] = if is_group && !is_told { group::UNKNOWN } else { 0 };
        }
        values
    }

    /// Asks for a caller, and has the evaluator confirm it.
    ///
    /// # Errors
    ///
    /// The evaluator decides otherwise: a fault of the prover.
    pub fn ask(
        &mut self,
        goal: Gate,
        schema: Option<&Value>,
        expected: &[Expected<'_>],
    ) -> Result<Answer<Case>, Disagreement> {
        Ok(match self.find(goal) {
            Answer::Impossible => Answer::Impossible,
            Answer::Undecided => Answer::Undecided,
            Answer::Possible(values) => {
                let case = self.world.case(&values, schema.map(Accepts::new).as_ref());
                self.confirm(&case, expected)?;
                Answer::Possible(case)
            }
        })
    }

    /// Runs the evaluator on a caller.
    ///
    /// # Errors
    ///
    /// It says something else than expected.
    pub fn confirm(&self, case: &Case, expected: &[Expected<'_>]) -> Result<(), Disagreement> {
        for one in expected {
            if !self.is_as_expected(case, one) {
                return Err(Disagreement(format!("{one:?} does not hold for {case:?}")));
            }
        }
        Ok(())
    }

    fn is_as_expected(&self, case: &Case, expected: &Expected<'_>) -> bool {
        let vars = VariablesOf(&case.variables);
        match *expected {
            Expected::Call(config, policy, passes) => {
                let arguments = Arguments::Call(&case.arguments);
                let found = decide(self.configs[config], policy, &case.caller, arguments, &vars);
                found.is_allowed() == passes
            }
            Expected::SomeCall(config, policy, passes) => {
                let arguments = Arguments::Unknown;
                let found = decide(self.configs[config], policy, &case.caller, arguments, &vars);
                found.is_allowed() == passes
            }
            Expected::Listed(config, policy, passes) => {
                is_listed(self.configs[config], policy, &case.caller, &vars) == passes
            }
            Expected::RefusedWithScopes(config, policy) => {
                let config = self.configs[config];
                let mut caller = case.caller.clone();
                caller.scopes.extend(config.scopes.iter().map(|scope| scope.name.to_string()));
                let arguments = Arguments::Call(&case.arguments);
                !decide(config, policy, &caller, arguments, &vars).is_allowed()
            }
            Expected::True(config, condition) => {
                self.is_true(config, condition, case) == PolicyOutcome::True.into()
            }
            Expected::NotFalse(config, condition) => {
                self.is_true(config, condition, case) != PolicyOutcome::False.into()
            }
        }
    }

    /// The outcome of a condition beside the policies of a configuration.
    fn is_true(&self, config: usize, condition: &Condition, case: &Case) -> Word {
        const NAME: &str = "asked ";
        let mut config = self.configs[config].clone();
        config.policies.to_mut().push(Policy::new(NAME, condition.clone()));
        let vars = VariablesOf(&case.variables);
        explain(&config, NAME, &case.caller, Some(&case.arguments), &vars).outcome.into()
    }
}

/// An outcome without its reason.
#[derive(PartialEq)]
enum Word {
    True,
    False,
    Neither,
}

impl From<PolicyOutcome<'_>> for Word {
    fn from(outcome: PolicyOutcome<'_>) -> Self {
        match outcome {
            PolicyOutcome::True => Self::True,
            PolicyOutcome::False => Self::False,
            PolicyOutcome::Unknown(_) | PolicyOutcome::Open => Self::Neither,
        }
    }
}

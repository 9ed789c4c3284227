//! Policies as functions of facts.
//!
//! The evaluator's four values are ordered, `any` and `all` take the heaviest of their parts, and a
//! caller passes from a threshold on. Thresholds commute with both, so that a policy is two functions:
//!
//! | under | first | second |
//! |---|---|---|
//! | an even number of `not` | exactly true | true or open |
//! | an odd number of `not` | exactly false | false or open |

use std::collections::HashMap;

use toolgate_config::{Condition, Config, MAX_POLICY_DEPTH, Policy};
use toolgate_policy::EVERYONE;

use crate::circuit::Gate;
use crate::leaf::{Grants, Leaf, Mode};
use crate::mutation::{self, Mutation};
use crate::world::World;

/// A way to look at a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct View {
    pub(crate) mode: Mode,
    pub(crate) grants: Grants,
}

/// The two functions of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// It lets pass where it stands.
    pub(crate) exactly: Gate,
    /// It does, or may with the right arguments.
    pub(crate) perhaps: Gate,
}

impl Pair {
    const NEVER: Self = Self { exactly: Gate::FALSE, perhaps: Gate::FALSE };
}

/// Conditions that were compiled, so that each policy is compiled once for each way to look at it.
#[derive(Default)]
pub(crate) struct Compiled {
    /// By the configuration's number, the policy's, the view, and whether it is under `not`.
    policies: HashMap<(usize, usize, View, bool), Pair>,
    /// Leaves as the evaluator sees them, by their text and mode.
    leaves: Vec<(usize, Condition, Mode, Leaf)>,
    /// True if something was nested beyond what is evaluated.
    pub(crate) is_too_deep: bool,
}

/// One configuration, being compiled.
pub(crate) struct Compiler<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) compiled: &'a mut Compiled,
    pub(crate) config: &'a Config,
    /// Number of the configuration.
    pub(crate) number: usize,
    pub(crate) view: View,
}

impl Compiler<'_> {
    /// The policy of this name, under an odd number of `not` or an even one.
    pub(crate) fn policy(&mut self, name: &str, negated: bool, depth: u32) -> Pair {
        if name == EVERYONE {
            let pass = Gate::from(!negated);
            return Pair { exactly: pass, perhaps: pass };
        }
        let config = self.config;
        let Some(index) = config.policies.iter().position(|policy| policy.name == name) else {
            return Pair::NEVER;
        };
        let key = (self.number, index, self.view, negated);
        if let Some(known) = self.compiled.policies.get(&key) {
            return *known;
        }
        let pair = self.rule(&config.policies[index], negated, depth);
        self.compiled.policies.insert(key, pair);
        pair
    }

    fn rule(&mut self, policy: &Policy, negated: bool, depth: u32) -> Pair {
        let rule = self.condition(&policy.rule, negated, depth);
        // Under `not`, it is enough that the conditions are false; without the scope, those that hold are
        // unknown.
        let applies = !negated || mutation::is(Mutation::ScopeUnderNot);
        let scope = policy.scope.as_ref().filter(|_| applies && !mutation::is(Mutation::NoScope));
        let Some(scope) = scope else { return rule };
        let scope = self.condition(&Condition::Scopes(vec![scope.clone()].into()), false, depth);
        Pair {
            exactly: self.world.circuit.and(rule.exactly, scope.exactly),
            perhaps: self.world.circuit.and(rule.perhaps, scope.exactly),
        }
    }

    pub(crate) fn condition(&mut self, condition: &Condition, negated: bool, depth: u32) -> Pair {
        let Some(depth) = depth.checked_sub(1) else {
            self.compiled.is_too_deep = true;
            return Pair::NEVER;
        };
        match condition {
            Condition::Policy(name) => self.policy(name, negated, depth),
            Condition::Any(parts) => {
                let all = negated && !mutation::is(Mutation::AnyUnderNot);
                self.parts(parts, all, negated, depth)
            }
            Condition::All(parts) => self.parts(parts, !negated, negated, depth),
            Condition::Not(parts) => match parts.as_ref() {
                [part] if mutation::is(Mutation::NotIsNothing) => {
                    self.condition(part, negated, depth)
                }
                [part] => self.condition(part, !negated, depth),
                _ => Pair::NEVER,
            },
            leaf => self.leaf(leaf, negated),
        }
    }

    /// Parts of which all have to pass where they stand, or one. Of no parts nothing is known.
    fn parts(&mut self, parts: &[Condition], all: bool, negated: bool, depth: u32) -> Pair {
        if parts.is_empty() {
            return Pair::NEVER;
        }
        let start = Gate::from(all);
        let mut pair = Pair { exactly: start, perhaps: start };
        for part in parts {
            let part = self.condition(part, negated, depth);
            let circuit = &mut self.world.circuit;
            pair = match all {
                true => Pair {
                    exactly: circuit.and(pair.exactly, part.exactly),
                    perhaps: circuit.and(pair.perhaps, part.perhaps),
                },
                false => Pair {
                    exactly: circuit.or(pair.exactly, part.exactly),
                    perhaps: circuit.or(pair.perhaps, part.perhaps),
                },
            };
        }
        pair
    }

    fn leaf(&mut self, condition: &Condition, negated: bool) -> Pair {
        if let Condition::Scopes(entries) = condition
            && !entries.is_empty()
        {
            // Under `not`, it is the lack of a scope that helps.
            match (self.view.grants, negated) {
                (Grants::Helpful, false) | (Grants::Every, false) => {
                    return Pair { exactly: Gate::TRUE, perhaps: Gate::TRUE };
                }
                (Grants::Every, true) => return Pair::NEVER,
                (Grants::Helpful, true) if mutation::is(Mutation::HelpUnderNot) => {
                    return Pair::NEVER;
                }
                (Grants::Helpful, true) | (Grants::Nothing, _) => {}
            }
        }
        let Leaf { yes, no, open } = self.asked(condition);
        let no = if mutation::is(Mutation::UnknownIsFalse) { !yes } else { no };
        let exactly = if negated { no } else { yes };
        if negated && mutation::is(Mutation::OpenUnderNot) {
            return Pair { exactly, perhaps: exactly };
        }
        Pair { exactly, perhaps: self.world.circuit.or(exactly, open) }
    }

    /// The leaf, asked of the evaluator once.
    fn asked(&mut self, condition: &Condition) -> Leaf {
        let mode = self.view.mode;
        let known = self.compiled.leaves.iter().find(|(number, known, of, _)| {
            *number == self.number && *of == mode && known == condition
        });
        if let Some((.., leaf)) = known {
            return *leaf;
        }
        let leaf = self.world.leaf(self.config, condition, mode);
        let leaf = leaf.unwrap_or(Leaf { yes: Gate::FALSE, no: Gate::FALSE, open: Gate::FALSE });
        self.compiled.leaves.push((self.number, condition.clone(), mode, leaf));
        leaf
    }

    /// The depth that the evaluator begins with.
    pub(crate) const DEPTH: u32 = MAX_POLICY_DEPTH;
}

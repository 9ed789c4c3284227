//! Evaluation of a policy against one caller.

use serde_json::{Map, Value};
use toolgate_config::{Condition, Config, Policy, Str};

use super::address::{self, Address};
use super::outcome::Outcome;
use super::test::Subject;
use super::watch::Watch;
use super::{EVERYONE, Reason};
use crate::caller::{Caller, Vars};
use crate::known::Told;

/// Conditions inside conditions, policies named by policies included. Cycles are refused when
/// `mcp.toml` is compiled; this keeps the stack safe should one get through. Policies written by
/// people are a handful of levels deep.
pub const MAX_DEPTH: u32 = 32;

/// Conditions evaluated for one decision. Policies that name each other without a cycle can still
/// repeat work exponentially; a real policy has tens of conditions.
pub const MAX_STEPS: u32 = 4096;

/// What a decision is made from.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a, 'c> {
    pub(super) config: &'a Config,
    pub(super) caller: &'c Caller,
    /// Of the call; `None` where no call is asked about.
    pub(super) arguments: Option<&'c Map<String, Value>>,
    pub(super) vars: &'c dyn Vars,
}

/// One decision being made.
pub(super) struct Evaluation<'a, 'c, W> {
    facts: Facts<'a, 'c>,
    steps: u32,
    /// Whether it is asked what would be if the access token had every scope.
    assumes_scopes: bool,
    /// Whether what is evaluated stands under an odd number of `not`.
    negated: bool,
    /// The scopes that were assumed on the way that passes.
    pub(super) assumed: Vec<&'a str>,
    pub(super) watch: W,
}

impl<'a, 'c, W: Watch<'a>> Evaluation<'a, 'c, W> {
    pub(super) fn new(facts: Facts<'a, 'c>, watch: W) -> Self {
        Self {
            facts,
            steps: MAX_STEPS,
            assumes_scopes: false,
            negated: false,
            assumed: Vec::new(),
            watch,
        }
    }

    /// As if the access token had every scope.
    pub(super) fn assuming_scopes(mut self) -> Self {
        self.assumes_scopes = true;
        self
    }

    /// The policy of this name.
    pub(super) fn policy(&mut self, name: &'a str) -> Outcome<'a> {
        self.policy_within(name, MAX_DEPTH)
    }

    fn policy_within(&mut self, name: &'a str, depth: u32) -> Outcome<'a> {
        if name == EVERYONE {
            return Outcome::True;
        }
        let Some(policy) = super::find(self.facts.config, name) else {
            return Outcome::Unknown(Reason::UnknownPolicy(name));
        };
        self.watch.enter_policy(policy);
        let mark = self.assumed.len();
        let outcome = self.rule(policy, depth);
        if !outcome.may_pass() {
            self.assumed.truncate(mark);
        }
        self.watch.leave(outcome);
        outcome
    }

    /// The conditions of a policy, and then its scope: whom the conditions refuse, no scope helps.
    fn rule(&mut self, policy: &'a Policy, depth: u32) -> Outcome<'a> {
        let outcome = self.condition(0, &policy.rule, depth);
        match &policy.scope {
            Some(scope) if outcome.may_pass() && !self.has_scope(scope) => {
                Outcome::Unknown(Reason::MissingScope(scope))
            }
            _ => outcome,
        }
    }

    /// `index` is the condition's place among its siblings.
    fn condition(&mut self, index: usize, condition: &'a Condition, depth: u32) -> Outcome<'a> {
        if depth == 0 || self.steps == 0 {
            return Outcome::Unknown(Reason::TooComplex);
        }
        self.steps -= 1;
        self.watch.enter(index, condition);
        let mark = self.assumed.len();
        let outcome = self.evaluate(condition, depth - 1);
        if !outcome.may_pass() {
            self.assumed.truncate(mark);
        }
        self.watch.leave(outcome);
        outcome
    }

    fn evaluate(&mut self, condition: &'a Condition, depth: u32) -> Outcome<'a> {
        let Facts { config, caller, arguments, .. } = self.facts;
        match condition {
            Condition::Everyone => Outcome::True,
            Condition::Emails(entries) => {
                self.emails(&mut entries.iter().map(Str::as_ref), Reason::UnreadableEntry)
            }
            Condition::EmailsFrom(name) => self.emails_from(name),
            Condition::Domains(entries) => self.domains(entries),
            Condition::Groups(entries) => self.groups(entries),
            Condition::Subjects(entries) => {
                Outcome::from(entries.iter().any(|entry| *entry == caller.subject))
            }
            Condition::Claim { path, test } if caller.known.has_claim(path) => {
                Subject::Claim.test(&caller.claims, path, test)
            }
            Condition::Claim { path, .. } => Outcome::Unknown(
                path.first().map_or(Reason::EmptyCondition, |name| Reason::NotKept(name)),
            ),
            Condition::Argument { path, test } => match arguments {
                Some(arguments) => Subject::Argument.test(arguments, path, test),
                None => Outcome::Open,
            },
            Condition::Scopes(entries) => self.scopes(entries),
            Condition::Identity(providers) => {
                Outcome::from(providers.contains(&config.identity.provider))
            }
            Condition::Policy(name) => self.policy_within(name, depth),
            Condition::Any(parts) => {
                let negated = self.negated;
                Outcome::any_under(&mut self.parts(parts, depth), negated)
            }
            Condition::All(parts) => {
                let negated = self.negated;
                Outcome::all_under(&mut self.parts(parts, depth), negated)
            }
            Condition::Not(parts) => match parts.as_ref() {
                [part] => {
                    self.negated = !self.negated;
                    let outcome = self.condition(0, part, depth);
                    self.negated = !self.negated;
                    outcome.not()
                }
                _ => Outcome::Unknown(Reason::EmptyCondition),
            },
        }
    }

    fn parts<'e>(
        &'e mut self,
        parts: &'a [Condition],
        depth: u32,
    ) -> impl Iterator<Item = Outcome<'a>> + use<'e, 'a, 'c, W> {
        let parts = parts.iter().enumerate();
        parts.map(move |(index, part)| self.condition(index, part, depth))
    }

    /// The caller's address, or why there is none to compare.
    fn address(&self) -> Result<Address<'c>, Reason<'a>> {
        let caller = self.facts.caller;
        let none = match caller.claimed_email {
            None => Reason::NoEmail,
            Some(_) => Reason::UnverifiedEmail,
        };
        let email = caller.email.as_deref().ok_or(none)?;
        Address::read(email).ok_or(Reason::UnreadableEmail)
    }

    /// `unreadable` is the reason when an entry is no address and no other one matches.
    fn emails(
        &self,
        entries: &mut dyn Iterator<Item = &str>,
        unreadable: Reason<'a>,
    ) -> Outcome<'a> {
        let address = match self.address() {
            Ok(address) => address,
            Err(reason) => return Outcome::Unknown(reason),
        };
        Outcome::any(&mut entries.map(|entry| match Address::read(entry) {
            Some(entry) => Outcome::from(address.is(entry)),
            None => Outcome::Unknown(unreadable),
        }))
    }

    fn emails_from(&self, name: &'a str) -> Outcome<'a> {
        let Some(text) = self.facts.vars.var(name) else {
            return Outcome::Unknown(Reason::MissingVariable(name));
        };
        let mut entries = text
            .split(|separator: char| separator == ',' || separator.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .peekable();
        // An empty list is more often a mistake than a decision, and under `not` it would let
        // everybody in.
        if entries.peek().is_none() {
            return Outcome::Unknown(Reason::UnreadableVariable(name));
        }
        self.emails(&mut entries, Reason::UnreadableVariable(name))
    }

    fn domains(&self, entries: &'a [Str]) -> Outcome<'a> {
        let address = match self.address() {
            Ok(address) => address,
            Err(reason) => return Outcome::Unknown(reason),
        };
        Outcome::any(&mut entries.iter().map(|entry| {
            if address::is_domain(entry) {
                Outcome::from(address.is_at(entry))
            } else {
                Outcome::Unknown(Reason::UnreadableEntry)
            }
        }))
    }

    fn groups(&self, entries: &'a [Str]) -> Outcome<'a> {
        let caller = self.facts.caller;
        Outcome::any(&mut entries.iter().map(|entry| {
            match caller.groups.iter().any(|has| has == entry.as_ref()) {
                true => Outcome::True,
                false => not_in_group(caller, entry),
            }
        }))
    }

    /// Which scopes a token has is always known.
    fn scopes(&mut self, entries: &'a [Str]) -> Outcome<'a> {
        match one_in(entries, &self.facts.caller.scopes) {
            Outcome::False if self.assumes_scopes => {
                self.assumed.extend(entries.first().map(Str::as_ref));
                Outcome::True
            }
            outcome => outcome,
        }
    }

    fn has_scope(&mut self, scope: &'a str) -> bool {
        if self.facts.caller.scopes.iter().any(|has| has == scope) {
            return true;
        }
        if self.assumes_scopes {
            self.assumed.push(scope);
        }
        self.assumes_scopes
    }
}

/// That the caller does not have the group, or why that is not known.
fn not_in_group<'a>(caller: &Caller, name: &'a str) -> Outcome<'a> {
    Outcome::Unknown(match caller.known.told {
        Told::Text | Told::Entry | Told::Form => Reason::UnreadableGroups,
        Told::More => Reason::MoreGroups,
        Told::Part => Reason::PartialGroups,
        Told::Whole if caller.groups.is_empty() => Reason::NoGroups,
        _ if !caller.known.has_group(name) => Reason::NotKept(name),
        Told::Whole | Told::Others => return Outcome::False,
    })
}

/// Whether one of the entries is among what the caller has.
fn one_in<'a>(entries: &'a [Str], has: &[String]) -> Outcome<'a> {
    let found = |entry: &Str| has.iter().any(|has| has == entry.as_ref());
    Outcome::any(&mut entries.iter().map(|entry| Outcome::from(found(entry))))
}

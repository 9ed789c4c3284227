//! Evaluation of a policy against one caller.

use std::slice;

use toolgate_config::{Condition, Config, MAX_POLICY_DEPTH, MAX_POLICY_STEPS, Policy, Str};

use crate::address::{self, Address};
use crate::known::Told;
use crate::outcome::PolicyOutcome;
use crate::test::Subject;
use crate::watch::Watch;
use crate::{Arguments, Caller, EVERYONE, Reason, Vars};

/// A decision is made from these.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a, 'c> {
    pub(crate) config: &'a Config,
    pub(crate) caller: &'c Caller,
    pub(crate) arguments: Arguments<'c>,
    pub(crate) vars: &'c dyn Vars,
}

/// Scopes that a caller may still be granted.
#[derive(Clone, Copy)]
pub(crate) enum Grantable<'a, 'c> {
    /// None: the access token has what it has.
    Nothing,
    /// Each that would help where it is asked for.
    WhateverHelps,
    /// These.
    These(&'c [&'a str]),
}

/// One decision being made.
pub(crate) struct Evaluation<'a, 'c, W> {
    pub(crate) facts: Facts<'a, 'c>,
    steps: u32,
    grantable: Grantable<'a, 'c>,
    /// True if the conditions to blame are asked for; then all of them are evaluated.
    blames: bool,
    /// True if the condition that is evaluated stands under an odd number of `not`.
    negated: bool,
    /// The scopes that were granted on the way that passes.
    pub(crate) granted: Vec<&'a str>,
    /// The conditions without others inside that keep the caller out: the path of an argument, `None`
    /// for what is about something else.
    pub(crate) blamed: Vec<Option<&'a [Str]>>,
    pub(crate) watch: W,
}

impl<'a, 'c, W: Watch<'a>> Evaluation<'a, 'c, W> {
    pub(crate) fn new(facts: Facts<'a, 'c>, watch: W) -> Self {
        Self {
            facts,
            steps: MAX_POLICY_STEPS,
            grantable: Grantable::Nothing,
            blames: false,
            negated: false,
            granted: Vec::new(),
            blamed: Vec::new(),
            watch,
        }
    }

    /// As if the access token had been granted these scopes as well.
    pub(crate) fn granting(mut self, scopes: Grantable<'a, 'c>) -> Self {
        self.grantable = scopes;
        self
    }

    /// Also says which conditions are to blame.
    pub(crate) fn blaming(mut self) -> Self {
        self.blames = true;
        self
    }

    /// The policy of this name.
    pub(crate) fn policy(&mut self, name: &'a str) -> PolicyOutcome<'a> {
        self.policy_within(name, MAX_POLICY_DEPTH)
    }

    fn policy_within(&mut self, name: &'a str, depth: u32) -> PolicyOutcome<'a> {
        if name == EVERYONE {
            return PolicyOutcome::True;
        }
        let Some(policy) = crate::find(self.facts.config, name) else {
            return PolicyOutcome::Unknown(Reason::UnknownPolicy(name));
        };
        self.watch.enter_policy(policy);
        let mark = self.granted.len();
        let outcome = self.rule(policy, depth);
        if !outcome.helps(self.negated) {
            self.granted.truncate(mark);
        }
        self.watch.leave(outcome);
        outcome
    }

    /// The conditions of a policy, and then its scope: whom the conditions refuse, no scope helps.
    fn rule(&mut self, policy: &'a Policy, depth: u32) -> PolicyOutcome<'a> {
        let before = self.blamed.len();
        let outcome = self.condition(0, &policy.rule, depth);
        let Some(scope) = &policy.scope else { return outcome };
        // Under `not`, arguments that make the conditions false let in, whatever the scope.
        let is_settled = match self.negated {
            true => outcome != PolicyOutcome::True,
            false => !outcome.may_pass() && !self.blames,
        };
        if is_settled || self.scopes(slice::from_ref(scope)) == PolicyOutcome::True {
            return outcome;
        }
        let own = self.blamed.len();
        self.blame(None);
        if self.negated {
            self.choose_blame(before, own);
        }
        if outcome.may_pass() {
            PolicyOutcome::Unknown(Reason::MissingScope(scope))
        } else {
            outcome
        }
    }

    /// `index` is the condition's place among its siblings.
    fn condition(
        &mut self,
        index: usize,
        condition: &'a Condition,
        depth: u32,
    ) -> PolicyOutcome<'a> {
        if depth == 0 || self.steps == 0 {
            self.blame(None);
            return PolicyOutcome::Unknown(Reason::TooComplex);
        }
        self.steps -= 1;
        self.watch.enter(index, condition);
        let (granted, blamed) = (self.granted.len(), self.blamed.len());
        let outcome = self.evaluate(condition, depth - 1);
        if outcome.helps(self.negated) {
            self.blamed.truncate(blamed);
        } else {
            self.granted.truncate(granted);
            if self.blamed.len() == blamed {
                self.blame(match (condition, outcome) {
                    // A claim that no argument can equal.
                    (
                        _,
                        PolicyOutcome::Unknown(
                            Reason::MissingClaim(_) | Reason::ClaimType(_) | Reason::NotKept(_),
                        ),
                    ) => None,
                    (Condition::Argument { path, .. }, _) => Some(path),
                    _ => None,
                });
            }
        }
        self.watch.leave(outcome);
        outcome
    }

    fn blame(&mut self, argument: Option<&'a [Str]>) {
        if self.blames {
            self.blamed.push(argument);
        }
    }

    fn evaluate(&mut self, condition: &'a Condition, depth: u32) -> PolicyOutcome<'a> {
        let Facts { config, caller, .. } = self.facts;
        match condition {
            Condition::Everyone => PolicyOutcome::True,
            Condition::Emails(entries) => {
                self.emails(&mut entries.iter().map(Str::as_ref), Reason::UnreadableEntry)
            }
            Condition::EmailsFrom(name) => self.emails_from(name),
            Condition::Domains(entries) => self.domains(entries),
            Condition::Groups(entries) => self.groups(entries),
            Condition::Subjects(entries) => {
                PolicyOutcome::from(entries.iter().any(|entry| *entry == caller.subject))
            }
            Condition::Clients(entries) => match &caller.client {
                Some(id) => PolicyOutcome::from(entries.iter().any(|entry| is_client(entry, id))),
                None => PolicyOutcome::Unknown(Reason::ClientNotKept),
            },
            Condition::Workloads(names) => {
                let is_own = |name: &Str| caller.workload() == Some(name);
                PolicyOutcome::from(names.iter().any(is_own))
            }
            Condition::Claim { path, test } if caller.known.has_claim(path) => {
                Subject::Claim.test(&caller.claims, path, test)
            }
            Condition::Claim { path, .. } => PolicyOutcome::Unknown(
                path.first().map_or(Reason::EmptyCondition, |name| Reason::NotKept(name)),
            ),
            Condition::Argument { path, test } => self.argument(path, test),
            Condition::Scopes(entries) => self.scopes(entries),
            Condition::Identity(providers) => {
                PolicyOutcome::from(providers.contains(&config.identity.provider))
            }
            Condition::Policy(name) => self.policy_within(name, depth),
            Condition::Any(parts) => {
                let (negated, exhaustive) = (self.negated, self.blames);
                let mut parts = self.parts(parts, !negated, depth);
                PolicyOutcome::any_under(&mut parts, negated, exhaustive)
            }
            Condition::All(parts) => {
                let (negated, exhaustive) = (self.negated, self.blames);
                let mut parts = self.parts(parts, negated, depth);
                PolicyOutcome::all_under(&mut parts, negated, exhaustive)
            }
            Condition::Not(parts) => match parts.as_ref() {
                [part] => {
                    self.negated = !self.negated;
                    let outcome = self.condition(0, part, depth);
                    self.negated = !self.negated;
                    outcome.not()
                }
                _ => PolicyOutcome::Unknown(Reason::EmptyCondition),
            },
        }
    }

    /// `one_is_enough` to pass, where these stand.
    fn parts<'e>(
        &'e mut self,
        parts: &'a [Condition],
        one_is_enough: bool,
        depth: u32,
    ) -> impl Iterator<Item = PolicyOutcome<'a>> + use<'e, 'a, 'c, W> {
        let (parts, before) = (parts.iter().enumerate(), self.blamed.len());
        parts.map(move |(index, part)| {
            let own = self.blamed.len();
            let outcome = self.condition(index, part, depth);
            if one_is_enough {
                self.choose_blame(before, own);
            }
            outcome
        })
    }

    /// Of parts of which one is enough, those are to blame that only arguments keep from passing. Where there are
    /// none, it is something else. `before` is where the blame of the parts begins, `own` that of the latest.
    fn choose_blame(&mut self, before: usize, own: usize) {
        if self.blamed[own..].contains(&None) {
            self.blamed.truncate(own);
            if before == own {
                self.blamed.push(None);
            }
        } else if self.blamed.get(before) == Some(&None) {
            self.blamed.remove(before);
        }
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

    /// `unreadable` is the reason when an entry is not an address and no other one matches.
    fn emails(
        &self,
        entries: &mut dyn Iterator<Item = &str>,
        unreadable: Reason<'a>,
    ) -> PolicyOutcome<'a> {
        let address = match self.address() {
            Ok(address) => address,
            Err(reason) => return PolicyOutcome::Unknown(reason),
        };
        PolicyOutcome::any(&mut entries.map(|entry| match Address::read(entry) {
            Some(entry) => PolicyOutcome::from(address.is(entry)),
            None => PolicyOutcome::Unknown(unreadable),
        }))
    }

    fn emails_from(&self, name: &'a str) -> PolicyOutcome<'a> {
        let Some(text) = self.facts.vars.var(name) else {
            return PolicyOutcome::Unknown(Reason::MissingVariable(name));
        };
        let mut entries = text
            .split(|separator: char| separator == ',' || separator.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .peekable();
        // An empty list is more often a mistake than a decision, and under `not` it would let
        // everybody in.
        if entries.peek().is_none() {
            return PolicyOutcome::Unknown(Reason::UnreadableVariable(name));
        }
        self.emails(&mut entries, Reason::UnreadableVariable(name))
    }

    fn domains(&self, entries: &'a [Str]) -> PolicyOutcome<'a> {
        let address = match self.address() {
            Ok(address) => address,
            Err(reason) => return PolicyOutcome::Unknown(reason),
        };
        PolicyOutcome::any(&mut entries.iter().map(|entry| {
            if address::is_domain(entry) {
                PolicyOutcome::from(address.is_at(entry))
            } else {
                PolicyOutcome::Unknown(Reason::UnreadableEntry)
            }
        }))
    }

    fn groups(&self, entries: &'a [Str]) -> PolicyOutcome<'a> {
        let caller = self.facts.caller;
        PolicyOutcome::any(&mut entries.iter().map(|entry| {
            match caller.groups.iter().any(|has| has == entry.as_ref()) {
                true => PolicyOutcome::True,
                false => not_in_group(caller, entry),
            }
        }))
    }

    /// Which scopes a token has is always known.
    fn scopes(&mut self, entries: &'a [Str]) -> PolicyOutcome<'a> {
        let outcome = one_in(entries, &self.facts.caller.scopes);
        if outcome != PolicyOutcome::False {
            return outcome;
        }
        let granted = match self.grantable {
            Grantable::Nothing => None,
            // Under `not`, it is the lack of a scope that helps.
            Grantable::WhateverHelps => entries.first().filter(|_| !self.negated),
            Grantable::These(scopes) => {
                entries.iter().find(|entry| scopes.contains(&entry.as_ref()))
            }
        };
        self.granted.extend(granted.map(Str::as_ref));
        PolicyOutcome::from(granted.is_some())
    }
}

/// That the caller does not have the group, or why that is not known.
fn not_in_group<'a>(caller: &Caller, name: &'a str) -> PolicyOutcome<'a> {
    PolicyOutcome::Unknown(match caller.known.told {
        Told::Text | Told::Entry | Told::Form => Reason::UnreadableGroups,
        Told::More => Reason::MoreGroups,
        Told::Part => Reason::PartialGroups,
        Told::Whole if caller.groups.is_empty() => Reason::NoGroups,
        _ if !caller.known.has_group(name) => Reason::NotKept(name),
        Told::Whole | Told::Others => return PolicyOutcome::False,
    })
}

/// True for a client of this id, or one whose metadata document is at this domain: an address is written in one way
/// only, and the document was fetched from there.
fn is_client(entry: &str, id: &str) -> bool {
    let domain = id.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    entry == id || domain == Some(entry)
}

/// True if one of the entries is among what the caller has.
fn one_in<'a>(entries: &'a [Str], has: &[String]) -> PolicyOutcome<'a> {
    let found = |entry: &Str| has.iter().any(|has| has == entry.as_ref());
    PolicyOutcome::any(&mut entries.iter().map(|entry| PolicyOutcome::from(found(entry))))
}

//! Evaluation of a policy against one caller.

use serde_json::Value;
use toolgate_config::{ClaimValue, Condition, Config, Str};

use super::address::{self, Address};
use super::outcome::Outcome;
use super::{EVERYONE, Reason};
use crate::caller::{Caller, Vars};

/// Conditions inside conditions, policies named by policies included. Cycles are refused when
/// `mcp.toml` is compiled; this keeps the stack safe should one get through. Policies written by
/// people are a handful of levels deep.
pub const MAX_DEPTH: u32 = 32;

/// Conditions evaluated for one decision. Policies that name each other without a cycle can still
/// repeat work exponentially; a real policy has tens of conditions.
pub const MAX_STEPS: u32 = 4096;

/// One decision being made.
pub(super) struct Evaluation<'a, 'c> {
    config: &'a Config,
    caller: &'c Caller,
    vars: &'c dyn Vars,
    steps: u32,
}

impl<'a, 'c> Evaluation<'a, 'c> {
    pub(super) fn new(config: &'a Config, caller: &'c Caller, vars: &'c dyn Vars) -> Self {
        Self { config, caller, vars, steps: MAX_STEPS }
    }

    /// The policy of this name.
    pub(super) fn policy(&mut self, name: &'a str) -> Outcome<'a> {
        self.policy_within(name, MAX_DEPTH)
    }

    fn policy_within(&mut self, name: &'a str, depth: u32) -> Outcome<'a> {
        if name == EVERYONE {
            return Outcome::True;
        }
        match self.config.policies.iter().find(|policy| policy.name == name) {
            Some(policy) => self.condition(&policy.rule, depth),
            None => Outcome::Unknown(Reason::UnknownPolicy(name)),
        }
    }

    fn condition(&mut self, condition: &'a Condition, depth: u32) -> Outcome<'a> {
        if depth == 0 || self.steps == 0 {
            return Outcome::Unknown(Reason::TooComplex);
        }
        self.steps -= 1;
        let depth = depth - 1;
        match condition {
            Condition::Everyone => Outcome::True,
            Condition::Emails(entries) => {
                self.emails(&mut entries.iter().map(Str::as_ref), Reason::UnreadableEntry)
            }
            Condition::EmailsFrom(name) => self.emails_from(name),
            Condition::Domains(entries) => self.domains(entries),
            Condition::Groups(entries) => self.groups(entries),
            Condition::Claim { name, values } => self.claim(name, values),
            Condition::Policy(name) => self.policy_within(name, depth),
            Condition::Any(parts) => {
                Outcome::any(&mut parts.iter().map(|part| self.condition(part, depth)))
            }
            Condition::All(parts) => {
                Outcome::all(&mut parts.iter().map(|part| self.condition(part, depth)))
            }
            Condition::Not(parts) => match parts.as_ref() {
                [part] => self.condition(part, depth).not(),
                _ => Outcome::Unknown(Reason::EmptyCondition),
            },
        }
    }

    /// The caller's address, or why there is none to compare.
    fn address(&self) -> Result<Address<'c>, Reason<'a>> {
        let email = self.caller.email.as_deref().ok_or(Reason::NoEmail)?;
        if !self.caller.email_verified {
            return Err(Reason::UnverifiedEmail);
        }
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
        let Some(text) = self.vars.var(name) else {
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
        let groups = &self.caller.groups;
        if groups.is_empty() {
            return Outcome::Unknown(Reason::NoGroups);
        }
        Outcome::any(
            &mut entries
                .iter()
                .map(|entry| Outcome::from(groups.iter().any(|group| group == entry.as_ref()))),
        )
    }

    fn claim(&self, name: &'a str, values: &'a [ClaimValue]) -> Outcome<'a> {
        match self.caller.claims.get(name) {
            None => Outcome::Unknown(Reason::MissingClaim(name)),
            // The list was read and contains nothing.
            Some(Value::Array(items)) if items.is_empty() && !values.is_empty() => Outcome::False,
            Some(Value::Array(items)) => {
                Outcome::any(&mut items.iter().map(|item| one_of(name, item, values)))
            }
            Some(claim) => one_of(name, claim, values),
        }
    }
}

fn one_of<'a>(name: &'a str, claim: &Value, values: &'a [ClaimValue]) -> Outcome<'a> {
    Outcome::any(&mut values.iter().map(|value| match (claim, value) {
        (Value::String(claim), ClaimValue::Str(value)) => Outcome::from(claim == value.as_ref()),
        (Value::Bool(claim), ClaimValue::Bool(value)) => Outcome::from(claim == value),
        (Value::Number(claim), ClaimValue::Int(value)) if claim.is_i64() || claim.is_u64() => {
            Outcome::from(claim.as_i64() == Some(*value))
        }
        _ => Outcome::Unknown(Reason::ClaimType(name)),
    }))
}

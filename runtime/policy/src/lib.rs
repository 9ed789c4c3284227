//! Decisions on who may do what: one function for lists and calls.
//!
//! It evaluates the policies of `toolgate-config` as they are in memory, whether they were compiled into
//! a Worker or read from `mcp.toml` on the host: what the command line explains is what is decided.
//!
//! [`decide`] is asked on every request, with the caller's present claims. Lists ask [`is_listed`],
//! the same evaluation without arguments and with the scopes that a person can still grant: whatever
//! can be called, with whichever arguments and scopes, is listed.
//!
//! # Three values
//!
//! A condition is true, false, or **unknown** when it could not be evaluated: no e-mail address, a
//! claim that is missing or of another type, a Worker variable that is not set. Only true lets a
//! caller in. `not` turns true into false and false into true and leaves unknown as it is, so
//! `not = { groups = ["contractors"] }` shuts out a caller whose groups nobody told us, instead of
//! letting them in. `any` is true when one part is true, else unknown when one part is unknown;
//! `all` is false when one part is false, else unknown when one part is unknown. An empty list
//! decides nothing: it is unknown.
//!
//! A condition on arguments has a fourth value, **open**, where the argument is not known: a list shows
//! what its caller may call with some arguments, and while one argument is typed, those that are
//! known already decide ([`Arguments`]). `any` is open when no part is true and one is open;
//! `all` is open when every part is true or open. Under `not` it is the other way round: there `all` is
//! open when no part is false and one is open, `any` when every part is false or open.
//!
//! # Matching rules
//!
//! | condition | true when | unknown when |
//! |---|---|---|
//! | `emails` | the whole address equals an entry after ASCII lower-casing of both; nothing is trimmed, no part is ignored | no address, none that is proven, address or entry unreadable |
//! | `domains` | what follows the `@` equals an entry, by the same comparison; sub-domains are other domains | as above |
//! | `emails_from` | as `emails`, the entries being separated by commas and white space | as above; the variable is not set, lists nobody, or has an unreadable entry and no match |
//! | `groups` | a group of the caller equals an entry, case included | the caller has no groups: a provider that sends no groups looks the same; they cannot all be read; nothing named the group when the provider was asked last |
//! | `subjects` | the caller's `sub` equals an entry | never |
//! | `claims.x` | the claim has the type and value of an entry, or is a list that contains one | the claim is missing, or is (or contains) a value of another type and nothing matched; nothing named it when the provider was asked last |
//! | `clients` | the client has this id, or its metadata document is at this domain | no policy named clients when the person signed in, or there is no client |
//! | `args.x` | the argument has the type and value of an entry; a list does not, whatever it contains | the argument is missing, also one with a default, or is of another type |
//! | `args.x = { claim }` | the argument is the same as the claim, or as one of its items | one of them is missing or of another type |
//! | `contains` | it is a list that contains an entry | it is missing or no list, or nothing matched and one item is of another type |
//! | `exists` | it is there (`true`), or is not (`false`) | it is null |
//! | `min`, `max` | it is a number that is not below, or not above; whole numbers are compared exactly, others as 64-bit floats | it is missing or no number |
//! | `workloads` | the caller is one of these workloads | never |
//! | `scopes` | the access token has one of them | never |
//! | `identity` | one of these providers signs people in | never |
//! | `policy` | the named policy is true | there is no such policy |
//! | `everyone` | always: whoever gets here is signed in | never |
//!
//! A *readable* address is printable ASCII without blanks, with exactly one `@`, something on both
//! sides of it, and no dot at either end of the domain. Everything else (Unicode look-alikes,
//! control characters, quoted local parts with a second `@`) matches nothing, also under `not`.
//! Numbers equal whole numbers only when the claim itself was written as a whole number: `3.0` is
//! of another type than `3`. A path (`claims.address.country`) leads through objects; where something
//! on the way is of another type, the condition is unknown, and where a member is missing, so is what
//! would be inside of it.
//!
//! # Scopes
//!
//! A policy with a `scope` holds when its conditions do and the access token has that OAuth scope.
//! [`step_up`] tells which scopes a caller lacks whom nothing else keeps out, and
//! [`refused_arguments`] which arguments keep out one who may make other calls.

mod address;
mod argument;
mod caller;
mod evaluate;
pub mod explain;
pub mod known;
mod outcome;
mod reason;
mod test;
mod watch;

use serde_json::{Map, Value};
use toolgate_config::{Condition, Config, OnDeny, Policy, Str};

pub use caller::{Caller, Vars, is_of_machine};
pub use outcome::PolicyOutcome;
pub use reason::Reason;

use evaluate::{Evaluation, Facts, Grantable};
use test::Subject;

/// The built-in policy that any signed-in caller passes.
pub const EVERYONE: &str = "everyone";

/// Those arguments of a call that are known.
#[derive(Debug, Clone, Copy)]
pub enum Arguments<'c> {
    /// None: it is a list that is asked about.
    Unknown,
    /// All of them.
    Call(&'c Map<String, Value>),
    /// Some, while another one is typed.
    Partial {
        /// Those that are known.
        known: &'c Map<String, Value>,
        /// The name of the one that is typed; a value of it among `known` does not count.
        typed: &'c str,
    },
}

impl<'c> From<Option<&'c Map<String, Value>>> for Arguments<'c> {
    fn from(arguments: Option<&'c Map<String, Value>>) -> Self {
        arguments.map_or(Self::Unknown, Self::Call)
    }
}

/// Result of [`decide`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// The caller passes.
    Allow,
    /// The caller does not pass.
    Deny {
        /// The reason for the decision, for logs.
        reason: Reason<'a>,
    },
}

impl Decision<'_> {
    /// True if the caller passes.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow)
    }
}

impl<'a> From<PolicyOutcome<'a>> for Decision<'a> {
    /// Only what holds lets a caller in: also what may hold with the right arguments, where no call is
    /// asked about.
    fn from(outcome: PolicyOutcome<'a>) -> Self {
        match outcome {
            PolicyOutcome::True | PolicyOutcome::Open => Self::Allow,
            PolicyOutcome::False => Self::Deny { reason: Reason::NotMatched },
            PolicyOutcome::Unknown(reason) => Self::Deny { reason },
        }
    }
}

/// Decides if `caller` passes the policy named `policy` with these arguments. Anything that cannot
/// be evaluated denies. Where not all arguments are known, a caller passes who may pass with some.
#[must_use]
pub fn decide<'a>(
    config: &'a Config,
    policy: &'a str,
    caller: &Caller,
    arguments: Arguments<'_>,
    vars: &dyn Vars,
) -> Decision<'a> {
    let facts = Facts { config, caller, arguments, vars };
    Evaluation::new(facts, ()).policy(policy).into()
}

/// For a caller who does not pass: the OAuth scopes that a challenge names (RFC 6750 section 3.1),
/// with which the caller passes and of which the access token lacks each. Empty when no scope would
/// help, unless the policy has `on_deny = "challenge"`; `None` when the caller is to learn nothing.
#[must_use]
pub fn step_up<'a>(
    config: &'a Config,
    policy: &'a str,
    caller: &Caller,
    arguments: Arguments<'_>,
    vars: &dyn Vars,
) -> Option<Vec<&'a str>> {
    let facts = Facts { config, caller, arguments, vars };
    let scopes = lacking(facts, policy);
    if !scopes.is_empty() {
        return Some(scopes);
    }
    let challenges = find(config, policy).filter(|policy| policy.on_deny == OnDeny::Challenge)?;
    // Somebody whom only the arguments keep out is the right person already.
    if decide(config, policy, caller, Arguments::Unknown, vars).is_allowed() {
        return None;
    }
    Some(challenges.scope.as_deref().into_iter().collect())
}

/// For a call that is refused: the paths of the arguments that keep it out. Empty where no other arguments would
/// help: what has to hold besides those fails as well.
#[must_use]
pub fn refused_arguments<'a>(
    config: &'a Config,
    policy: &'a str,
    caller: &Caller,
    arguments: &Map<String, Value>,
    vars: &dyn Vars,
) -> Vec<&'a [Str]> {
    let facts = Facts { config, caller, arguments: Arguments::Call(arguments), vars };
    let mut evaluation = Evaluation::new(facts, ()).blaming();
    if evaluation.policy(policy).may_pass() {
        return Vec::new();
    }
    evaluation.blamed.into_iter().collect::<Option<_>>().unwrap_or_default()
}

/// True if [`step_up`] may tell anybody anything. Where not, a Worker need not contain it.
#[must_use]
pub fn may_challenge(config: &Config) -> bool {
    let mut policies = config.policies.iter();
    !config.scopes.is_empty() || policies.any(|policy| policy.on_deny == OnDeny::Challenge)
}

/// True if a policy looks at arguments. Where none does, a Worker need not contain
/// [`refused_arguments`].
#[must_use]
pub fn looks_at_arguments(config: &Config) -> bool {
    fn in_condition(condition: &Condition) -> bool {
        matches!(condition, Condition::Argument { .. })
            || condition.parts().iter().any(in_condition)
    }
    config.policies.iter().any(|policy| in_condition(&policy.rule))
}

/// True if a policy names clients. Where none does, no token says which client it was issued to.
#[must_use]
pub fn names_clients(config: &Config) -> bool {
    fn in_condition(condition: &Condition) -> bool {
        matches!(condition, Condition::Clients(_)) || condition.parts().iter().any(in_condition)
    }
    config.policies.iter().any(|policy| in_condition(&policy.rule))
}

/// Message for a caller of a tool whom only the arguments keep out, where the policy has one.
#[must_use]
pub fn deny_message<'a>(config: &'a Config, policy: &str) -> Option<&'a str> {
    find(config, policy)?.deny_message.as_deref()
}

/// Scopes that together let the caller pass, and none of which is superfluous. Empty where no scopes do,
/// or none is needed.
fn lacking<'a>(facts: Facts<'a, '_>, policy: &'a str) -> Vec<&'a str> {
    let passes = |scopes: &[&'a str]| {
        let granted = Grantable::These(scopes);
        Evaluation::new(facts, ()).granting(granted).policy(policy).may_pass()
    };
    let mut evaluation = Evaluation::new(facts, ()).granting(Grantable::WhateverHelps);
    evaluation.policy(policy);
    let mut scopes = evaluation.granted;
    if !passes(&scopes) {
        // A scope that opens one way may close it at another place, while a second way needs others.
        scopes = facts.config.scopes.iter().map(|scope| scope.name.as_ref()).collect();
        if !passes(&scopes) {
            return Vec::new();
        }
    }
    for index in (0..scopes.len()).rev() {
        let scope = scopes.remove(index);
        if !passes(&scopes) {
            scopes.insert(index, scope);
        }
    }
    scopes
}

/// True if what the policy guards is in the lists that `caller` sees: no part of the policy that
/// has to hold is false, arguments and the scopes that a [`step_up`] can name being open.
#[must_use]
pub fn is_listed(config: &Config, policy: &str, caller: &Caller, vars: &dyn Vars) -> bool {
    let facts = Facts { config, caller, arguments: Arguments::Unknown, vars };
    Evaluation::new(facts, ()).granting(Grantable::WhateverHelps).policy(policy).may_pass()
}

/// True if claims of a platform's token are those that a workload has to have. What cannot be compared, and a rule
/// of another kind, holds for nobody.
#[must_use]
pub fn holds_for(when: &Condition, claims: &Map<String, Value>) -> bool {
    match when {
        Condition::All(parts) => {
            !parts.is_empty() && parts.iter().all(|part| holds_for(part, claims))
        }
        Condition::Claim { path, test } => {
            Subject::Claim.test(claims, path, test) == PolicyOutcome::True
        }
        _ => false,
    }
}

fn find<'a>(config: &'a Config, name: &str) -> Option<&'a Policy> {
    config.policies.iter().find(|policy| policy.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_holds_or_may_hold_with_other_arguments_lets_in() {
        for (outcome, decision) in [
            (PolicyOutcome::True, Decision::Allow),
            (PolicyOutcome::Open, Decision::Allow),
            (PolicyOutcome::False, Decision::Deny { reason: Reason::NotMatched }),
            (PolicyOutcome::Unknown(Reason::NoGroups), Decision::Deny { reason: Reason::NoGroups }),
        ] {
            assert_eq!(Decision::from(outcome), decision);
            assert_eq!(outcome.may_pass(), decision.is_allowed());
        }
    }
}

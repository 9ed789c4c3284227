//! `[policies.<name>]`: who passes.

use super::claims::ClaimName;
use super::condition::{self, Named};
use super::declared::Declared;
use super::text::policy_name;
use super::value::{Entry, Section};
use super::{complexity, keys, policy_tests, references};
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, List, Policy, Provider, Scope, Str};

/// The sound policies, in the order of the file.
/// `provider` is the one of `[identity]`, where that is sound. The names of claims that policies and their
/// tests look at are added to `claims`.
pub(crate) fn read(
    root: &Section<'_, '_>,
    provider: Option<Provider>,
    claims: &mut Vec<ClaimName>,
) -> Vec<Declared> {
    let section = root.section("policies");
    let mut policies: Vec<Declared> =
        section.entries().filter_map(|entry| policy(&entry, provider, claims)).collect();
    policies.sort_by_key(|policy| policy.span.start);
    // Faulty policies count as known: a reference to one is not another fault.
    let known: Vec<&str> = section.entries().map(|entry| entry.key).collect();
    let has_circles = references::check(&section, &policies, &known);
    // What follows goes through policies that policies name.
    if !has_circles && complexity::check(&section, &policies) {
        refuse_useless_messages(&section, &policies);
    }
    policies
}

fn policy(
    entry: &Entry<'_, '_>,
    provider: Option<Provider>,
    claims: &mut Vec<ClaimName>,
) -> Option<Declared> {
    let name = match policy_name(entry.key) {
        Ok(name) => Some(name),
        Err(fault) => {
            entry.report_key(fault);
            None
        }
    };
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("policies.*"));
    let (description, scope) = (Policy::description(&table), Policy::scope(&table));
    let (on_deny, deny_message) = (Policy::on_deny(&table), Policy::deny_message(&table));
    let rate = Policy::rate(&table);
    if let Some(provider) = provider.filter(|provider| !provider.has_scopes())
        && let Some(scope) = table.entry("scope")
    {
        scope.report_key(no_scopes(provider));
    }
    let mut named = Named::default();
    let tests = policy_tests::read(&table, entry.key, &mut named.claims);
    let rule = condition::read(&table, &mut named);
    claims.append(&mut named.claims);
    let (rule, spot) = rule?;
    let policy = Policy {
        name: name?,
        description: description?,
        scope: scope?,
        on_deny: on_deny?,
        deny_message: deny_message?,
        rate: rate?,
        rule,
    };
    let (span, references) = (entry.key_span.clone(), named.policies);
    let workloads = named.workloads;
    Some(Declared { policy, span, spot, references, workloads, tests: tests? })
}

/// A `deny_message` is for calls that only their arguments keep out: without a condition on any, nobody
/// ever reads it.
fn refuse_useless_messages(section: &Section<'_, '_>, policies: &[Declared]) {
    let with_message = policies.iter().filter(|policy| policy.policy.deny_message.is_some());
    for Declared { policy, span, .. } in with_message {
        if !looks_at_arguments(&policy.rule, policies) {
            let message =
                format!("policy `{}` has a `deny_message` and looks at no argument", policy.name);
            let help = "only calls that their arguments keep out are answered by it: remove it, or add \
                        a condition on `args`";
            section.report(span.clone(), Fault::new(Code::ConflictingKeys, message, help));
        }
    }
}

/// The policies do not name each other in a circle.
fn looks_at_arguments(condition: &Condition, policies: &[Declared]) -> bool {
    match condition {
        Condition::Argument { .. } => true,
        Condition::Policy(name) => policies
            .iter()
            .find(|policy| policy.policy.name == *name)
            .is_some_and(|policy| looks_at_arguments(&policy.policy.rule, policies)),
        condition => condition.parts().iter().any(|part| looks_at_arguments(part, policies)),
    }
}

/// Every scope that a policy or a condition asks for, once, with what the first policy that has it
/// says of it.
pub(crate) fn scopes(policies: &[Declared]) -> List<Scope> {
    let mut scopes: Vec<Scope> = Vec::new();
    let mut add = |name: &Str, meaning: Str| {
        if !scopes.iter().any(|known| known.name == *name) {
            scopes.push(Scope { name: name.clone(), meaning });
        }
    };
    for Policy { name, description, scope, .. } in policies.iter().map(|policy| &policy.policy) {
        if let Some(scope) = scope {
            let meaning = description.clone();
            add(scope, meaning.unwrap_or_else(|| format!("Use what `{name}` guards").into()));
        }
    }
    for policy in policies {
        policy.policy.rule.walk(&mut |condition| {
            if let Condition::Scopes(names) = condition {
                names.iter().for_each(|name| add(name, format!("Use `{name}`").into()));
            }
        });
    }
    scopes.into()
}

/// Without access tokens of this server nobody would ever have the scope.
fn no_scopes(provider: Provider) -> Fault {
    let message = format!("`provider = \"{}\"` has no OAuth scopes", provider.name());
    Fault::new(Code::ConflictingKeys, message, "remove `scope`, or choose another provider")
}

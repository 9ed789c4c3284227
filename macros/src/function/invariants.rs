//! `[[never]]` and `[[always]]` of `mcp.toml`, proved for the function that is compiled.

use std::fmt::Write as _;

use serde_json::Value;
use syn::LitStr;
use toolgate_config::{Checked, Condition, Invariant};
use toolgate_policy_proof::invariants::{self, Function, Kind, Verdict};
use toolgate_policy_proof::{case_words, reachable};

use super::FunctionKind;
use super::name::Name;
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;

/// Reports invariants that do not hold, at the policy that lets in or shuts out. `schema` is that of all arguments,
/// where the macro knows it.
pub(crate) fn check(
    kind: FunctionKind,
    (name, policy): (Option<&Name>, Option<&LitStr>),
    schema: impl FnOnce() -> Option<String>,
    config: &ConfigPath,
    errors: &Errors,
) {
    // What is wrong with those has been reported.
    let (Some(Name { text: name, .. }), Some(policy)) = (name, policy) else { return };
    let kind = match kind {
        FunctionKind::Tool => Kind::Tool,
        FunctionKind::Prompt => Kind::Prompt,
        FunctionKind::Resource => Kind::Resource,
        FunctionKind::Route | FunctionKind::Trigger(_) => return,
    };
    // A broken mcp.toml is for `serve!` to report, once.
    let ConfigOutcome::Good(checked) = config.check() else { return };
    let schema: Option<Value> = schema().and_then(|text| serde_json::from_str(&text).ok());
    let guard = policy.value();
    let function = Function { kind, name, policy: &guard, schema: schema.as_ref() };
    let is_own = |invariant: &&Invariant| {
        invariants::is_about(invariant, kind, name)
            && (schema.is_some() || !looks_at_arguments(&checked, &guard, &invariant.who))
    };
    let own: Vec<Invariant> = checked.invariants.iter().filter(is_own).cloned().collect();
    let functions = [function];
    let verdicts = match invariants::check(&checked.config, &own, &functions) {
        Ok(verdicts) => verdicts,
        Err(fault) => {
            let help = "this is a fault of Toolgate: please report it with your mcp.toml";
            errors.report(policy, fault, help);
            return;
        }
    };
    for (invariant, function, verdict) in &verdicts {
        let found = (*invariant, function, verdict);
        report(found, (&checked, policy), config, errors);
    }
}

/// Without their schema, arguments could be named that a call never brings: then the test that `serve!` adds is
/// the first to know.
fn looks_at_arguments(checked: &Checked, policy: &str, who: &Condition) -> bool {
    let only = reachable::only(&checked.config, std::iter::once(policy), &[who]);
    let rules = only.policies.iter().map(|policy| &policy.rule);
    let mut found = false;
    rules.chain([who]).for_each(|rule| {
        rule.walk(&mut |one| found |= matches!(one, Condition::Argument { .. }));
    });
    found
}

fn report(
    (invariant, function, verdict): (&Invariant, &Function<'_>, &Verdict),
    (checked, policy): (&Checked, &LitStr),
    config: &ConfigPath,
    errors: &Errors,
) {
    let file = config.display();
    let Invariant { name, line, column, always, .. } = invariant;
    let at = format!("{file}:{line}:{column}");
    let (case, all, is_complete) = match verdict {
        // What is not decided is for the test that `serve!` adds, and for `cargo toolgate prove`.
        Verdict::Holds { .. } | Verdict::Undecided => return,
        Verdict::Violated { case, all, is_complete } => (case, all, is_complete),
    };
    let (kind, of) = (function.kind.as_str(), function.name);
    let verb = if *always { "cannot call" } else { "can call" };
    let message = format!("{} {verb} {kind} `{of}`, against `{name}` ({at})", case_words(case));
    let mut help = String::new();
    if let Some(all) = all {
        let more = if *is_complete { "" } else { ", and others" };
        // Writing to a String cannot fail.
        let _ = write!(help, "all such callers: {}{more}\n= help: ", all.join(", or "));
    }
    let place = checked.policy_position(&policy.value());
    let place = place.map(|at| format!(" ({file}:{}:{})", at.line, at.column)).unwrap_or_default();
    let _ = write!(
        help,
        "name another policy than `{}`{place}, change it, or change the invariant",
        policy.value()
    );
    errors.report(policy, message, help);
}

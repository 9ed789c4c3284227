//! `quota = "…"`: which quota a call is charged to.

use syn::LitStr;
use toolgate_config::Checked;

use super::ast::Function;
use super::needs;
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::options::Entry;

/// The quota, if `mcp.toml` knows it.
pub(crate) fn check(
    quota: Option<&Entry>,
    policy: Option<&LitStr>,
    function: &Function,
    config: &ConfigPath,
    errors: &Errors,
) -> Option<LitStr> {
    let Some(entry) = quota else {
        forbid_spending(policy, function, config, errors);
        return None;
    };
    let quota = entry.text(errors)?;
    // A broken mcp.toml is for `serve!` to report, once.
    if let ConfigOutcome::Good(checked) = config.check()
        && !checked.quota_names().any(|known| known == quota.value())
    {
        let message = format!("unknown quota `{}`", quota.value());
        errors.report(&quota, message, help(&checked, &quota.value(), config));
        return None;
    }
    Some(quota)
}

/// A function without a quota has units to spend only where its policy has a rate.
fn forbid_spending(
    policy: Option<&LitStr>,
    function: &Function,
    config: &ConfigPath,
    errors: &Errors,
) {
    let has_rate = |policy: &LitStr| match config.check() {
        ConfigOutcome::Good(checked) => {
            let policies = &checked.config.policies;
            policies.iter().any(|known| known.name == policy.value() && known.rate.is_some())
        }
        _ => true,
    };
    needs::forbid_quota(function, errors, || policy.is_none_or(has_rate));
}

fn help(checked: &Checked, wrong: &str, config: &ConfigPath) -> String {
    let file = config.display();
    let names: Vec<_> = checked.quota_names().map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return format!(
            "{file} has no quota: add `[quotas.{wrong}]` with `per_user = \"20/h\"` or \
             `server = \"1000/d\"`"
        );
    }
    let known = format!("the quotas of {file} are {}", names.join(", "));
    match checked.suggest_quota(wrong) {
        Some((meant, at)) => {
            format!("did you mean `{meant}` ({file}:{}:{})?\n= help: {known}", at.line, at.column)
        }
        None => known,
    }
}

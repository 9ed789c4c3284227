//! `allow = "…"`: which policy guards the function.

use syn::{LitStr, Signature};
use toolgate_config::Checked;

use super::FunctionKind;
use crate::config_file::{ConfigOutcome, ConfigPath};
use crate::errors::Errors;
use crate::options::Entry;

/// The policy, if `mcp.toml` knows it.
pub(crate) fn check(
    kind: FunctionKind,
    allow: Option<&Entry>,
    config: &ConfigPath,
    sig: &Signature,
    errors: &Errors,
) -> Option<LitStr> {
    let Some(entry) = allow else {
        let (noun, verb, attribute) = (kind.noun(), kind.verb(), kind.attribute());
        let help = format!(
            "name a policy of mcp.toml, as in `#[{attribute}(allow = \"…\")]`; \
             `allow = \"everyone\"` opens the {noun} to every signed-in user on purpose"
        );
        errors.report(&sig.ident, format!("every {noun} says who may {verb} it"), help);
        return None;
    };
    let policy = entry.text(errors)?;
    // A broken mcp.toml is for `serve!` to report, once.
    if let ConfigOutcome::Good(checked) = config.check()
        && !checked.has_policy(&policy.value())
    {
        let message = format!("unknown policy `{}`", policy.value());
        errors.report(&policy, message, help(&checked, &policy.value(), config));
        return None;
    }
    Some(policy)
}

fn help(checked: &Checked, wrong: &str, config: &ConfigPath) -> String {
    let file = config.display();
    let names: Vec<_> = checked.policy_names().map(|name| format!("`{name}`")).collect();
    let known = format!("the policies of {file} are {}", names.join(", "));
    let Some(meant) = checked.suggest_policy(wrong) else { return known };
    match checked.policy_position(meant) {
        Some(at) => {
            format!("did you mean `{meant}` ({file}:{}:{})?\n= help: {known}", at.line, at.column)
        }
        None => format!("did you mean `{meant}`?\n= help: {known}"),
    }
}

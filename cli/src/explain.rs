//! `cargo toolgate explain`: whether a person may call a function, and why.

use clap::{ArgGroup, Args};
use serde::Serialize;
use toolgate_core::policy::{Decision, EVERYONE, decide};

use crate::lock::{self, Kind, Lock};
use crate::project::Project;
use crate::who::{Variables, Who};
use crate::{Doing, Error, Result};

/// What `--help` ends with.
pub const HELP: &str = "\
Functions are those of mcp.lock, policies those of mcp.toml; nothing is compiled. The decision is that
of the Worker, by the same code.

Exit status: 0 allowed, 1 denied, 2 no answer, or wrong usage

Example:
    cargo toolgate explain --user ada@example.com --group design --tool draw";

/// What `cargo toolgate explain` takes.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true)))]
pub struct Arguments {
    /// The tool that is called
    #[arg(long, group = "what", value_name = "NAME")]
    tool: Option<String>,
    /// The prompt that is asked for
    #[arg(long, group = "what", value_name = "NAME")]
    prompt: Option<String>,
    /// The resource that is read, by its name
    #[arg(long, group = "what", value_name = "NAME")]
    resource: Option<String>,
    /// A policy itself
    #[arg(long, group = "what", value_name = "NAME")]
    policy: Option<String>,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    variables: Variables,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// The answer.
#[derive(Debug, Serialize)]
struct Answer {
    allowed: bool,
    /// The kind and name of what is called; absent for a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Says who decides what; true for allowed.
///
/// # Errors
///
/// When `mcp.toml` or `mcp.lock` cannot be read, or has no such function.
pub fn run(project: &Project, arguments: &Arguments) -> Result<bool> {
    let (checked, source) = project.config_and_source()?;
    let (function, policy) = match arguments.function() {
        Some((kind, name)) => {
            let lock = lock::under(project, &checked, &source)?;
            (Some(format!("{} `{name}`", kind.as_str())), guard(&lock, kind, name)?)
        }
        None => (None, arguments.policy.clone().unwrap_or_default()),
    };
    if !checked.has_policy(&policy) {
        let error = Error::new(format!("mcp.toml has no policy `{policy}`"));
        let known: Vec<_> = checked.policy_names().collect();
        return Err(match checked.suggest_policy(&policy) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help(format!("policies: {}", known.join(", "))),
        });
    }
    let caller = arguments.who.caller();
    let decision = decide(&checked.config, &policy, &caller, None, &arguments.variables);
    let reason = match decision {
        Decision::Allow => None,
        Decision::Deny { reason } => Some(reason.to_string()),
    };
    let position = checked.policy_position(&policy);
    let answer = Answer {
        allowed: decision.is_allowed(),
        function,
        position: position.map(|at| format!("mcp.toml:{}:{}", at.line, at.column)),
        reason,
        policy: policy.clone(),
    };
    if arguments.json {
        let text = serde_json::to_string_pretty(&answer).doing(|| "write the answer".to_owned())?;
        println!("{text}");
    } else {
        print!("{}", text(&answer));
    }
    Ok(answer.allowed)
}

impl Arguments {
    fn function(&self) -> Option<(Kind, &str)> {
        let named = [
            (Kind::Tool, &self.tool),
            (Kind::Prompt, &self.prompt),
            (Kind::Resource, &self.resource),
        ];
        named.into_iter().find_map(|(kind, name)| Some((kind, name.as_deref()?)))
    }
}

/// The policy that guards a function.
fn guard(lock: &Lock, kind: Kind, name: &str) -> Result<String> {
    if let Some(function) = lock.function(kind, name) {
        return Ok(function.policy.clone());
    }
    let names: Vec<_> = lock.of(kind).iter().map(|function| function.name.as_str()).collect();
    let kind = kind.as_str();
    let help = match names.as_slice() {
        [] => format!(
            "there is no {kind}; after a change of the functions, run `cargo toolgate lock`"
        ),
        names => format!("{kind}s: {}", names.join(", ")),
    };
    Err(Error::new(format!("{} has no {kind} `{name}`", lock::NAME)).help(help))
}

fn text(answer: &Answer) -> String {
    let Answer { allowed, function, policy, position, reason } = answer;
    let mut out = if *allowed { "allowed".to_owned() } else { "denied".to_owned() };
    out.push_str(": ");
    if let Some(function) = function {
        out.push_str(function);
        out.push_str(" is guarded by ");
    }
    out.push_str(&format!("the policy `{policy}`"));
    if let Some(position) = position {
        out.push_str(&format!(" ({position})"));
    }
    if policy == EVERYONE {
        out.push_str(", which any signed-in user passes");
    }
    out.push('\n');
    if let Some(reason) = reason {
        out.push_str(&format!("  {reason}\n"));
    }
    out
}

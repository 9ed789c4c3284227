//! `cargo toolgate diff`: who gains and who loses by a change of policies, proved.

mod base;
mod render;

use clap::Args;
use serde_json::Value;
use toolgate_config::Config;
use toolgate_policy_proof::compare::{self, Difference, Guard, Moved, Pair};
use toolgate_policy_proof::invariants::Kind;

use crate::lock::{self, FunctionKind};
use crate::project::Project;
use crate::{Result, proof};

use base::Side;
use render::{Changed, Comparison};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Compares mcp.toml and mcp.lock with those of a git revision, or of a folder; nothing is compiled. An answer is about
all callers, arguments and values of variables. Each caller that is named was run through the code of the Worker,
before and after.

Exit status: 0 nobody gains, 1 somebody gains, 2 not decided, or wrong usage, 3 the prover is at fault

Examples:
    cargo toolgate diff main
    cargo toolgate diff origin/main --markdown";

/// Arguments of `cargo toolgate diff`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A git revision, or a folder with mcp.toml and mcp.lock
    #[arg(value_name = "BASE")]
    base: String,
    /// Print the answer as JSON
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print the answer as Markdown, for a pull request
    #[arg(long)]
    markdown: bool,
}

/// Compares, and returns the exit status.
///
/// # Errors
///
/// When one of the files cannot be read.
pub fn run(project: &Project, arguments: &Arguments) -> Result<u8> {
    let old = Side::of(project, &arguments.base)?;
    let new = Side::own(project)?;
    let comparison = match compare(&old, &new) {
        Ok(comparison) => comparison,
        Err(fault) => {
            eprintln!("error: {}", proof::fault(&fault));
            return Ok(proof::DISAGREES);
        }
    };
    let text = if arguments.json {
        comparison.json()?
    } else if arguments.markdown {
        comparison.markdown(&arguments.base)
    } else {
        comparison.text()
    };
    print!("{text}");
    Ok(comparison.status())
}

/// A function of one side or both.
struct Function<'a> {
    kind: FunctionKind,
    name: &'a str,
    old: Option<&'a lock::Function>,
    new: Option<&'a lock::Function>,
}

fn compare(
    old: &Side,
    new: &Side,
) -> std::result::Result<Comparison, toolgate_policy_proof::Disagreement> {
    let functions = both(&old.lock, &new.lock);
    let schemas: Vec<[Option<Value>; 2]> =
        functions.iter().map(|one| [one.old, one.new].map(|side| schema(one.kind, side))).collect();
    let pairs: Vec<Pair<'_>> = functions
        .iter()
        .zip(&schemas)
        .map(|(one, [old, new])| Pair {
            old: guard(one.old, old.as_ref()),
            new: guard(one.new, new.as_ref()),
        })
        .collect();
    let found = compare::compare(&old.checked.config, &new.checked.config, &pairs, None)?;
    let changed = functions.iter().zip(found).map(|(one, Difference { gained, lost })| Changed {
        kind: one.kind.as_str(),
        name: one.name.to_owned(),
        old: one.old.map(|function| function.policy.clone()),
        new: one.new.map(|function| function.policy.clone()),
        is_destructive: one.new.is_some_and(|function| function.destructive == Some(true)),
        is_rewritten: is_rewritten(one, old, new),
        gained,
        lost,
    });
    let old_identity = &old.checked.config.identity;
    Ok(Comparison {
        functions: changed.collect(),
        routes: routes(old, new),
        is_identity_changed: *old_identity != new.checked.config.identity,
    })
}

fn guard<'a>(function: Option<&'a lock::Function>, schema: Option<&'a Value>) -> Option<Guard<'a>> {
    function.map(|function| Guard { policy: &function.policy, schema })
}

fn schema(kind: FunctionKind, function: Option<&lock::Function>) -> Option<Value> {
    let kind = if kind == FunctionKind::Tool { Kind::Tool } else { Kind::Prompt };
    function.and_then(|function| proof::schema(kind, function))
}

/// Functions by kind and name, those that are gone last. Routes are compared apart.
fn both<'a>(old: &'a lock::Lock, new: &'a lock::Lock) -> Vec<Function<'a>> {
    let is_proved = |kind: &FunctionKind| *kind != FunctionKind::Route;
    let present =
        new.functions().filter(|(kind, _)| is_proved(kind)).map(|(kind, function)| Function {
            kind,
            name: &function.name,
            old: old.function(kind, &function.name),
            new: Some(function),
        });
    let gone = old.functions().filter(|(kind, function)| {
        is_proved(kind) && new.function(*kind, &function.name).is_none()
    });
    let gone = gone.map(|(kind, function)| Function {
        kind,
        name: &function.name,
        old: Some(function),
        new: None,
    });
    present.chain(gone).collect()
}

/// True if its policy, or one that this names, is written in another way, or it names another one.
fn is_rewritten(function: &Function<'_>, old: &Side, new: &Side) -> bool {
    let rules = |side: &Side, function: Option<&lock::Function>| {
        let guards = function.map(|function| function.policy.as_str());
        let used = lock::used(guards.into_iter(), &side.checked);
        let policies = side.checked.config.policies.iter();
        let rules = policies.filter(|policy| used.contains(policy.name.as_ref()));
        rules.map(|policy| (policy.scope.clone(), policy.rule.clone())).collect::<Vec<_>>()
    };
    rules(old, function.old) != rules(new, function.new)
}

/// Routes whose guard is another one, in words.
fn routes(old: &Side, new: &Side) -> Vec<String> {
    let mut lines = Vec::new();
    for (kind, function) in new.lock.functions().filter(|(kind, _)| *kind == FunctionKind::Route) {
        let before = old.lock.function(kind, &function.name);
        match before.map(|before| before.policy.as_str()) {
            Some(before) if before == function.policy => {}
            Some(before) => lines.push(format!(
                "route `{}` is now allowed to `{}`, was `{before}`",
                function.name, function.policy
            )),
            None => lines.push(format!(
                "route `{}` is new, allowed to `{}`",
                function.name, function.policy
            )),
        }
    }
    lines
}

/// Words for a policy whose text changed: who gains and who loses by it alone, where that is known.
pub(crate) fn of_policy(old: &Config, new: &Config, policy: &str) -> Option<String> {
    let guard = Guard { policy, schema: None };
    let pairs = [Pair { old: Some(guard), new: Some(guard) }];
    let found = compare::compare(old, new, &pairs, None).ok()?;
    let Difference { gained, lost } = found.into_iter().next()?;
    let word = |moved: &Moved| match moved {
        Moved::Nobody => Some(false),
        Moved::Some { .. } => Some(true),
        Moved::Undecided => None,
    };
    Some(match (word(&gained)?, word(&lost)?) {
        (false, false) => "nobody gains, nobody loses".to_owned(),
        (true, false) => format!("some gain ({}), nobody loses", first(&gained)),
        (false, true) => format!("nobody gains, some lose ({})", first(&lost)),
        (true, true) => format!("some gain ({}), some lose ({})", first(&gained), first(&lost)),
    })
}

/// The first cube of those who moved.
fn first(moved: &Moved) -> String {
    match moved {
        Moved::Some { cubes, is_complete } => {
            let first = cubes.first().map(|(words, _)| words.clone()).unwrap_or_default();
            let is_all = *is_complete && cubes.len() == 1;
            if is_all { first } else { format!("{first}, and others") }
        }
        Moved::Nobody | Moved::Undecided => String::new(),
    }
}

//! `cargo toolgate prove`: `[[never]]` and `[[always]]`, for all callers.

mod report;

use clap::Args;
use toolgate_config::{Checked, Invariant};
use toolgate_policy_proof::compare::{self, Guard, Moved, Pair};
use toolgate_policy_proof::invariants::{self, Function, Verdict};

use crate::lock;
use crate::project::{self, Project};
use crate::proof::{self, Functions};
use crate::{Error, Result};

use report::{Answer, Report};

/// Text at the end of `--help`.
pub const HELP: &str = "\
Functions are those of mcp.lock, policies and invariants those of mcp.toml; nothing is compiled. An answer is
about all callers, arguments and values of variables. Each caller that is named was run through the code of the
Worker.

Exit status: 0 all hold, 1 one is violated, 2 one is not decided, or wrong usage, 3 the prover is at fault

Examples:
    cargo toolgate prove
    cargo toolgate prove --who '{ groups = [\"contractors\"] }' --tool delete_user";

/// Arguments of `cargo toolgate prove`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only this tool
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,
    /// Ask if anybody of whom this condition holds can call it, in place of the invariants of the file
    #[arg(long, value_name = "CONDITION")]
    who: Option<String>,
    /// Also callers of whom it is not known; with --who
    #[arg(long, requires = "who")]
    strict: bool,
    /// Environment of mcp.toml, `[env.NAME]`
    #[arg(long = "env", value_name = "NAME")]
    environment: Option<String>,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
}

/// Proves or refutes each invariant, and returns the exit status.
///
/// # Errors
///
/// When `mcp.toml` or `mcp.lock` cannot be read, or there is no such tool.
pub fn run(project: &Project, arguments: &Arguments) -> Result<u8> {
    let (file, source) = project.config_and_source()?;
    let lock = lock::under(project, &file, &source)?;
    let functions = Functions::of(&lock);
    let functions = chosen(functions.guarded(), arguments.tool.as_deref())?;
    let asked = match &arguments.who {
        Some(who) => asked(&source, who, arguments.strict)?,
        None => file.clone(),
    };
    let checked = match arguments.environment.as_deref() {
        Some(_) => &project.config_in(arguments.environment.as_deref())?,
        None => &file,
    };
    let report = match answers(checked, &asked.invariants, &functions) {
        Ok(answers) => Report::of(answers, &file, arguments.who.is_some()),
        Err(fault) => {
            eprintln!("error: {fault}");
            return Ok(proof::DISAGREES);
        }
    };
    print!("{}", if arguments.json { report.json()? } else { report.text() });
    Ok(report.status())
}

/// One answer for each invariant.
pub(crate) fn answers<'a>(
    checked: &Checked,
    all: &'a [Invariant],
    functions: &'a [Function<'a>],
) -> Result<Vec<Answer<'a>>> {
    let found = invariants::check(&checked.config, all, functions);
    let found = found.map_err(|disagreement| proof::fault(&disagreement))?;
    let of = |invariant: &'a Invariant| {
        let own = found.iter().filter(|(one, ..)| std::ptr::eq(*one, invariant));
        Answer {
            invariant,
            verdicts: own.map(|(_, function, verdict)| (*function, verdict.clone())).collect(),
            idle: invariants::idle(invariant, functions),
        }
    };
    Ok(all.iter().map(of).collect())
}

/// One line for each invariant that does not hold, and one for each pattern that no function has a name for.
///
/// # Errors
///
/// When the prover is at fault.
pub fn problems(checked: &Checked, lock: &lock::Lock) -> Result<(Vec<Error>, Vec<String>)> {
    let functions = Functions::of(lock);
    let functions = functions.guarded();
    let answers = answers(checked, &checked.invariants, &functions)?;
    let report = Report::of(answers, checked, false);
    let mut warnings = report.warnings();
    warnings.extend(uncallable(checked, &functions)?);
    Ok((report.problems(), warnings))
}

/// One line for each function that nobody can call, whoever they are and whatever arguments they send.
fn uncallable(checked: &Checked, functions: &[Function<'_>]) -> Result<Vec<String>> {
    let guards = functions.iter().map(|one| Guard { policy: one.policy, schema: one.schema });
    let pairs: Vec<Pair<'_>> = guards.map(|guard| Pair { old: None, new: Some(guard) }).collect();
    let config = &checked.config;
    let found = compare::compare(config, config, &pairs, None);
    let found = found.map_err(|disagreement| proof::fault(&disagreement))?;
    let nobody = functions.iter().zip(found).filter(|(_, one)| one.gained == Moved::Nobody);
    let line = |one: &Function<'_>| {
        format!(
            "mcp.toml: warning: nobody can call {} `{}`: no caller passes policy `{}`, whatever the arguments",
            one.kind.as_str(),
            one.name,
            one.policy
        )
    };
    Ok(nobody.map(|(one, _)| line(one)).collect())
}

fn chosen<'a>(functions: Vec<Function<'a>>, tool: Option<&str>) -> Result<Vec<Function<'a>>> {
    let Some(tool) = tool else { return Ok(functions) };
    let names: Vec<String> = functions.iter().map(|one| one.name.to_owned()).collect();
    let own: Vec<_> = functions
        .into_iter()
        .filter(|one| one.kind == invariants::Kind::Tool && one.name == tool)
        .collect();
    if own.is_empty() {
        return Err(Error::new(format!("{} has no tool `{tool}`", lock::NAME))
            .help(format!("functions: {}", names.join(", "))));
    }
    Ok(own)
}

/// The file with one invariant, that nobody of whom the condition holds can call anything.
fn asked(source: &str, who: &str, strict: bool) -> Result<Checked> {
    const NAME: &str = "--who";
    let who = who.trim();
    let who = if who.starts_with('{') { who.to_owned() } else { format!("{{ {who} }}") };
    let question = format!(
        "[[never]]\nname = \"{NAME}\"\nwho = {who}\ntools = [\"*\"]\nprompts = [\"*\"]\n\
         resources = [\"*\"]\nstrict = {strict}\n"
    );
    let text = format!("{source}\n{question}");
    let mut checked = toolgate_config::check(&text).map_err(|diagnostics| {
        project::render(&diagnostics, &text, "mcp.toml with --who")
            .help("a condition is written as in mcp.toml: `--who '{ groups = [\"contractors\"] }'`")
    })?;
    checked.invariants.retain(|invariant| invariant.name == NAME);
    Ok(checked)
}

/// True where an answer is a violation.
fn is_violated(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Violated { .. })
}

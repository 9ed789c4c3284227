//! `cargo toolgate lock` and `mcp.lock`: who may call what, under which description and with which
//! arguments, as a reviewer has agreed to it.

mod diff;
mod file;
mod make;
mod proven;
mod quota;
mod rule;
mod schema;
mod settings;
mod triggers;

use toolgate_config::Checked;

use crate::project::Project;
use crate::registry::Registry;
use crate::{Error, Result, files};

pub use diff::changes;
pub use file::{Function, FunctionKind, Lock, NAME, PUBLIC, Policy, SIGNED, Setting, Trigger};
pub use make::{make, used};

/// The `mcp.lock` for what the server serves. Compiles the server.
///
/// # Errors
///
/// The server cannot be compiled, or its functions are not sound.
pub fn wanted(project: &Project) -> Result<Lock> {
    let (checked, source) = project.config_and_source()?;
    let registry = Registry::of(project)?;
    if registry.problems.is_empty() {
        return make(&registry, &checked, &source);
    }
    Err(Error::new(registry.problems.join("\n")))
}

/// Why `mcp.lock` is not as it should be, if it is not.
///
/// With the checked `mcp.toml` and its text, it also says who gains and loses by other rules.
pub fn problem(project: &Project, wanted: &Lock, file: Option<(&Checked, &str)>) -> Option<Error> {
    let found = match Lock::read(project) {
        Ok(found) => found,
        Err(error) => return Some(error),
    };
    let told = file.map(|(checked, source)| proven::rules(&found, wanted, checked, source));
    let changes = diff::changes_with(&found, wanted, &told.unwrap_or_default());
    (!changes.is_empty()).then(|| {
        Error::new(format!("{NAME} is not what the server serves"))
            .output(changes.join("\n"))
            .help("if that is meant, run `cargo toolgate lock` and have the file reviewed")
    })
}

/// `found`, but with the policies and settings as `mcp.toml` has them: how far a change can be seen
/// without compiling.
///
/// # Errors
///
/// When `source` is not TOML, which a checked text is.
pub fn with_rules(found: &Lock, checked: &Checked, source: &str) -> Result<Lock> {
    let guards = found.functions().map(|(_, function)| function.policy.as_str());
    let used = used(guards, checked);
    let policies = rule::all(source)?.into_iter();
    let policies = policies
        .filter(|(name, _)| used.contains(name.as_str()))
        .map(|(name, rule)| Policy { name, rule })
        .collect();
    Ok(Lock { policies, settings: settings::all(source)?, ..found.clone() })
}

/// The functions of `mcp.lock` under the policies of `mcp.toml`, for what does not compile the server.
/// Says so where the two do not agree.
///
/// # Errors
///
/// When there is no `mcp.lock`, or it is not one that is understood.
pub fn under(project: &Project, checked: &Checked, source: &str) -> Result<Lock> {
    let found = Lock::read(project)?;
    let lock = with_rules(&found, checked, source)?;
    if lock != found {
        eprintln!(
            "warning: {NAME} is older than mcp.toml; `cargo toolgate check` says what changed\n"
        );
    }
    Ok(lock)
}

/// Writes the file if it is not as it should be, and says what changed.
///
/// # Errors
///
/// The server cannot be compiled, its functions are not sound, or the file cannot be written.
pub fn run(project: &Project) -> Result<()> {
    let wanted = wanted(project)?;
    let path = project.root.join(NAME);
    let before = match files::read_if_present(&path)? {
        Some(text) => match Lock::parse(&text) {
            Ok(before) if before == wanted => {
                println!("{NAME} is up to date");
                return Ok(());
            }
            Ok(before) => Some(before),
            Err(error) => {
                eprintln!("warning: {error}\n");
                None
            }
        },
        None => None,
    };
    files::write(&path, &wanted.text()?)?;
    println!("{NAME} {}:", if before.is_some() { "updated" } else { "written" });
    let before = before.unwrap_or_default();
    let (checked, source) = project.config_and_source()?;
    let told = proven::rules(&before, &wanted, &checked, &source);
    for line in diff::changes_with(&before, &wanted, &told) {
        println!("  {line}");
    }
    Ok(())
}

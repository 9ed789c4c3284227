//! `cargo toolgate check`: what is wrong with a server, and what changed since it was reviewed.

use serde::{Deserialize, Serialize};
use toolgate_config::{Checked, Position, Warning};
use toolgate_core::expected;
use toolgate_policy_proof::lints::{self, Superfluous};

use crate::cargo_lock::Lockfile;
use crate::doctor::recheck;
use crate::lock::{self, Lock};
use crate::project::{self, Project};
use crate::registry::Registry;
use crate::{Doing, Error, Result, input_schema, prove, sync, toolchain};

/// The last `idna_adapter` without Unicode tables. Every newer one adds 46 KB to the compressed
/// Worker, for host names that a gate refuses anyway; the choice is made in each lock file.
pub(crate) const SMALL_IDNA_ADAPTER: &str = "1.0.0";

/// The release line of `worker` that the pinned worker-build understands.
const WORKER_LINE: &str = "0.8.";

/// Looks for everything that can be seen to be wrong without compiling, `mcp.lock` aside.
pub fn problems(project: &Project) -> Vec<Error> {
    let mut problems = configuration(project);
    problems.extend(dependencies(project));
    problems
}

/// Of `mcp.toml` and the files that follow from it.
pub(crate) fn configuration(project: &Project) -> Vec<Error> {
    let (checked, source) = match project.config_and_source() {
        Ok(read) => read,
        Err(error) => return vec![error],
    };
    let mut problems = Vec::new();
    let contradictions = lints::contradictions(&checked);
    if !contradictions.is_empty() {
        problems.push(project::render(&contradictions, &source, "mcp.toml"));
    }
    match sync::generated(project, &checked) {
        Ok(files) => problems.extend(files.iter().filter(|file| file.is_stale()).map(stale)),
        Err(error) => problems.push(error),
    }
    problems
}

/// Of `Cargo.lock` and `Cargo.toml`.
pub(crate) fn dependencies(project: &Project) -> Vec<Error> {
    let mut problems = Vec::new();
    match Lockfile::read(&project.workspace) {
        Ok(lockfile) => problems.extend(locked(&lockfile)),
        Err(error) => problems.push(error),
    }
    problems.extend(stripped(project));
    problems
}

/// Options of a check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Leave out what takes compiling the server.
    pub no_build: bool,
    /// Say it as JSON.
    pub json: bool,
}

/// Result of a check.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Problems that have to be put right.
    pub problems: Vec<Error>,
    /// Warnings about what may be meant, with its place.
    pub warnings: Vec<String>,
}

/// Looks for everything, also for what is wrong with the functions and `mcp.lock`.
pub fn report(project: &Project, no_build: bool) -> Report {
    let mut report = Report { problems: problems(project), warnings: Vec::new() };
    // A server does not compile beside a broken mcp.toml or stale files: they are among the problems.
    if let Ok((checked, source)) = project.config_and_source() {
        let stale = |files: Vec<sync::Generated>| files.iter().any(sync::Generated::is_stale);
        let no_build = no_build || sync::generated(project, &checked).is_ok_and(stale);
        report.warnings.extend(checked.warnings().iter().map(warning));
        report.problems.extend(policy_tests(&checked).into_iter().map(Error::new));
        if let Err(error) = review(project, &checked, &source, no_build, &mut report) {
            report.problems.push(error);
        }
    }
    report
}

/// Runs the policy tests in each environment and returns their failures.
fn policy_tests(checked: &Checked) -> Vec<String> {
    let mut failures = expected::failures(&checked.config, &checked.policy_tests);
    for environment in &checked.environments {
        let found =
            expected::failures(&environment.checked.config, &environment.checked.policy_tests);
        let new: Vec<_> = found.into_iter().filter(|line| !failures.contains(line)).collect();
        failures.extend(new.iter().map(|line| format!("in `[env.{}]`: {line}", environment.name)));
    }
    failures
}

/// Compares with what was agreed to.
fn review(
    project: &Project,
    checked: &Checked,
    source: &str,
    no_build: bool,
    report: &mut Report,
) -> Result<()> {
    let wanted = if no_build {
        lock::with_rules(&Lock::read(project)?, checked, source)?
    } else {
        let registry = Registry::of(project)?;
        if !registry.problems.is_empty() {
            report.problems.extend(registry.problems.into_iter().map(Error::new));
            return Ok(());
        }
        report.warnings.extend(input_schema::warnings(&registry));
        lock::make(&registry, checked, source)?
    };
    report.warnings.extend(superfluous(checked));
    // What guards nothing is known only of functions that were compiled.
    if !no_build {
        report.warnings.extend(unused(&wanted, checked));
    }
    report.warnings.extend(
        recheck::limits(&checked.config)
            .map(|(found, fix)| format!("mcp.toml: warning: {found}\n  = help: {fix}")),
    );
    let (violated, idle) = prove::problems(checked, &wanted)?;
    report.problems.extend(violated);
    report.warnings.extend(idle);
    report.problems.extend(lock::problem(project, &wanted, Some((checked, source))));
    Ok(())
}

/// Policies that guard nothing: a function may have lost its guard, or the policy its purpose.
fn unused(lock: &Lock, checked: &Checked) -> Vec<String> {
    let guards = lock.functions().map(|(_, function)| function.policy.as_str());
    let used = lock::used(guards, checked);
    let unused =
        checked.config.policies.iter().filter(|policy| !used.contains(policy.name.as_ref()));
    unused
        .filter_map(|policy| {
            let position = checked.policy_position(&policy.name)?;
            let message = format!("policy `{}` is used by no function", policy.name);
            Some(told(position, &message))
        })
        .collect()
}

/// Conditions and policies that could be left out, and functions that nobody can call.
fn superfluous(checked: &Checked) -> Vec<String> {
    let found = lints::superfluous(&checked.config).into_iter();
    let told = found.filter_map(|one| match one {
        Superfluous::Condition { policy, path, words } => {
            let message = format!("`{words}` changes nothing in policy `{policy}`");
            Some(told(checked.condition_position(&policy, &path)?, &message))
        }
        Superfluous::Same { policy, as_policy } => {
            let message = format!("policy `{policy}` is the same as `{as_policy}`");
            Some(told(checked.policy_position(&policy)?, &message))
        }
    });
    told.collect()
}

fn warning(warning: &Warning) -> String {
    told(warning.position, &warning.message)
}

fn told(Position { line, column }: Position, message: &str) -> String {
    format!("mcp.toml:{line}:{column}: warning: {message}")
}

/// Says what is wrong with a server, or that nothing is; true for nothing.
///
/// # Errors
///
/// When the report cannot be written.
pub fn run(project: &Project, options: Options) -> Result<bool> {
    let report = report(project, options.no_build);
    let sound = report.problems.is_empty();
    if options.json {
        let text = serde_json::to_string_pretty(&report).doing(|| "write the report".to_owned())?;
        println!("{text}");
        return Ok(sound);
    }
    for warning in &report.warnings {
        eprintln!("{warning}\n");
    }
    for problem in &report.problems {
        eprintln!("error: {problem}\n");
    }
    match report.problems.len() {
        0 => println!("{}: nothing to complain about", project.package),
        1 => eprintln!("error: {} has one problem", project.package),
        count => eprintln!("error: {} has {count} problems", project.package),
    }
    Ok(sound)
}

fn stale(file: &sync::Generated) -> Error {
    let state = if file.is_new() { "does not exist" } else { "is not what mcp.toml says" };
    let error = Error::new(format!("{} {state}", file.name)).help("run `cargo toolgate sync`");
    if file.is_new() { error } else { error.output(file.changes().join("\n")) }
}

fn locked(lockfile: &Lockfile) -> Vec<Error> {
    let mut problems = Vec::new();
    let large: Vec<_> = lockfile
        .versions("idna_adapter")
        .filter(|version| *version != SMALL_IDNA_ADAPTER)
        .collect();
    if !large.is_empty() {
        problems.push(
            Error::new(format!(
                "Cargo.lock has idna_adapter {}, which adds 46 KB to the Worker",
                large.join(" and ")
            ))
            .help(format!("run `cargo update -p idna_adapter --precise {SMALL_IDNA_ADAPTER}`")),
        );
    }
    problems.extend(toolchain::wasm_bindgen(lockfile).err());
    for version in lockfile.versions("worker").filter(|version| !version.starts_with(WORKER_LINE)) {
        problems.push(
            Error::new(format!(
                "Cargo.lock has worker {version}, which worker-build {} does not understand",
                toolchain::WORKER_BUILD
            ))
            .help(format!("depend on worker {WORKER_LINE}x, as toolgate does")),
        );
    }
    problems
}

#[derive(Deserialize)]
struct Manifest {
    profile: Option<Profiles>,
}

#[derive(Deserialize)]
struct Profiles {
    release: Option<Release>,
}

#[derive(Deserialize)]
struct Release {
    strip: Option<toml::Value>,
}

/// The problem of a profile that strips: wasm-bindgen reads sections that `strip` removes. `None`
/// where it does not, or the manifest cannot be read.
fn stripped(project: &Project) -> Option<Error> {
    let path = project.workspace.join("Cargo.toml");
    let manifest: Manifest = toml::from_str(&std::fs::read_to_string(&path).ok()?).ok()?;
    let strip = manifest.profile?.release?.strip?;
    let harmless = [toml::Value::Boolean(false), "none".into(), "debuginfo".into()];
    (!harmless.contains(&strip)).then(|| {
        Error::new(format!("{}: profile.release.strip breaks wasm-bindgen", path.display()))
            .help("remove it: wasm-opt drops what is not needed")
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const CONFIG: &str = "[server]\nname = \"A server\"\n";

    fn server(name: &str, config: &str, lock: &[(&str, &str)], profile: &str) -> Project {
        let root: PathBuf =
            std::env::temp_dir().join(format!("toolgate-check-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder");
        let lock: String = lock
            .iter()
            .map(|(name, version)| {
                format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
            })
            .collect();
        let manifest = format!("[package]\nname = \"a-server\"\n{profile}");
        for (file, text) in [("mcp.toml", config), ("Cargo.lock", &lock), ("Cargo.toml", &manifest)]
        {
            std::fs::write(root.join(file), text).expect("a file");
        }
        Project { workspace: root.clone(), root, package: "a-server".into() }
    }

    fn text(problems: &[Error]) -> String {
        problems.iter().map(Error::to_string).collect::<Vec<_>>().join("\n")
    }

    const GOOD: &[(&str, &str)] =
        &[("idna_adapter", "1.0.0"), ("wasm-bindgen", "0.2.130"), ("worker", "0.8.7")];

    #[test]
    fn a_synchronised_server_has_no_problems() {
        let project = server("good", CONFIG, GOOD, "");
        sync::run(&project).expect("it is written");
        assert_eq!(text(&problems(&project)), "");
    }

    #[test]
    fn a_policy_that_guards_nothing_is_a_warning_at_its_place() {
        let source = "[server]\nname = \"x\"\n[policies.spare]\ngroups = [\"spare\"]\n";
        let checked = toolgate_config::check(source).expect("no faults");
        assert_eq!(
            unused(&Lock::default(), &checked),
            ["mcp.toml:3:11: warning: policy `spare` is used by no function"]
        );
    }

    #[test]
    fn stale_files_name_the_command_and_the_lines() {
        let project = server("stale", CONFIG, GOOD, "");
        assert!(text(&problems(&project)).contains("wrangler.jsonc does not exist"));
        sync::run(&project).expect("it is written");
        let changed = format!("{CONFIG}[wrangler]\nworkers_dev = false\n");
        std::fs::write(project.config_file(), changed).expect("a file");
        let found = text(&problems(&project));
        assert!(found.contains("wrangler.jsonc is not what mcp.toml says"), "{found}");
        assert!(found.contains("+ \"workers_dev\": false"), "{found}");
        assert!(found.contains("cargo toolgate sync"), "{found}");
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let lock = &[("idna_adapter", "1.2.1"), ("worker", "0.9.0")];
        let profile = "[profile.release]\nstrip = true\n";
        let project = server("bad", "[polices.x]\n", lock, profile);
        let found = text(&problems(&project));
        for expected in [
            "mcp.toml:1:2: unknown key `polices`",
            "cargo update -p idna_adapter --precise 1.0.0",
            "has no wasm-bindgen",
            "worker 0.9.0",
            "profile.release.strip",
        ] {
            assert!(found.contains(expected), "{expected} is missing in\n{found}");
        }
    }
}

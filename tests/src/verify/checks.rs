//! The checks, in the order in which a fault is cheapest to find.

use std::path::PathBuf;
use std::process::Command;

use cargo_toolgate::project::Project;
use cargo_toolgate::step::Step;
use cargo_toolgate::tools::Tools;
use cargo_toolgate::{Doing, Error, Result, check, lock, toolchain};

use crate::run::{cargo, run};
use crate::{book, clients, size};

type Check = fn(&mut Step) -> Result<String>;

/// Every check with its title. None selects a package: with another selection cargo takes other features of
/// the same crates, and compiles all of them once more.
pub(crate) const ALL: &[(&str, Check)] = &[
    ("set-up", set_up),
    ("format", format),
    ("clippy", clippy),
    ("layers", layers),
    ("generated files", generated_files),
    ("native tests", native_tests),
    ("mcp.lock", locked),
    ("documentation", documentation),
    ("code of the book", book::code),
    ("book", book::build),
    ("wasm build", wasm_build),
    ("deploy --dry-run", dry_run),
    ("wasm size", wasm_size),
    ("deploy --env", environment),
    ("clients", clients::make),
    ("end-to-end tests", end_to_end),
    ("end-to-end tests on KV", end_to_end_on_kv),
    ("end-to-end tests on D1", end_to_end_on_d1),
    ("template", template),
    ("tutorial", tutorial),
];

/// What the pure crates must not depend on, however indirectly: a Worker, or anything that waits.
const IMPURE: [&str; 9] = [
    "worker",
    "wasm-bindgen-futures",
    "tokio",
    "async-std",
    "smol",
    "futures-executor",
    "hyper",
    "reqwest",
    "toolgate",
];

fn set_up(_: &mut Step) -> Result<String> {
    toolgate_tests::set_up()?;
    Ok(String::new())
}

fn format(step: &mut Step) -> Result<String> {
    cargo(step, "format", &["fmt", "--all", "--check"])?;
    Ok(String::new())
}

fn clippy(step: &mut Step) -> Result<String> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    cargo(step, "clippy", &arguments)?;
    Ok(String::new())
}

fn layers(step: &mut Step) -> Result<String> {
    for package in ["toolgate-config", "toolgate-json", "toolgate-policy", "toolgate-core"] {
        depends_on_none(step, package, &IMPURE)?;
    }
    depends_on_none(step, "toolgate-macros", &["toolgate-core"])?;
    no_prover_in_a_worker(step)?;
    Ok("config, json, policy and core need no Worker and no async runtime, macros no core, a Worker \
        no prover"
        .to_owned())
}

fn no_prover_in_a_worker(step: &mut Step) -> Result<()> {
    let of_worker = ["--target", "wasm32-unknown-unknown", "-e", "normal,no-proc-macro"];
    let arguments = ["tree", "--locked", "-p", "toolgate", "--prefix", "none"];
    let tree = cargo(step, "layers", &[&arguments[..], &of_worker].concat())?;
    if tree.contains("toolgate-policy-proof") || tree.contains("batsat") {
        return Err(Error::new("a Worker contains the prover"));
    }
    Ok(())
}

fn depends_on_none(step: &mut Step, package: &str, unwanted: &[&str]) -> Result<()> {
    let arguments = ["tree", "--locked", "-p", package, "-e", "normal", "--prefix", "none"];
    let tree = cargo(step, "layers", &arguments)?;
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let found: Vec<_> = names.filter(|name| unwanted.contains(name)).collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!("{package} depends on {}", found.join(", "))))
}

/// Servers that differ in who signs people in. Debug builds do for them: what is tested is a
/// protocol, and a whole release build for each would take minutes.
const IDENTITY_SERVERS: [&str; 13] = [
    "tests/oidc",
    "tests/github",
    "tests/entra",
    "tests/google",
    "tests/access-jwt",
    "tests/as-caller",
    "tests/connections",
    "tests/exchange",
    "tests/exchange-entra",
    "tests/enterprise",
    "tests/scripts",
    "tests/switch",
    "tests/switch-d1",
];

/// The server with everything that MCP has, behind OAuth and without sign-in, the help desk, the one whose tools
/// keep state and run as tasks, and those with routes and triggers of their own; debug builds, too.
const EVERYTHING: [&str; 6] = [
    "examples/everything",
    "examples/helpdesk",
    "tests/open",
    "tests/durable",
    "tests/routes",
    "tests/triggers",
];

/// The server whose tools go wrong. A release build: how a trap is caught depends on what the
/// optimiser makes of it.
const FAULTS: &str = "tests/faults";

/// The server that tests itself, and whose quotas are tested end to end.
const KIT: &str = "tests/kit";

fn generated_files(_: &mut Step) -> Result<String> {
    let mut said = Vec::new();
    let servers = ["examples/access", KIT, "tests/kv", "tests/d1", FAULTS];
    for server in servers.into_iter().chain(IDENTITY_SERVERS).chain(EVERYTHING) {
        let project = Project::find(&toolgate_tests::repository().join(server))?;
        let problems = check::problems(&project);
        said.extend(problems.iter().map(|problem| format!("{server}: {problem}")));
    }
    if said.is_empty() { Ok(String::new()) } else { Err(Error::new(said.join("\n"))) }
}

fn native_tests(step: &mut Step) -> Result<String> {
    let output =
        cargo(step, "native-tests", &["test", "--workspace", "--locked", "--no-fail-fast"])?;
    Ok(format!("{} tests", count(&output, "test result: ok. ", " passed")))
}

/// The functions of the examples are those that were agreed to.
fn locked(_: &mut Step) -> Result<String> {
    let mut count = 0;
    for example in ["examples/access", "examples/helpdesk"] {
        let project = Project::find(&toolgate_tests::repository().join(example))?;
        let wanted = lock::wanted(&project)?;
        if let Some(problem) = lock::problem(&project, &wanted, None) {
            return Err(problem);
        }
        count += wanted.functions().count();
    }
    Ok(format!("{count} functions"))
}

fn documentation(step: &mut Step) -> Result<String> {
    let mut command = Command::new("cargo");
    command
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings");
    run(step, "documentation", &mut command)?;
    Ok(String::new())
}

/// Makes every build, also after one that fails, so that one fault is one failure.
fn wasm_build(step: &mut Step) -> Result<String> {
    let released = ["examples/access", "tests/kv", "tests/d1", FAULTS];
    let debug = IDENTITY_SERVERS.into_iter().chain(EVERYTHING);
    let builds = released.map(|server| (server, "--release")).into_iter();
    let mut failed = Vec::new();
    for (server, profile) in builds.chain(debug.map(|server| (server, "--dev"))) {
        if let Err(error) = build(step, server, profile) {
            failed.push(format!("{server}: {error}"));
        }
    }
    if failed.is_empty() { Ok(String::new()) } else { Err(Error::new(failed.join("\n"))) }
}

/// Builds a Worker.
fn build(step: &mut Step, server: &str, profile: &str) -> Result<()> {
    let tools = tools();
    let mut command = Command::new(tools.cargo_binary("worker-build"));
    if profile == "--dev" {
        // `provider = "none"` builds for this very machine only.
        command.env("TOOLGATE_DEV", "1");
    }
    command.arg(profile).envs(tools.environment());
    command.current_dir(toolgate_tests::repository().join(server));
    run(step, &format!("wasm-build-{}", server.replace('/', "-")), &mut command)?;
    Ok(())
}

/// By the command that deploys; wrangler's own words are in the log.
fn dry_run(step: &mut Step) -> Result<String> {
    let bundle = bundle();
    let outdir = format!("--outdir={}", bundle.display());
    let example = toolgate_tests::example()?;
    let said = deploy(step, &example, &["--dry-run", "--", &outdir], "dry-run")?;
    if !bundle.join("index.js").is_file() {
        return Err(Error::new("the dry run leaves no bundle").output(said));
    }
    Ok(said
        .lines()
        .find_map(|line| line.trim().strip_prefix("Size"))
        .unwrap_or_default()
        .trim()
        .into())
}

/// A server of two environments: its Worker is that of the one that is deployed.
fn environment(step: &mut Step) -> Result<String> {
    let project = Project::find(&toolgate_tests::repository().join(KIT))?;
    let arguments = ["--dry-run", "--env", "preview"];
    deploy(step, &project, &arguments, "environment")?;
    let path = project.root.join("build/index_bg.wasm");
    let wasm = std::fs::read(&path).doing(|| format!("read {}", path.display()))?;
    let title = b"Kit, as it will be";
    if !wasm.windows(title.len()).any(|part| part == title) {
        return Err(Error::new("the Worker was not compiled for its environment"));
    }
    // The end-to-end tests want it as it is without an environment.
    build(step, KIT, "--dev")?;
    Ok(String::new())
}

/// The one warning that is right about the demo: like the original, it asks Access for no refresh
/// token, and so cannot ask about a person for as long as a grant lasts.
const WARNING_OF_THE_DEMO: &str =
    "gives no refresh token for these scopes and can be asked again only while";

/// `cargo toolgate deploy`, which may say nothing else that warns.
fn deploy(step: &mut Step, project: &Project, arguments: &[&str], log: &str) -> Result<String> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--locked", "--bin", "cargo-toolgate", "--", "toolgate"]);
    command.arg("deploy");
    command.arg("--project").arg(&project.root).args(arguments);
    command.current_dir(toolgate_tests::repository());
    let said = run(step, log, &mut command)?;
    let warns = |line: &str| line.contains("warning: ") && !line.contains(WARNING_OF_THE_DEMO);
    if said.lines().any(warns) { Err(Error::new("it warns").output(said)) } else { Ok(said) }
}

fn wasm_size(step: &mut Step) -> Result<String> {
    size::check(step, &tools(), &bundle())
}

fn end_to_end(step: &mut Step) -> Result<String> {
    end_to_end_of(step, &toolgate_tests::example()?, "e2e")
}

fn end_to_end_on_kv(step: &mut Step) -> Result<String> {
    end_to_end_of(step, &toolgate_tests::example_on_kv()?, "e2e:storage")
}

fn end_to_end_on_d1(step: &mut Step) -> Result<String> {
    end_to_end_of(step, &toolgate_tests::example_on_d1()?, "e2e:storage")
}

/// Runs a script of `tests/package.json` against a server.
fn end_to_end_of(step: &mut Step, server: &Project, script: &str) -> Result<String> {
    let tests = toolgate_tests::repository().join("tests");
    toolchain::install_npm(&tools(), &tests, "packages of the end-to-end tests")?;
    let mut command = Command::new("npm");
    command.args(["run", "--silent", script]).current_dir(tests).envs(tools().environment());
    // The command line itself, and the dev identity provider that it signs in at.
    let programs = ["build", "--locked", "--bin", "cargo-toolgate", "--bin", "local-idp"];
    cargo(step, "programs", &programs)?;
    // What is built here is there: a test that lacks its build fails, and is not skipped.
    command.env("CI", "true").env("TOOLGATE_BUILD", server.root.join("build"));
    let name = server.root.file_name().unwrap_or_default().to_string_lossy();
    let output = run(step, &format!("end-to-end-{name}"), &mut command)?;
    let skipped = count(&output, "skipped ", "");
    Ok(format!("{} tests, {skipped} skipped", count(&output, "pass ", "")))
}

fn template(step: &mut Step) -> Result<String> {
    let arguments = ["test", "--locked", "--workspace", "--test", "template", "--", "--nocapture"];
    cargo(step, "template", &arguments)?;
    Ok(String::new())
}

/// The commands of the tutorial, as they stand there.
fn tutorial(step: &mut Step) -> Result<String> {
    cargo(step, "tutorial-build", &["build", "--locked", "--bin", "cargo-toolgate"])?;
    let root = toolgate_tests::repository();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let program = format!("debug/cargo-toolgate{}", std::env::consts::EXE_SUFFIX);
    for (log, option) in [("tutorial", None), ("tutorial-generate", Some("--generate"))] {
        let mut node = Command::new("node");
        node.arg("tests/tutorial.mjs").args(option).envs(tools().environment());
        // What is installed and compiled here need not be so again.
        let (program, tools) = (target.join(&program), tools());
        node.env("TOOLGATE_PROGRAM", program).env("TOOLGATE_DIR", tools.folder());
        run(step, log, node.env("CARGO_TARGET_DIR", &target))?;
    }
    Ok("by `new` and by `cargo generate`".to_owned())
}

fn tools() -> Tools {
    toolgate_tests::tools()
}

/// Where wrangler writes what it would upload.
fn bundle() -> PathBuf {
    toolgate_tests::repository().join("target/verify/bundle")
}

/// Adds up the numbers between `before` and `after` in every line of a test runner.
fn count(output: &str, before: &str, after: &str) -> u64 {
    let number = |line: &str| -> Option<u64> {
        let rest = line.split_once(before)?.1;
        let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
        rest.strip_prefix(digits)?.starts_with(after).then(|| digits.parse().ok())?
    };
    output.lines().filter_map(number).sum()
}

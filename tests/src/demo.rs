//! `cargo demo`: from a fresh clone to the answer of a tool.

use std::process::ExitCode;

use cargo_toolgate::dev::{self, Options, Profile, Session};
use cargo_toolgate::tools::Tools;
use cargo_toolgate::{Doing, Error, Result, toolchain};
use clap::Parser;

/// Build examples/access, run it on workerd, sign in with an official MCP client, call a tool
#[derive(Parser)]
struct Arguments {
    /// End after the tool's answer instead of leaving the server up
    #[arg(long)]
    once: bool,
    /// Port of the server
    #[arg(long, default_value_t = 8788)]
    port: u16,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    dev::require_free_port(arguments.port)?;
    let folder = toolgate_tests::tools();
    println!("Set-up: what is missing goes into {}", folder.folder().display());
    let tools = toolgate_tests::set_up()?;
    let demo = toolgate_tests::repository().join("tests/demo");
    toolchain::install_npm(&tools, &demo, "the official MCP client")?;
    println!("Build");
    let project = toolgate_tests::example()?;
    let options = Options { port: arguments.port, profile: Profile::Release };
    dev::build(&project, &tools, options.profile)?;
    let runtime = tokio::runtime::Runtime::new().doing(|| "start a runtime".to_owned())?;
    runtime.block_on(async {
        let mut session = Session::start(&project, &tools, options).await?;
        let shown = show(&tools, &mut session, arguments.once).await;
        session.stop().await;
        shown
    })
}

/// Signs in and calls the tool; then the server is left up, if that is wanted.
async fn show(tools: &Tools, session: &mut Session, once: bool) -> Result<()> {
    let (url, account) = (session.url().to_owned(), account(session)?);
    println!("\nOne sign-in at {url}, by the official TypeScript SDK");
    tokio::select! {
        signed_in = sign_in(tools, &url, &account) => signed_in?,
        ended = session.ended() => return ended,
        interrupted = tokio::signal::ctrl_c() => {
            return interrupted.doing(|| "listen for Ctrl-C".to_owned());
        }
    }
    println!("\nThe tool's answer: 42");
    if once {
        return Ok(());
    }
    println!("{}", session.introduction());
    tokio::select! {
        ended = session.ended() => ended,
        interrupted = tokio::signal::ctrl_c() => interrupted.doing(|| "listen for Ctrl-C".to_owned()),
    }
}

fn account(session: &Session) -> Result<String> {
    let first = session.users().first();
    let missing = || Error::new("examples/access/mcp.toml has no [[dev.users]]");
    first.map(|user| user.email.clone()).ok_or_else(missing)
}

/// The client checks the answer itself: it fails unless `add(23, 19)` is 42.
async fn sign_in(tools: &Tools, url: &str, account: &str) -> Result<()> {
    let script = toolgate_tests::repository().join("tests/demo/client.mjs");
    let mut command = tokio::process::Command::new("node");
    command.arg(script).arg(url).arg(account).envs(tools.environment()).kill_on_drop(true);
    let status = command.status().await.doing(|| "start Node.js".to_owned())?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::new("the client did not get its answer; its own words are above"))
    }
}

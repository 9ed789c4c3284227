//! `cargo toolgate dev`: the server on this machine, with an identity provider that needs no
//! account, rebuilt when a file changes.

mod build;
mod secrets;
mod session;
mod variables;
mod watch;
mod worker;

use std::pin::pin;
use std::time::Duration;

use crate::project::Project;
use crate::tools::Tools;
use crate::{Doing, Result, schema, setup, sync};

pub use build::{Profile, build};
pub use session::{Session, require_free_port};

/// How often files are looked at. Editors save in bursts; half a second gathers them.
const WATCH_INTERVAL: Duration = Duration::from_millis(500);

/// How a server is run on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Port of the server.
    pub port: u16,
    /// How the Worker is compiled.
    pub profile: Profile,
}

/// Builds and serves until Ctrl-C.
///
/// # Errors
///
/// When something is missing that cannot be installed, the configuration or the first build
/// fails, or the port is taken.
pub fn run(project: &Project, options: Options) -> Result<()> {
    // What fails at once is asked before anything is installed.
    project.config()?;
    session::require_free_port(options.port)?;
    project.ensure_lockfile()?;
    let tools = setup::ensure(&project.workspace)?;
    let runtime = tokio::runtime::Runtime::new().doing(|| "start a runtime".to_owned())?;
    runtime.block_on(async {
        synchronise(project)?;
        build(project, &tools, options.profile)?;
        let mut session = Session::start(project, &tools, options).await?;
        println!("{}", session.introduction());
        let ended = serve(project, &tools, options, &mut session).await;
        session.stop().await;
        ended
    })
}

/// Rebuilds on every change until Ctrl-C or the end of workerd.
async fn serve(
    project: &Project,
    tools: &Tools,
    options: Options,
    session: &mut Session,
) -> Result<()> {
    // One for all rounds: it also notices a Ctrl-C during a build.
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    let mut seen = watch::state(project);
    loop {
        tokio::select! {
            interrupted = &mut interrupted => {
                return interrupted.doing(|| "listen for Ctrl-C".to_owned());
            }
            ended = session.ended() => return ended,
            () = tokio::time::sleep(WATCH_INTERVAL) => {}
        }
        let now = watch::state(project);
        if now == seen {
            continue;
        }
        // A fault in the new files is shown, and the Worker of before goes on.
        match rebuild(project, tools, options, session).await {
            Ok(()) => println!("the server is up to date"),
            Err(error) => eprintln!("error: {error}\n\nthe server goes on as it was"),
        }
        // What changed during the build is built in the next round.
        seen = now;
    }
}

async fn rebuild(
    project: &Project,
    tools: &Tools,
    options: Options,
    session: &mut Session,
) -> Result<()> {
    synchronise(project)?;
    build(project, tools, options.profile)?;
    session.reload(project).await
}

/// During development the generated files follow `mcp.toml` by themselves.
fn synchronise(project: &Project) -> Result<()> {
    for file in sync::generated(project, &project.config()?)? {
        if file.is_stale() {
            file.write()?;
            println!("{} follows mcp.toml now", file.name);
        }
    }
    schema::refresh(project)
}

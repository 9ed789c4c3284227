//! `cargo toolgate dev`: the server on this machine, with an identity provider that needs no
//! account, rebuilt when a file changes.

mod build;
mod migrations;
mod secrets;
mod session;
mod state;
mod variables;
mod watch;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use clap::Args;
use toolgate_config::deploy::DEV_PORT;

use crate::ask::Consent;
use crate::interrupt::Interrupt;
use crate::project::Project;
use crate::running::Claim;
use crate::tools::Tools;
use crate::{Doing, Error, Result, doctor, schema, sync, toolchain};

pub use build::{Profile, build};
use migrations::Applied;
pub use session::{Options, Session, require_free_port};

/// Pause between two looks at the files: a hundred files take a millisecond.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// Editors save in bursts, which have ended when nothing changed for this long.
const QUIET: Duration = Duration::from_millis(50);

/// Arguments of `cargo toolgate dev`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Arguments {
    /// Port of the server
    #[arg(long, default_value_t = DEV_PORT)]
    port: u16,
    /// Compile as for deployment
    #[arg(long)]
    release: bool,
    /// Name what the server has stored on this machine, and delete it after asking
    #[arg(long)]
    reset: bool,
    /// Delete without asking
    #[arg(long, requires = "reset")]
    yes: bool,
}

/// Builds and serves until Ctrl-C. One that comes before the server is up ends the process.
///
/// # Errors
///
/// When something is missing that cannot be installed, the configuration or the first build
/// fails, the port is taken, or a build was interrupted.
pub fn run(project: &Project, arguments: Arguments) -> Result<()> {
    let profile = if arguments.release { Profile::Release } else { Profile::Dev };
    let options = Options { port: arguments.port, profile };
    // What takes no time comes first.
    Claim::refuse_second(project)?;
    session::require_free_port(options.port)?;
    project.config()?;
    let claim = Claim::take(project)?;
    if arguments.reset {
        state::reset(project, Consent::of(arguments.yes))?;
    }
    let runtime = tokio::runtime::Runtime::new().doing(|| "start a runtime".to_owned())?;
    let mut interrupt = {
        let _runtime = runtime.enter();
        Interrupt::listen()?
    };
    project.ensure_lockfile()?;
    let tools = toolchain::ensure(&project.workspace)?;
    synchronise(project)?;
    // What changes from here on is built in the first round.
    let migrations = migrations::folders(project);
    let mut seen = watch::state(project, &migrations);
    build(project, &tools, options.profile)?;
    watch::accept_lockfile(project, &mut seen);
    let mut applied = Applied::default();
    applied.refresh(project, &tools)?;
    interrupt.gently();
    runtime.block_on(async {
        let session = tokio::select! {
            started = Session::start(project, &tools, options) => started?,
            () = interrupt.wait() => return Err(interrupted()),
        };
        claim.announce(&session.running())?;
        println!("{}", session.introduction());
        warn(project);
        let mut running = Rebuilt {
            project,
            tools: &tools,
            options,
            session,
            claim: &claim,
            migrations,
            applied,
        };
        let ended = running.serve(&mut interrupt, seen).await;
        let Rebuilt { session, .. } = running;
        session.stop().await;
        ended
    })
}

/// A server that follows its files.
struct Rebuilt<'a> {
    project: &'a Project,
    tools: &'a Tools,
    options: Options,
    session: Session,
    claim: &'a Claim,
    /// Folders that are watched as `src` is: those that `mcp.toml` named at the last build.
    migrations: Vec<PathBuf>,
    applied: Applied,
}

impl Rebuilt<'_> {
    /// Rebuilds on every change until Ctrl-C or the end of workerd.
    async fn serve(
        &mut self,
        interrupt: &mut Interrupt,
        mut seen: BTreeMap<PathBuf, SystemTime>,
    ) -> Result<()> {
        let project = self.project;
        loop {
            tokio::select! {
                () = interrupt.wait() => return Ok(()),
                ended = self.session.ended() => return ended,
                () = tokio::time::sleep(WATCH_INTERVAL) => {}
            }
            let mut now = watch::state(project, &self.migrations);
            if now == seen {
                continue;
            }
            loop {
                tokio::time::sleep(QUIET).await;
                let before = std::mem::replace(&mut now, watch::state(project, &self.migrations));
                if before == now {
                    break;
                }
            }
            let saved = watch::last_save(&now);
            let rebuilt = tokio::select! {
                biased;
                rebuilt = self.rebuild() => rebuilt,
                () = interrupt.wait() => return Err(interrupted()),
            };
            // A fault in the new files is shown, and the Worker of before goes on.
            match rebuilt {
                Err(_) if interrupt.came() => return Err(interrupted()),
                Ok(parts) => {
                    println!("{}", parts.shown(saved));
                    warn(project);
                }
                Err(error) => eprintln!("error: {error}\n\nthe server goes on as it was"),
            }
            // What changed during the build is built in the next round.
            watch::accept_lockfile(project, &mut now);
            seen = now;
        }
    }

    async fn rebuild(&mut self) -> Result<Parts> {
        let Self { project, tools, options, .. } = *self;
        let noticed = SystemTime::now();
        synchronise(project)?;
        let took = build(project, tools, options.profile)?;
        let started = Instant::now();
        self.migrations = migrations::folders(project);
        self.applied.refresh(project, tools)?;
        if !self.session.reload(project).await? {
            println!("what signs people in has changed: everything is started again");
            self.session.restart(project, tools, options).await?;
            self.claim.announce(&self.session.running())?;
        }
        Ok(Parts { noticed, took, loading: started.elapsed() })
    }
}

fn interrupted() -> Error {
    Error::new("interrupted during a build")
}

/// Durations of the parts of a rebuild.
struct Parts {
    noticed: SystemTime,
    took: build::Took,
    loading: Duration,
}

impl Parts {
    /// From the save on. Generating files is the rest of the sum, a few milliseconds.
    fn shown(&self, saved: Option<SystemTime>) -> String {
        let since = |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or_default();
        // A file that was taken away has no time of its own.
        let saved = saved.filter(|saved| *saved <= self.noticed).unwrap_or(self.noticed);
        let seconds = |part: Duration| format!("{:.1} s", part.as_secs_f64());
        format!(
            "the server is up to date, {} after the save: noticed {}, cargo {}, wasm-bindgen and \
             esbuild {}, loaded {}",
            seconds(since(saved, SystemTime::now())),
            seconds(since(saved, self.noticed)),
            seconds(self.took.compiling),
            seconds(self.took.bundling),
            seconds(self.loading),
        )
    }
}

/// Says which secrets of the server's own have no value: only the function that needs one would tell.
fn warn(project: &Project) {
    let warnings = project.config().and_then(|checked| doctor::missing_secrets(project, &checked));
    match warnings {
        Ok(warnings) => warnings.iter().for_each(|warning| eprintln!("{warning}")),
        Err(error) => eprintln!("warning: {error}"),
    }
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

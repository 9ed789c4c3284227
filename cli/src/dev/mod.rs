//! `cargo toolgate dev`: the server on this machine, with an identity provider that needs no
//! account, rebuilt when a file changes.

mod build;
mod secrets;
mod session;
mod variables;
mod watch;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use crate::interrupt::Interrupt;
use crate::project::Project;
use crate::tools::Tools;
use crate::{Doing, Error, Result, schema, setup, sync};

pub use build::{Profile, build};
pub use session::{Session, require_free_port};

/// How often files are looked at: a hundred files take a millisecond.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// Editors save in bursts, which have ended when nothing changed for this long.
const QUIET: Duration = Duration::from_millis(50);

/// How a server is run on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Port of the server.
    pub port: u16,
    /// How the Worker is compiled.
    pub profile: Profile,
}

/// Builds and serves until Ctrl-C. One that comes before the server is up ends the process.
///
/// # Errors
///
/// When something is missing that cannot be installed, the configuration or the first build
/// fails, the port is taken, or a build was interrupted.
pub fn run(project: &Project, options: Options) -> Result<()> {
    // What takes no time comes first.
    session::require_free_port(options.port)?;
    project.config()?;
    let runtime = tokio::runtime::Runtime::new().doing(|| "start a runtime".to_owned())?;
    let mut interrupt = {
        let _runtime = runtime.enter();
        Interrupt::listen()?
    };
    project.ensure_lockfile()?;
    let tools = setup::ensure(&project.workspace)?;
    synchronise(project)?;
    // What changes from here on is built in the first round.
    let seen = watch::state(project);
    build(project, &tools, options.profile)?;
    interrupt.gently();
    runtime.block_on(async {
        let mut session = tokio::select! {
            started = Session::start(project, &tools, options) => started?,
            () = interrupt.wait() => return Err(interrupted()),
        };
        println!("{}", session.introduction());
        let ended = serve(project, &tools, options, &mut session, &mut interrupt, seen).await;
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
    interrupt: &mut Interrupt,
    mut seen: BTreeMap<PathBuf, SystemTime>,
) -> Result<()> {
    loop {
        tokio::select! {
            () = interrupt.wait() => return Ok(()),
            ended = session.ended() => return ended,
            () = tokio::time::sleep(WATCH_INTERVAL) => {}
        }
        let mut now = watch::state(project);
        if now == seen {
            continue;
        }
        loop {
            tokio::time::sleep(QUIET).await;
            let before = std::mem::replace(&mut now, watch::state(project));
            if before == now {
                break;
            }
        }
        let saved = watch::last_save(&now);
        let rebuilt = tokio::select! {
            biased;
            rebuilt = rebuild(project, tools, options, session) => rebuilt,
            () = interrupt.wait() => return Err(interrupted()),
        };
        // A fault in the new files is shown, and the Worker of before goes on.
        match rebuilt {
            Err(_) if interrupt.came() => return Err(interrupted()),
            Ok(parts) => println!("{}", parts.shown(saved)),
            Err(error) => eprintln!("error: {error}\n\nthe server goes on as it was"),
        }
        // What changed during the build is built in the next round.
        seen = now;
    }
}

fn interrupted() -> Error {
    Error::new("interrupted during a build")
}

/// How long the parts of a rebuild took.
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

async fn rebuild(
    project: &Project,
    tools: &Tools,
    options: Options,
    session: &mut Session,
) -> Result<Parts> {
    let noticed = SystemTime::now();
    synchronise(project)?;
    let took = build(project, tools, options.profile)?;
    let started = Instant::now();
    session.reload(project).await?;
    Ok(Parts { noticed, took, loading: started.elapsed() })
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

//! workerd with the built Worker, through miniflare: a Node.js process that is told what to run
//! on its standard input, and that ends when that input ends.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::{Profile, state};
use crate::dev_provider::{Activity, random_token};
use crate::printable::printable;
use crate::project::Project;
use crate::running::Control;
use crate::tools::Tools;
use crate::{Doing, Error, Result, files, interrupt};

/// The scripts lie beside `node_modules`, where Node.js looks for packages.
const SCRIPTS: [(&str, &str); 5] = [
    ("dev-server.mjs", include_str!("worker/server.mjs")),
    ("dev-trigger.mjs", include_str!("worker/trigger.mjs")),
    ("dev-cron.mjs", include_str!("worker/cron.mjs")),
    ("postman.mjs", include_str!("worker/postman.mjs")),
    ("ai-stand-in.mjs", include_str!("worker/ai-stand-in.mjs")),
];

/// workerd starts in a second; a busy machine may take longer.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Time that workerd gets to close its connections before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// First message to the script.
#[derive(Serialize)]
struct Start<'a> {
    nonce: &'a str,
    port: u16,
    wrangler: String,
    main: String,
    state: String,
    vars: &'a BTreeMap<String, String>,
    ai: bool,
    debug: bool,
}

/// Environment of a Worker, apart from its own files.
pub(super) struct Surroundings<'a> {
    pub(super) port: u16,
    pub(super) vars: &'a BTreeMap<String, String>,
    /// True if it has a binding to Workers AI.
    pub(super) ai: bool,
    pub(super) profile: Profile,
}

/// A line of the script's own.
#[derive(Deserialize)]
struct Line {
    nonce: String,
    #[serde(flatten)]
    said: Said,
}

/// Messages of the script.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Said {
    Ready {
        /// The address at which functions are started that no client starts.
        control: Option<Control>,
    },
    Reloaded,
    Failed {
        message: String,
    },
}

/// A running Worker.
pub(super) struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    said: mpsc::Receiver<Said>,
    control: Option<Control>,
}

impl Worker {
    /// Starts it and waits until it answers.
    pub(super) async fn start(
        project: &Project,
        tools: &Tools,
        surroundings: &Surroundings<'_>,
        activity: Arc<Activity>,
    ) -> Result<Self> {
        let Surroundings { port, vars, ai, profile } = *surroundings;
        for (name, text) in SCRIPTS {
            files::write(&tools.npm().join(name), text)?;
        }
        let nonce = random_token();
        let path = |name: &str| project.root.join(name).to_string_lossy().into_owned();
        let start = Start {
            nonce: &nonce,
            port,
            wrangler: path("wrangler.jsonc"),
            main: path("build/index.js"),
            state: path(state::FOLDER),
            vars,
            ai,
            debug: profile == Profile::Dev,
        };
        let line = serde_json::to_string(&start).doing(|| "configure the Worker".to_owned())?;
        let mut worker = Self::spawn(project, tools, (nonce, activity))?;
        worker.send(&line).await?;
        match tokio::time::timeout(START_TIMEOUT, worker.next()).await {
            Ok(Ok(said)) => {
                if let Said::Ready { control } = said {
                    worker.control = control;
                }
                Ok(worker)
            }
            Ok(Err(error)) => {
                worker.stop().await;
                Err(error)
            }
            Err(_) => {
                worker.stop().await;
                let seconds = START_TIMEOUT.as_secs();
                Err(Error::new(format!("workerd did not start within {seconds} seconds")))
            }
        }
    }

    fn spawn(
        project: &Project,
        tools: &Tools,
        (nonce, activity): (String, Arc<Activity>),
    ) -> Result<Self> {
        let mut command = Command::new("node");
        command.arg(tools.npm().join(SCRIPTS[0].0)).current_dir(&project.root);
        command.envs(tools.environment()).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        // Ctrl-C reaches the whole foreground group; this one is stopped by us, after the
        // connections that are open.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| {
            Error::new(format!("cannot start Node.js: {error}"))
                .help("install Node.js 22 or later, then run this again")
        })?;
        let lost = || Error::new("lost the connection to the Worker's process");
        let input = child.stdin.take().ok_or_else(lost)?;
        let output = child.stdout.take().ok_or_else(lost)?;
        let errors = child.stderr.take().ok_or_else(lost)?;
        tokio::spawn(repeat(errors));
        let (sender, said) = mpsc::channel(1);
        tokio::spawn(listen(output, nonce, sender, activity));
        Ok(Self { child, input: Some(input), said, control: None })
    }

    /// The address at which functions are started that no client starts.
    pub(super) fn control(&self) -> Option<&Control> {
        self.control.as_ref()
    }

    /// Loads the Worker that was rebuilt.
    pub(super) async fn reload(&mut self) -> Result<()> {
        self.send(r#"{"reload":true}"#).await?;
        self.next().await.map(drop)
    }

    /// Waits until the process ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> Result<()> {
        match self.next().await {
            Err(error) => Err(error),
            Ok(_) => std::future::pending().await,
        }
    }

    /// Stops it: gently, then by force, with everything that it started.
    pub(super) async fn stop(&mut self) {
        drop(self.input.take());
        if tokio::time::timeout(STOP_TIMEOUT, self.child.wait()).await.is_ok() {
            return;
        }
        self.kill();
        let _ = self.child.kill().await;
    }

    fn kill(&self) {
        // Without an id it has ended.
        if let Some(id) = self.child.id() {
            interrupt::kill_group(id);
        }
    }

    async fn send(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().ok_or_else(|| Error::new("the Worker was stopped"))?;
        input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .doing(|| "reach the Worker's process".to_owned())
    }

    async fn next(&mut self) -> Result<Said> {
        match self.said.recv().await {
            Some(Said::Failed { message }) => Err(Error::new(format!("workerd: {message}"))),
            Some(said) => Ok(said),
            None => Err(Error::new("the Worker's process has ended")),
        }
    }
}

/// Node.js would end alone: workerd is a process of its own.
impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Prints what the process and the Worker complain of.
async fn repeat(errors: ChildStderr) {
    let mut lines = BufReader::new(errors).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        eprintln!("{}", printable(&String::from_utf8_lossy(&line)));
    }
}

/// Hears the process to its end, also while something is built: what is for us is handed on, and
/// what the Worker itself logs is printed.
async fn listen(
    output: ChildStdout,
    nonce: String,
    sender: mpsc::Sender<Said>,
    activity: Arc<Activity>,
) {
    let mut lines = BufReader::new(output).lines();
    loop {
        match lines.next_line().await {
            Ok(Some(line)) => match said(&line, &nonce) {
                // Nobody waits for it any more once the session has ended.
                Some(said) => _ = sender.send(said).await,
                None => {
                    println!("{}", printable(&line));
                    activity.note(&line);
                }
            },
            Ok(None) => return,
            // A line that is not text; the next one may be.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {}
            Err(_) => return,
        }
    }
}

/// Reads a line that the script itself wrote. The Worker prints to the same stream and can imitate everything but
/// the nonce.
fn said(line: &str, nonce: &str) -> Option<Said> {
    serde_json::from_str::<Line>(line).ok().filter(|line| line.nonce == nonce).map(|line| line.said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_worker_prints_is_no_message_whatever_it_looks_like() {
        let known = said(r#"{"nonce":"n","status":"reloaded"}"#, "n");
        assert_eq!(known, Some(Said::Reloaded));
        for line in [
            r#"{"status":"reloaded"}"#,
            r#"{"nonce":"","status":"failed","message":"x"}"#,
            r#"{"nonce":null,"status":"ready","control":{"url":"http://evil.example","token":"x"}}"#,
            r#"{"nonce":"guessed","status":"ready","control":null}"#,
            r#"{"nonce":"n"}"#,
            "n",
        ] {
            assert_eq!(said(line, "n"), None, "{line}");
        }
    }
}

//! An interrupt (Ctrl-C, or a signal to the command alone) ends the programs that run for it too.
//!
//! They get a process group of their own, for cargo's compilers do not end with cargo. Such a group
//! does not hear the terminal's Ctrl-C, so only a command that listens here makes one.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::{Doing, Result};

/// Exit status that shells give a command that was interrupted.
const EXIT_STATUS: i32 = 130;

/// Signals are of the whole process, and so is this.
static STATE: Mutex<State> =
    Mutex::new(State { listening: false, at_once: true, came: false, groups: Vec::new() });

struct State {
    listening: bool,
    /// Nothing but programs is to be ended.
    at_once: bool,
    came: bool,
    groups: Vec<u32>,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hears interrupts in place of the system, which would end this process only.
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// From now on an interrupt ends the programs that run, and then this process.
    pub(crate) fn listen() -> Result<Self> {
        let mut signals = Signals::new().doing(|| "listen for Ctrl-C".to_owned())?;
        state().listening = true;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signals.next().await;
            // Held to the end, so that nothing is started or reported meanwhile.
            let mut state = state();
            state.came = true;
            state.groups.iter().copied().for_each(kill_group);
            if state.at_once {
                // The terminal may be gone.
                let _ = writeln!(io::stderr(), "error: interrupted");
                std::process::exit(EXIT_STATUS);
            }
            sender.send_replace(true);
        });
        Ok(Self(receiver))
    }

    /// From now on this process does not end by itself: whoever waits has to see to it.
    pub(crate) fn gently(&self) {
        state().at_once = false;
    }

    /// Waits for an interrupt.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|came| *came).await.is_err() {
            // Nobody listens any more, which is not an interrupt.
            std::future::pending().await
        }
    }

    /// True if one came.
    pub(crate) fn came(&self) -> bool {
        state().came
    }
}

/// A program that an interrupt ends, until this is dropped.
pub(crate) struct Running(Option<u32>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            state().groups.retain(|running| *running != group);
        }
    }
}

/// Starts a program. Where nobody listens for interrupts it stays in the group of this process.
pub(crate) fn spawn(command: &mut Command) -> io::Result<(Child, Running)> {
    let mut state = state();
    if !state.listening {
        drop(state);
        return Ok((command.spawn()?, Running(None)));
    }
    if state.came {
        return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted"));
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let child = command.spawn()?;
    state.groups.push(child.id());
    let running = Running(Some(child.id()));
    Ok((child, running))
}

/// Ends a process and what it started, if they were given a group of their own.
pub(crate) fn kill_group(leader: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw) {
        // It is gone already if this fails.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    // Elsewhere the console tells every process itself.
    #[cfg(not(unix))]
    let _ = leader;
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// Not where the command was told to outlive its terminal, as by nohup.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let on_terminal = io::stdout().is_terminal();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: on_terminal.then(|| signal(SignalKind::hangup())).transpose()?,
        })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

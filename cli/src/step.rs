//! Progress of a long piece of work: a moving line on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::printable::printable;
use crate::{Result, process};

/// Interval at which a log that is not a terminal hears that a step goes on.
const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// One piece of work that is going on.
pub struct Step {
    title: String,
    started: Instant,
    logged: Instant,
    bar: Option<ProgressBar>,
}

impl Step {
    /// Says that the work begins.
    pub fn start(title: impl Into<String>) -> Self {
        let (title, now) = (title.into(), Instant::now());
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(title.clone());
            bar.set_style(ProgressStyle::default_spinner());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        if bar.is_none() {
            eprintln!("  …   {title}");
        }
        Self { title, started: now, logged: now, bar }
    }

    /// Says how far it is.
    pub fn progress(&mut self, detail: &str) {
        let detail = printable(detail);
        let elapsed = self.started.elapsed().as_secs();
        match &self.bar {
            Some(bar) => bar.set_message(format!("{} · {elapsed} s · {detail}", self.title)),
            None if self.logged.elapsed() >= LOG_INTERVAL => {
                self.logged = Instant::now();
                eprintln!("  …   {} · {elapsed} s · {detail}", self.title);
            }
            None => {}
        }
    }

    /// Says that it is done. Returns how long it took.
    pub fn done(self) -> Duration {
        self.end("✓")
    }

    /// Says that it failed. Returns how long it took.
    pub fn failed(self) -> Duration {
        self.end("✗")
    }

    fn end(self, mark: &str) -> Duration {
        let elapsed = self.started.elapsed();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("  {mark}   {} ({:.1} s)", self.title, elapsed.as_secs_f64());
        elapsed
    }
}

/// Runs a program that shows the progress of cargo, as a step of this title.
///
/// # Errors
///
/// As [`process::run`].
pub fn run(title: impl Into<String>, command: &mut Command) -> Result<String> {
    shown(title, command, |command, watch| process::run(command, watch))
}

/// As [`run`]; where the program fails, everything that it said is in a file.
///
/// # Errors
///
/// As [`process::run_logged`].
pub fn run_logged(title: impl Into<String>, command: &mut Command, log: &Path) -> Result<String> {
    shown(title, command, |command, watch| process::run_logged(command, log, watch))
}

fn shown(
    title: impl Into<String>,
    command: &mut Command,
    run: impl FnOnce(&mut Command, &mut dyn FnMut(&str)) -> Result<String>,
) -> Result<String> {
    let mut step = Step::start(title);
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
    let ran = run(command, &mut |line| {
        step.progress(cargo_progress(line).unwrap_or(line.trim()));
    });
    if ran.is_ok() {
        step.done();
    } else {
        step.failed();
    }
    ran
}

/// Reads `45/286` and the package's name from a line of cargo's progress bar.
pub fn cargo_progress(line: &str) -> Option<&str> {
    let (_, rest) = line.trim_start().strip_prefix("Building [")?.split_once("] ")?;
    Some(rest.trim())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{cargo_progress, run};

    #[test]
    fn a_program_is_told_to_show_its_progress_and_fails_as_it_does() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo $CARGO_TERM_PROGRESS_WHEN $CARGO_TERM_PROGRESS_WIDTH"]);
        assert_eq!(run("progress", &mut command).expect("it succeeds"), "always 100\n");
        let failed = run("failure", Command::new("sh").args(["-c", "echo why; exit 3"]));
        assert!(failed.expect_err("it fails").to_string().contains("| why"));
    }

    #[test]
    fn cargo_s_progress_bar_is_read() {
        let line = "    Building [=====>      ] 45/286: serde, syn";
        assert_eq!(cargo_progress(line), Some("45/286: serde, syn"));
        assert_eq!(cargo_progress("   Compiling serde v1.0.0"), None);
    }
}

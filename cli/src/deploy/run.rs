//! Running wrangler for one server and environment.

use std::process::Command;

use super::arguments::Arguments;
use super::failure::explained;
use super::outcome::Deployment;
use super::wrangler::Wrangler;
use crate::step::{Step, cargo_progress};
use crate::wrangler;
use crate::{Error, Result, files, process};

/// Folder in which a dry run leaves what would be uploaded, below the server's.
const BUNDLE: &str = ".toolgate/bundle";

impl Wrangler<'_> {
    /// Makes sure that wrangler has an account to upload to.
    ///
    /// # Errors
    ///
    /// When it has none, or cannot reach Cloudflare.
    pub fn require_login(&self) -> Result<()> {
        let mut step = Step::start("wrangler is asked for its Cloudflare account");
        let mut command = self.command();
        command.args(["whoami", "--json"]);
        match process::run(&mut command, |line| step.progress(line.trim())) {
            Ok(_) => drop(step.done()),
            Err(error) => {
                step.failed();
                return Err(explained(error, self));
            }
        }
        Ok(())
    }

    /// Builds the Worker and uploads it, or goes through the motions for a dry run.
    ///
    /// # Errors
    ///
    /// Why it could not be built or was not accepted.
    pub fn upload(&self, arguments: &Arguments) -> Result<Deployment> {
        let mut command = self.command();
        let (verb, words) = match arguments.gradual {
            false => ("deployed", &["deploy"][..]),
            true => ("uploaded", &["versions", "upload"][..]),
        };
        command.args(words);
        // Without a value wrangler warns that there are environments.
        command.args(["--env", self.environment.unwrap_or_default()]);
        if arguments.dry_run {
            command.arg("--dry-run");
            if !arguments.wrangler.iter().any(|word| word.starts_with("--outdir")) {
                files::create_ignored_folder(&self.project.private_folder())?;
                command.args(["--outdir", BUNDLE]);
            }
        }
        command.args(&arguments.wrangler);
        let dry = if arguments.dry_run { " (dry run)" } else { "" };
        let mut step = Step::start(format!("{} is built and {verb}{dry}", self.worker));
        let mut said = Vec::new();
        let ended = process::run_logged(&mut command, &self.project.log("deploy"), |line| {
            said.push(line.to_owned());
            step.progress(cargo_progress(line).unwrap_or(line.trim()));
        });
        match ended {
            Ok(_) => drop(step.done()),
            Err(error) => {
                step.failed();
                return Err(explained(error, self));
            }
        }
        Ok(Deployment::read(&said))
    }

    /// Output of a command as JSON.
    pub(super) fn json(&self, words: &[&str]) -> Result<serde_json::Value> {
        let mut command = self.command();
        command.args(words).args(["--json", "--env", self.environment.unwrap_or_default()]);
        let text = process::run(&mut command, |_| ())?;
        // A notice may stand above it.
        let json = text.get(text.find(['{', '[']).unwrap_or_default()..).unwrap_or_default();
        serde_json::from_str(json).map_err(|error| {
            Error::new(format!("`wrangler {}` answered no JSON: {error}", words.join(" ")))
                .output(text)
        })
    }

    pub(super) fn command(&self) -> Command {
        let mut command = wrangler::command(self.project, self.tools);
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "100");
        command.env("RUST_BACKTRACE", "0").env("NO_COLOR", "1").env("FORCE_COLOR", "0");
        command
    }
}

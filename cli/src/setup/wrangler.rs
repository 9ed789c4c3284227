//! Questions and commands to wrangler.

use std::process::Command;

use serde_json::Value;

use crate::project::Project;
use crate::tools::Tools;
use crate::wrangler::{self, TYPED};
use crate::{Error, Result, process};

/// The pinned wrangler in a server's folder.
pub(super) struct Wrangler<'a> {
    pub(super) project: &'a Project,
    pub(super) tools: &'a Tools,
    /// `[env.NAME]` of `mcp.toml`.
    pub(super) environment: Option<&'a str>,
    /// True if there are any.
    pub(super) has_environments: bool,
}

impl Wrangler<'_> {
    /// As a person would type it.
    pub(super) fn typed(&self, arguments: &[&str]) -> String {
        let environment = match self.named() {
            Some("") => " --env \"\"".to_owned(),
            Some(name) => format!(" --env {name}"),
            None => String::new(),
        };
        format!("{TYPED} {}{environment}", arguments.join(" "))
    }

    /// Value of `--env`. Where there are environments and none is meant, wrangler warns about a
    /// command without it.
    fn named(&self) -> Option<&str> {
        self.environment.or(self.has_environments.then_some(""))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = wrangler::command(self.project, self.tools);
        command.args(arguments);
        command
    }

    fn command_there(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.args(self.named().map(|name| format!("--env={name}")));
        command
    }

    /// Runs it to its end, and returns what it printed.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<String> {
        process::run(&mut self.command_there(arguments), |_| ())
    }

    /// The same, with a text that only its standard input gets.
    pub(super) fn tell(&self, arguments: &[&str], input: &str) -> Result<String> {
        process::run_with_input(&mut self.command_there(arguments), input)
    }

    /// The list that a command prints as JSON.
    pub(super) fn list(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let text = self.run(arguments)?;
        // A notice may stand above it.
        let start = text.find(['[', '{']).unwrap_or_default();
        serde_json::from_str(&text[start..]).map_err(|error| {
            Error::new(format!("`{}` printed no list: {error}", self.typed(arguments)))
                .help("run it by hand to see what it says")
        })
    }

    /// # Errors
    ///
    /// When nobody is logged in.
    pub(super) fn require_login(&self) -> Result<()> {
        // Without the environment, which wrangler.jsonc may not have yet.
        match process::run(&mut self.command(&["whoami", "--json"]), |_| ()) {
            Ok(_) => Ok(()),
            Err(error) if says_logged_out(error.program_output()) => {
                Err(Error::new("wrangler is not logged in to Cloudflare").help(
                    "run `cargo toolgate wrangler -- login`, or set CLOUDFLARE_API_TOKEN on a machine without a browser, \
                     then run this again; `cargo toolgate setup --print` shows the steps without an account",
                ))
            }
            Err(error) => Err(error),
        }
    }

    /// The names of the secrets that the Worker has; none where there is no Worker yet.
    pub(super) fn secrets(&self) -> Result<Vec<String>> {
        match self.list(&["secret", "list", "--format", "json"]) {
            Ok(list) => Ok(texts(&list, "name")),
            Err(error) if says_no_worker(error.program_output()) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// The texts of one key.
pub(super) fn texts(list: &[Value], key: &str) -> Vec<String> {
    list.iter().filter_map(|one| one.get(key)?.as_str()).map(str::to_owned).collect()
}

fn says_logged_out(output: &str) -> bool {
    output.replace(' ', "").contains("\"loggedIn\":false")
}

/// Error 10007 of Cloudflare's interface: there is no such Worker.
fn says_no_worker(output: &str) -> bool {
    output.contains("10007") || output.contains("Worker") && output.contains("not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_two_refusals_are_understood() {
        assert!(says_logged_out("\n{\"loggedIn\": false}"));
        assert!(!says_logged_out("{\"loggedIn\":true}"));
        assert!(says_no_worker("✘ [ERROR] Worker \"demo\" not found."));
        assert!(says_no_worker("This Worker does not exist on your account. [code: 10007]"));
        assert!(!says_no_worker("✘ [ERROR] Authentication error [code: 10000]"));
    }
}

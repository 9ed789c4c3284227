//! Migrations of D1 that a deployed database lacks: the new Worker finds the rows that it expects.

use toolgate_config::Checked;

use super::arguments::Arguments;
use super::failure::explained;
use super::wrangler::Wrangler;
use crate::ask::Consent;
use crate::migrations::{Database, databases, pending};
use crate::step::Step;
use crate::{Error, Result, process};

/// Options of wrangler with which it would upload another Worker than the one whose databases are migrated, or
/// none.
const ELSEWHERE: [&str; 6] = ["--dry-run", "--config", "-c", "--name", "--env", "-e"];

/// Refuses to migrate for a Worker that would not be deployed.
fn refuse_elsewhere(arguments: &Arguments) -> Result<()> {
    let option = |word: &&String| {
        let name = word.split('=').next().unwrap_or_default();
        ELSEWHERE.contains(&name)
    };
    let Some(word) = arguments.wrangler.iter().find(option) else { return Ok(()) };
    Err(Error::new(format!("`{word}` behind `--` would have migrations applied for another Worker"))
        .help("leave it out: `--dry-run` and `--env` stand before `--`, the rest is in [wrangler] of mcp.toml"))
}

impl Wrangler<'_> {
    /// Applies what the deployed databases lack, after asking. The bundle is built before: code that does
    /// not compile changes no rows.
    ///
    /// # Errors
    ///
    /// When a database is not made yet, somebody says no or cannot be asked, or wrangler fails. Nothing
    /// is deployed then.
    pub fn migrate(&self, checked: &Checked, arguments: &Arguments) -> Result<()> {
        let mut lacking = Vec::new();
        for database in databases(self.project, checked) {
            let names = self.lacked(&database)?;
            if !names.is_empty() {
                lacking.push((database, names));
            }
        }
        if lacking.is_empty() {
            return Ok(());
        }
        refuse_elsewhere(arguments)?;
        self.upload(&Arguments { dry_run: true, gradual: false, ..arguments.clone() })?;
        let consent = Consent::of(arguments.migrate);
        // All of them are asked about first: whoever says no has changed nothing.
        for (database, names) in &lacking {
            let title = database.title(self.project);
            if !consent.to(&format!("{title}: apply {}", names.join(", ")))? {
                return Err(self.refused(database, &names.join(", ")));
            }
        }
        for (database, _) in &lacking {
            self.asked(&database.title(self.project), &database.apply())?;
        }
        Ok(())
    }

    /// The migrations that a deployed database lacks.
    fn lacked(&self, database: &Database) -> Result<Vec<String>> {
        let title = database.title(self.project);
        if !database.has_id {
            let setup = match self.environment {
                Some(name) => format!("cargo toolgate setup --env {name}"),
                None => "cargo toolgate setup".to_owned(),
            };
            return Err(Error::new(format!("{title}: mcp.toml has no `database_id` for the database")).help(
                format!("run `{setup}`, which makes the database or finds it, and writes the id into mcp.toml"),
            ));
        }
        let said = self.asked(
            &format!("{title}: wrangler lists those that are not applied"),
            &database.list(),
        )?;
        pending(&said).ok_or_else(|| {
            Error::new(format!("{title}: wrangler does not say which the database lacks"))
                .output(said)
                .help(format!("run `{}` to see why", self.typed(&database.list().join(" "))))
        })
    }

    fn refused(&self, database: &Database, names: &str) -> Error {
        let title = database.title(self.project);
        Error::new(format!("{title}: not applied: {names}; nothing is deployed")).help(format!(
            "run `{}` to apply them without being asked, or `{}` on a terminal and answer y",
            self.deploy(" --migrate"),
            self.deploy("")
        ))
    }

    /// Runs wrangler, and returns what it said.
    fn asked(&self, title: &str, words: &[&str]) -> Result<String> {
        let mut step = Step::start(title);
        let mut command = self.command();
        command.args(words).args(["--env", self.environment.unwrap_or_default()]);
        match process::run(&mut command, |line| step.progress(line.trim())) {
            Ok(said) => {
                step.done();
                Ok(said)
            }
            Err(error) => {
                step.failed();
                Err(explained(error, self))
            }
        }
    }
}

//! Migrations of D1 databases, applied to the rows on this machine as wrangler does for deployed ones.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use super::watch;
use crate::migrations::databases;
use crate::project::Project;
use crate::step;
use crate::tools::Tools;
use crate::wrangler;
use crate::{Error, Result};

/// The migrations that were there when they were last applied.
#[derive(Debug, Default)]
pub(super) struct Applied(BTreeMap<PathBuf, SystemTime>);

impl Applied {
    /// Applies what is new since the last time; at first, everything that the databases lack.
    ///
    /// # Errors
    ///
    /// When wrangler cannot apply one.
    pub(super) fn refresh(&mut self, project: &Project, tools: &Tools) -> Result<()> {
        let databases = databases(project, &project.config()?);
        let mut found = BTreeMap::new();
        for database in &databases {
            watch::collect(&database.folder, &mut found);
        }
        if found == self.0 {
            return Ok(());
        }
        for database in &databases {
            let mut command = wrangler::command(project, tools);
            command.args(["d1", "migrations", "apply", &database.binding, "--local", "--env", ""]);
            command.args(["--config", "wrangler.jsonc"]);
            step::run(database.title(project), &mut command).map_err(|error: Error| {
                error.or_help("correct the migration and save".to_owned())
            })?;
        }
        self.0 = found;
        Ok(())
    }
}

/// The folders with migrations, for those who look at changes.
pub(super) fn folders(project: &Project) -> Vec<PathBuf> {
    let Ok(checked) = project.config() else { return Vec::new() };
    databases(project, &checked).into_iter().map(|database| database.folder).collect()
}

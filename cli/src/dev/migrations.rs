//! Migrations of D1 databases, applied to the rows on this machine as wrangler does for deployed ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use toolgate_config::Checked;

use super::watch;
use crate::project::Project;
use crate::step;
use crate::tools::Tools;
use crate::wrangler;
use crate::{Error, Result};

/// Folder in which wrangler looks when a database does not name one.
const DEFAULT_FOLDER: &str = "migrations";

/// A database with migrations.
#[derive(Debug, PartialEq, Eq)]
struct Database {
    /// Its name for wrangler.
    binding: String,
    folder: PathBuf,
}

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
        for Database { binding, folder } in &databases {
            let mut command = wrangler::command(project, tools);
            command.args(["d1", "migrations", "apply", binding, "--local", "--env", ""]);
            command.args(["--config", "wrangler.jsonc"]);
            let shown = folder.strip_prefix(&project.root).unwrap_or(folder).display().to_string();
            step::run(format!("migrations of {binding}, in {shown}"), &mut command).map_err(
                |error: Error| error.or_help(format!("correct the migration in {shown} and save")),
            )?;
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

/// Databases whose folder of migrations is there.
fn databases(project: &Project, checked: &Checked) -> Vec<Database> {
    let listed = checked.wrangler.get("d1_databases").and_then(toml::Value::as_array);
    let text = |database: &toml::Value, key| {
        database.get(key).and_then(toml::Value::as_str).map(str::to_owned)
    };
    let of = |database: &toml::Value| {
        let folder = text(database, "migrations_dir");
        let folder = project.root.join(folder.as_deref().unwrap_or(DEFAULT_FOLDER));
        let has_some = has_migrations(&folder);
        text(database, "binding").filter(|_| has_some).map(|binding| Database { binding, folder })
    };
    listed.into_iter().flatten().filter_map(of).collect()
}

fn has_migrations(folder: &Path) -> bool {
    let mut found = BTreeMap::new();
    watch::collect(folder, &mut found);
    found.keys().any(|path| path.extension().is_some_and(|extension| extension == "sql"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_with_a_folder_of_migrations_is_found() {
        let root = std::env::temp_dir().join(format!("toolgate-migrations-{}", std::process::id()));
        for file in ["migrations/0001_first.sql", "more/0001_other.sql", "empty/readme.md"] {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            std::fs::write(file, "").expect("a file");
        }
        let project = Project { workspace: root.clone(), root: root.clone(), package: "a".into() };
        let text = "[server]\nname = \"A\"\n[wrangler]\nd1_databases = [\
            { binding = \"A\" }, { binding = \"B\", migrations_dir = \"more\" }, \
            { binding = \"C\", migrations_dir = \"empty\" }, { binding = \"D\", migrations_dir = \"no\" }]\n";
        let checked = toolgate_config::check(text).expect("a configuration");
        let found = databases(&project, &checked);
        let found: Vec<_> = found.iter().map(|one| (one.binding.as_str(), &one.folder)).collect();
        assert_eq!(found, [("A", &root.join("migrations")), ("B", &root.join("more"))]);
        std::fs::remove_dir_all(&root).expect("it is removed");
    }
}

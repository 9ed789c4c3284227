//! Migrations of D1 databases: which there are, and which a deployed database lacks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toolgate_config::Checked;
use toolgate_config::deploy::{Migrated, migrated};

use crate::project::Project;

/// wrangler's words for a database that lacks none.
const NONE_PENDING: &str = "No migrations to apply";

/// A database with migrations.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Database {
    /// Its name for wrangler.
    pub(crate) binding: String,
    pub(crate) folder: PathBuf,
    /// True if `mcp.toml` says which one it is at Cloudflare.
    pub(crate) has_id: bool,
}

impl Database {
    /// For people: the folder from that of the server.
    pub(crate) fn title(&self, project: &Project) -> String {
        let folder = self.folder.strip_prefix(&project.root).unwrap_or(&self.folder);
        format!("migrations of {}, in {}", self.binding, folder.display())
    }

    /// The words for wrangler that list what the deployed database lacks.
    pub(crate) fn list(&self) -> [&str; 5] {
        ["d1", "migrations", "list", &self.binding, "--remote"]
    }

    /// The words for wrangler that apply it.
    pub(crate) fn apply(&self) -> [&str; 5] {
        ["d1", "migrations", "apply", &self.binding, "--remote"]
    }
}

/// Databases whose folder of migrations is there.
pub(crate) fn databases(project: &Project, checked: &Checked) -> Vec<Database> {
    let of = |Migrated { binding, folder, has_id }: Migrated<'_>| {
        let folder = project.root.join(folder);
        has_migrations(&folder).then(|| Database { binding: binding.to_owned(), folder, has_id })
    };
    migrated(checked).filter_map(of).collect()
}

/// wrangler looks at the files of the folder itself, and at no others.
fn has_migrations(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| is_migration(&entry.path()))
}

fn is_migration(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sql")
}

/// The migrations that a list of wrangler names. `None` where it says neither which nor that there are none.
pub(crate) fn pending(said: &str) -> Option<Vec<String>> {
    if said.contains(NONE_PENDING) {
        return Some(Vec::new());
    }
    let is_between = |c: char| c.is_whitespace() || c == '│' || c == '|';
    let names: BTreeSet<_> =
        said.split(is_between).filter(|word| is_migration(Path::new(word))).collect();
    (!names.is_empty()).then(|| names.into_iter().map(str::to_owned).collect())
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
            { binding = \"A\" }, { binding = \"B\", migrations_dir = \"more\", database_id = \"b\" }, \
            { binding = \"C\", migrations_dir = \"empty\" }, { binding = \"D\", migrations_dir = \"no\" }]\n";
        let checked = toolgate_config::check(text).expect("a configuration");
        let found = databases(&project, &checked);
        let found: Vec<_> =
            found.iter().map(|one| (one.binding.as_str(), &one.folder, one.has_id)).collect();
        let expected = [("A", &root.join("migrations"), false), ("B", &root.join("more"), true)];
        assert_eq!(found, expected);
        std::fs::remove_dir_all(&root).expect("it is removed");
    }

    #[test]
    fn what_wrangler_lists_is_read_and_nothing_is_taken_for_none() {
        assert_eq!(pending("✅ No migrations to apply!"), Some(Vec::new()));
        let table = "Migrations to be applied:\n┌──────┐\n│ Name │\n├──────┤\n│ 0001_notes.sql │\n\
                     ├──────┤\n│ 0002_more.sql │\n└──────┘\n";
        let names = ["0001_notes.sql".to_owned(), "0002_more.sql".to_owned()];
        assert_eq!(pending(table), Some(names.to_vec()));
        assert_eq!(pending("something else"), None);
        assert_eq!(pending(""), None);
    }
}

//! The folders of migrations that `mcp.toml` names, as a database of a test gets them.

use std::fs;
use std::path::Path;

/// The statements of all migrations of a folder, in the order in which wrangler applies them: by name.
///
/// # Panics
/// The folder has none, or one cannot be read.
pub(super) fn statements(folder: &Path) -> String {
    let shown = folder.display();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let paths = entries.flatten().map(|entry| entry.path());
    let is_migration = |path: &Path| path.extension().is_some_and(|extension| extension == "sql");
    let mut files: Vec<_> = paths.filter(|path| is_migration(path)).collect();
    assert!(!files.is_empty(), "{shown} has no migrations, which are files that end with .sql");
    files.sort();
    let read = |path: &Path| {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    // The last statement of a file may have no semicolon.
    files.iter().map(|path| read(path) + "\n;\n").collect()
}

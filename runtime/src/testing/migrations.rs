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

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
        let folder =
            std::env::temp_dir().join(format!("toolgate-d1-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        for (file, text) in files {
            fs::write(folder.join(file), text).expect("a file");
        }
        folder
    }

    #[test]
    fn migrations_are_one_text_in_the_order_of_their_names() {
        let files = [
            ("0002_price.sql", "ALTER TABLE books ADD price REAL"),
            ("0001_books.sql", "CREATE TABLE books (title TEXT);"),
            ("readme.md", "not a statement"),
        ];
        let statements = statements(&folder("order", &files));
        let database = crate::platform::native::double::D1Database::new(&statements);
        drop(database);
        assert!(!statements.contains("not a statement"), "{statements}");
        assert!(statements.starts_with("CREATE TABLE books"), "{statements}");
    }

    #[test]
    #[should_panic(expected = "has no migrations, which are files that end with .sql")]
    fn a_folder_without_migrations_is_told_by_its_name() {
        statements(&folder("none", &[("readme.md", "")]));
    }

    #[test]
    #[should_panic(expected = "toolgate-d1-missing")]
    fn a_folder_that_is_not_there_is_told_by_its_name() {
        statements(Path::new("toolgate-d1-missing"));
    }
}

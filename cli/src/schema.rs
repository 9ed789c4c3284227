//! `cargo toolgate schema`: the JSON Schema of `mcp.toml`, by which editors complete and explain it.

use toolgate_config::schema::json_schema_text;

use crate::project::Project;
use crate::{Result, files, terminal};

/// Line with which an `mcp.toml` names its schema: in a folder that git ignores, since the schema
/// is that of the installed `cargo toolgate` and no part of the server.
pub(crate) const DIRECTIVE: &str = "#:schema ./.toolgate/mcp.schema.json";

/// Prints the schema.
///
/// # Errors
///
/// When it cannot be printed.
pub fn print() -> Result<()> {
    terminal::print(&json_schema_text())
}

/// Writes the schema to where `mcp.toml` looks for it, if its first line says so.
///
/// # Errors
///
/// When it cannot be written.
pub fn refresh(project: &Project) -> Result<()> {
    let source = files::read_if_present(&project.config_file())?.unwrap_or_default();
    if source.lines().next().map(str::trim_end) != Some(DIRECTIVE) {
        return Ok(());
    }
    let folder = project.private_folder();
    let (path, wanted) = (folder.join("mcp.schema.json"), json_schema_text());
    if files::read_if_present(&path)?.as_deref() == Some(&wanted) {
        return Ok(());
    }
    files::create_ignored_folder(&folder)?;
    files::write(&path, &wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_written_where_mcp_toml_looks_for_it_and_nowhere_else() {
        let root = std::env::temp_dir().join(format!("toolgate-schema-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder");
        let project =
            Project { workspace: root.clone(), root: root.clone(), package: "server".into() };
        let written = root.join(".toolgate/mcp.schema.json");
        for (first, expected) in [("# Who may sign in", false), (DIRECTIVE, true)] {
            let source = format!("{first}\n\n[server]\nname = \"A server\"\n");
            std::fs::write(project.config_file(), source).expect("a file");
            refresh(&project).expect("it can be written");
            assert_eq!(written.exists(), expected, "{first}");
        }
        let text = std::fs::read_to_string(&written).expect("the schema");
        assert_eq!(text, json_schema_text());
        assert!(root.join(".toolgate/.gitignore").exists());
        std::fs::remove_dir_all(&root).expect("a folder");
    }

    #[test]
    fn the_template_looks_for_its_schema_there() {
        let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates/access/mcp.toml");
        let source = std::fs::read_to_string(template).expect("the template");
        assert_eq!(source.lines().next(), Some(DIRECTIVE));
    }
}

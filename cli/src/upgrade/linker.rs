//! Linker flags of the Worker: `.cargo/config.toml`.

use std::path::PathBuf;

use crate::project::Project;
use crate::toolchain::TARGET;
use crate::{Doing, Result, files};

/// Text for the file.
pub(super) const SECTION: &str = "\
# Function names are a fifth of a Worker; wasm-bindgen reads the two sections that stay.
[target.wasm32-unknown-unknown]
rustflags = [
    \"-Clink-arg=--strip-all\",
    \"-Clink-arg=--keep-section=target_features\",
    \"-Clink-arg=--keep-section=__wasm_bindgen_unstable\",
]
";

const FLAGS: [&str; 3] = [
    "-Clink-arg=--strip-all",
    "-Clink-arg=--keep-section=target_features",
    "-Clink-arg=--keep-section=__wasm_bindgen_unstable",
];

/// State of the flags.
pub(super) enum Linker {
    /// They are there.
    Fine,
    /// They can be added to this file, which has this text now.
    Addable(PathBuf, Option<String>),
    /// The file says something else of the same target, which may be meant.
    Other(PathBuf),
}

/// Looks where cargo looks: in the server's folder and above.
pub(super) fn look(project: &Project) -> Result<Linker> {
    let mut other = None;
    for folder in project.root.ancestors() {
        let path = folder.join(".cargo/config.toml");
        let Some(text) = files::read_if_present(&path)? else { continue };
        let table: toml::Table = text.parse().doing(|| format!("read {}", path.display()))?;
        let Some(target) = table.get("target").and_then(|targets| targets.get(TARGET)) else {
            continue;
        };
        let has = |flag: &&str| match target.get("rustflags") {
            Some(toml::Value::Array(flags)) => {
                flags.iter().any(|found| found.as_str() == Some(flag))
            }
            Some(toml::Value::String(flags)) => flags.split_whitespace().any(|f| f == *flag),
            _ => false,
        };
        if FLAGS.iter().all(has) {
            return Ok(Linker::Fine);
        }
        other.get_or_insert(path);
    }
    if let Some(path) = other {
        return Ok(Linker::Other(path));
    }
    let path = project.workspace.join(".cargo/config.toml");
    let text = files::read_if_present(&path)?;
    Ok(Linker::Addable(path, text))
}

#[cfg(test)]
mod tests {
    use super::SECTION;

    #[test]
    fn new_servers_are_linked_in_the_same_way() {
        let template = include_str!("../../../templates/access/.cargo/config.toml");
        assert_eq!(template.replace("\r\n", "\n"), SECTION);
    }
}

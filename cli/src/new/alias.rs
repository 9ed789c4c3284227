//! Folders in which cargo would not run this program: an alias goes before a subcommand of its name, and
//! counts in every folder below that of its `.cargo`.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::{Error, Result};

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    alias: toml::Table,
}

/// Refuses a place where `cargo toolgate` is something else.
///
/// # Errors
///
/// Which file has the alias, and where to go.
pub(super) fn refuse(parent: &Path) -> Result<()> {
    for folder in parent.ancestors() {
        for name in ["config.toml", "config"] {
            let file = folder.join(".cargo").join(name);
            // One that cannot be read is cargo's to complain of.
            let Ok(text) = fs::read_to_string(&file) else { continue };
            let Ok(Config { alias }) = toml::from_str(&text) else { continue };
            if alias.contains_key("toolgate") {
                let (file, folder) = (file.display(), folder.display());
                return Err(Error::new(format!(
                    "a server below {folder} cannot use `cargo toolgate`: {file} has an alias of that name"
                ))
                .help(format!(
                    "go to a folder outside of {folder}, or name one: `--project FOLDER`; in Toolgate's own \
                     clone, `cd ..` at its top; nothing was written"
                )));
            }
        }
    }
    Ok(())
}

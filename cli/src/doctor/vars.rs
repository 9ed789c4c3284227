//! The variables of a local run: `.dev.vars`, or a file like it, over `[wrangler.vars]`.

use std::collections::BTreeMap;
use std::path::Path;

use toolgate_config::Setting;

use crate::{Result, dotenv, files};

/// The file of a server.
pub(super) const DEV_VARS: &str = ".dev.vars";

/// The values that a local run has. They are never printed.
pub(super) struct Vars {
    /// The file, as it is called in messages.
    pub(super) file: String,
    /// True if there is such a file.
    pub(super) is_there: bool,
    values: BTreeMap<String, String>,
    /// `[wrangler.vars]`, which the file goes before.
    shared: BTreeMap<String, String>,
}

impl Vars {
    /// Reads a file, which may be absent.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be read.
    pub(super) fn read(path: &Path, file: &str, wrangler: &toml::Table) -> Result<Self> {
        let text = files::read_if_present(path)?;
        Ok(Self::of(file, text.as_deref(), wrangler))
    }

    /// Of the text of a file, `None` where there is no file.
    pub(super) fn of(file: &str, text: Option<&str>, wrangler: &toml::Table) -> Self {
        let shared = wrangler.get("vars").and_then(toml::Value::as_table).into_iter().flatten();
        let shared = shared
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let values = text.map(dotenv::parse).unwrap_or_default();
        Self { file: file.to_owned(), is_there: text.is_some(), values, shared }
    }

    /// The value in the file, without the white space around it; `None` also for an empty one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// True if the file names it, perhaps without a value.
    pub(super) fn names(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Value of a setting of `mcp.toml`.
    ///
    /// # Errors
    ///
    /// The variable that has no value here.
    pub(super) fn resolve<'a>(
        &'a self,
        setting: &'a Setting,
    ) -> std::result::Result<&'a str, &'a str> {
        match setting {
            Setting::Literal(text) => Ok(text),
            Setting::Var(name) => {
                let shared = || self.shared.get(name.as_ref()).map(String::as_str);
                self.get(name).or_else(shared).ok_or(name.as_ref())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_goes_before_wrangler_s_vars() {
        let wrangler = "[vars]\nA = 'shared'\nB = 'shared'\nC = 3\n".parse().expect("it is TOML");
        let vars = Vars::of(".dev.vars", Some("A=own\nB=\"\"\n"), &wrangler);
        let resolve = |name: &'static str| {
            vars.resolve(&Setting::Var(name.into())).map(str::to_owned).map_err(str::to_owned)
        };
        assert_eq!(resolve("A"), Ok("own".to_owned()));
        assert_eq!(resolve("B"), Ok("shared".to_owned()));
        assert_eq!(resolve("C"), Err("C".to_owned()));
        assert!(vars.names("B") && !vars.names("C"));
    }
}

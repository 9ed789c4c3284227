//! Places of clients' files on a machine.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The properties of a machine that decide where files are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    /// As [`std::env::consts::OS`].
    pub(super) os: &'static str,
    /// A variable of the environment, if it is set and not empty.
    pub(super) variable: Variable,
}

type Variable = fn(&str) -> Option<PathBuf>;

impl Machine {
    pub(super) fn this() -> Self {
        let variable = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        Self { os: std::env::consts::OS, variable }
    }

    /// A file in the person's home.
    pub(super) fn at_home(self, path: &'static str) -> ClientFile {
        let home = if self.os == "windows" { "USERPROFILE" } else { "HOME" };
        ClientFile::in_folder_of(home, path)
    }

    /// A file in the folder that a variable names; `None` where it is not set.
    pub(super) fn in_variable(self, name: &'static str, path: &'static str) -> Option<ClientFile> {
        (self.variable)(name).map(|_| ClientFile::in_folder_of(name, path))
    }
}

/// The place of a client's file.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClientFile {
    base: Base,
    path: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Base {
    /// The folder of the server.
    Project,
    /// The folder that a variable names.
    Variable(&'static str),
}

impl ClientFile {
    /// A file in the folder of the server.
    pub(super) const fn in_project(path: &'static str) -> Self {
        Self { base: Base::Project, path }
    }

    /// A file in the folder that a variable names.
    pub(super) const fn in_folder_of(variable: &'static str, path: &'static str) -> Self {
        Self { base: Base::Variable(variable), path }
    }

    /// As documentation writes it.
    pub(super) fn shown(self) -> String {
        match self.base {
            Base::Project => self.path.to_owned(),
            Base::Variable("HOME" | "USERPROFILE") => format!("~/{}", self.path),
            Base::Variable(name @ "APPDATA") => format!("%{name}%/{}", self.path),
            Base::Variable(name) => format!("${name}/{}", self.path),
        }
    }

    /// The file itself.
    pub(super) fn resolve(self, project: &Path, machine: Machine) -> Result<PathBuf> {
        match self.base {
            Base::Project => Ok(project.join(self.path)),
            Base::Variable(name) => (machine.variable)(name)
                .filter(|folder| folder.is_absolute())
                .map(|folder| folder.join(self.path))
                .ok_or_else(|| {
                    Error::new(format!(
                        "{name} does not name a folder, so {} is nowhere",
                        self.shown()
                    ))
                    .help(format!("set {name}, or leave out `--write` and paste what is printed"))
                }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::client::Client;
    use crate::connect::clients::{CLAUDE_DESKTOP, CODEX, CURSOR};

    fn everything(name: &str) -> Option<PathBuf> {
        Some(Path::new("/of").join(name))
    }

    fn home(name: &str) -> Option<PathBuf> {
        (name == "HOME").then(|| PathBuf::from("/home/ada"))
    }

    fn path(client: &Client, os: &'static str, variable: Variable) -> String {
        let machine = Machine { os, variable };
        let place = (client.file)(true, machine).expect("it has a file");
        let path = place.resolve(Path::new("/project"), machine).expect("it is somewhere");
        path.display().to_string().replace('\\', "/")
    }

    #[test]
    fn the_file_of_a_person_is_where_each_system_keeps_it() {
        let desktop = &CLAUDE_DESKTOP;
        let file = "Claude/claude_desktop_config.json";
        assert_eq!(path(desktop, "linux", home), format!("/home/ada/.config/{file}"));
        assert_eq!(path(desktop, "linux", everything), format!("/of/XDG_CONFIG_HOME/{file}"));
        assert_eq!(
            path(desktop, "macos", everything),
            format!("/of/HOME/Library/Application Support/{file}")
        );
        assert_eq!(path(desktop, "windows", everything), format!("/of/APPDATA/{file}"));
        assert_eq!(path(&CODEX, "linux", home), "/home/ada/.codex/config.toml");
        assert_eq!(path(&CODEX, "linux", everything), "/of/CODEX_HOME/config.toml");
        assert_eq!(path(&CURSOR, "windows", everything), "/of/USERPROFILE/.cursor/mcp.json");
    }

    #[test]
    fn without_its_variable_there_is_no_file_and_the_variable_is_named() {
        let nothing = |_: &str| None;
        let relative = |name: &str| (name == "HOME").then(|| PathBuf::from("ada"));
        let cases: [(Variable, &'static str, &str); 3] = [
            (nothing, "linux", "HOME"),
            (nothing, "windows", "APPDATA"),
            (relative, "macos", "HOME"),
        ];
        for (variable, os, name) in cases {
            let machine = Machine { os, variable };
            let place = (CLAUDE_DESKTOP.file)(false, machine).expect("it has a file");
            let error = place.resolve(Path::new("/project"), machine).expect_err("nowhere");
            assert!(
                error.to_string().starts_with(&format!("{name} does not name a folder")),
                "{error}"
            );
        }
    }
}

//! The clients, and which file each reads.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use crate::{Error, Result};

/// A program that can be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// Claude Code
    ClaudeCode,
    /// Claude Desktop
    ClaudeDesktop,
    /// claude.ai in a browser
    #[value(name = "claude.ai", alias = "claude-ai")]
    #[serde(rename = "claude.ai")]
    ClaudeAi,
    /// Cursor
    Cursor,
    /// Visual Studio Code
    #[value(name = "vscode", alias = "vs-code")]
    #[serde(rename = "vscode")]
    VsCode,
    /// Codex: its command line, IDE extension and desktop app
    Codex,
    /// MCP Inspector
    Inspector,
    /// mcp-remote, for clients that can only start programs
    McpRemote,
}

impl Client {
    /// Name on the command line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::ClaudeDesktop => "claude-desktop",
            Self::ClaudeAi => "claude.ai",
            Self::Cursor => "cursor",
            Self::VsCode => "vscode",
            Self::Codex => "codex",
            Self::Inspector => "inspector",
            Self::McpRemote => "mcp-remote",
        }
    }

    /// Name for people.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
            Self::ClaudeAi => "claude.ai",
            Self::Cursor => "Cursor",
            Self::VsCode => "VS Code",
            Self::Codex => "Codex",
            Self::Inspector => "MCP Inspector",
            Self::McpRemote => "mcp-remote",
        }
    }

    /// The file it reads: that of the project where it has one, or that of the person.
    pub(super) fn place(self, global: bool, machine: Machine) -> Option<ClientFile> {
        let place = |base, path| Some(ClientFile { base, path });
        match (self, global) {
            // https://code.claude.com/docs/en/mcp, "MCP installation scopes". The file of the person
            // also holds the state of Claude Code, which writes it at any time.
            (Self::ClaudeCode, false) => place(Base::Project, ".mcp.json"),
            // https://cursor.com/docs/mcp, "Configuration locations".
            (Self::Cursor, false) => place(Base::Project, ".cursor/mcp.json"),
            (Self::Cursor, true) => place(machine.home(), ".cursor/mcp.json"),
            // https://code.visualstudio.com/docs/copilot/reference/mcp-configuration. The file of the
            // person is one for each profile.
            (Self::VsCode, false) => place(Base::Project, ".vscode/mcp.json"),
            // https://learn.chatgpt.com/docs/extend/mcp.
            (Self::Codex, _) if (machine.variable)("CODEX_HOME").is_some() => {
                place(Base::Variable("CODEX_HOME"), "config.toml")
            }
            (Self::Codex, _) => place(machine.home(), ".codex/config.toml"),
            // https://modelcontextprotocol.io/docs/develop/connect-local-servers.
            (Self::ClaudeDesktop, _) => {
                let (base, path) = match machine.os {
                    "macos" => (machine.home(), DESKTOP_MACOS),
                    "windows" => (Base::Variable("APPDATA"), DESKTOP),
                    _ if (machine.variable)("XDG_CONFIG_HOME").is_some() => {
                        (Base::Variable("XDG_CONFIG_HOME"), DESKTOP)
                    }
                    _ => (machine.home(), DESKTOP_LINUX),
                };
                place(base, path)
            }
            (Self::ClaudeCode | Self::VsCode, true)
            | (Self::ClaudeAi | Self::Inspector | Self::McpRemote, _) => None,
        }
    }
}

const DESKTOP: &str = "Claude/claude_desktop_config.json";
const DESKTOP_MACOS: &str = "Library/Application Support/Claude/claude_desktop_config.json";
const DESKTOP_LINUX: &str = ".config/Claude/claude_desktop_config.json";

/// Facts about this machine that decide where files are.
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

    fn home(self) -> Base {
        Base::Variable(if self.os == "windows" { "USERPROFILE" } else { "HOME" })
    }
}

/// Location of a file of a client.
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

    fn everything(name: &str) -> Option<PathBuf> {
        Some(Path::new("/of").join(name))
    }

    fn home(name: &str) -> Option<PathBuf> {
        (name == "HOME").then(|| PathBuf::from("/home/ada"))
    }

    fn path(client: Client, os: &'static str, variable: Variable) -> String {
        let machine = Machine { os, variable };
        let place = client.place(true, machine).expect("it has a file");
        let path = place.resolve(Path::new("/project"), machine).expect("it is somewhere");
        path.display().to_string().replace('\\', "/")
    }

    #[test]
    fn the_file_of_a_person_is_where_each_system_keeps_it() {
        let desktop = Client::ClaudeDesktop;
        assert_eq!(path(desktop, "linux", home), format!("/home/ada/{DESKTOP_LINUX}"));
        assert_eq!(path(desktop, "linux", everything), format!("/of/XDG_CONFIG_HOME/{DESKTOP}"));
        assert_eq!(path(desktop, "macos", everything), format!("/of/HOME/{DESKTOP_MACOS}"));
        assert_eq!(path(desktop, "windows", everything), format!("/of/APPDATA/{DESKTOP}"));
        assert_eq!(path(Client::Codex, "linux", home), "/home/ada/.codex/config.toml");
        assert_eq!(path(Client::Codex, "linux", everything), "/of/CODEX_HOME/config.toml");
        assert_eq!(path(Client::Cursor, "windows", everything), "/of/USERPROFILE/.cursor/mcp.json");
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
            let place = Client::ClaudeDesktop.place(false, machine).expect("it has a file");
            let error = place.resolve(Path::new("/project"), machine).expect_err("nowhere");
            assert!(
                error.to_string().starts_with(&format!("{name} does not name a folder")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_client_is_called_alike_everywhere() {
        for client in Client::value_variants() {
            let value = client.to_possible_value().expect("it is no secret");
            assert_eq!(value.get_name(), client.as_str());
            assert_eq!(serde_json::to_value(client).expect("JSON"), client.as_str());
        }
    }
}

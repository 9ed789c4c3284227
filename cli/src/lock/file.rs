//! The file `mcp.lock`.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::project::Project;
use crate::{Error, Result, files};

/// The file, beside `mcp.toml`.
pub const NAME: &str = "mcp.lock";

/// Raised when an older `cargo toolgate` could misread the file.
pub(super) const VERSION: u32 = 2;

/// In place of a policy: a route that everybody may call.
pub const PUBLIC: &str = "public";

/// In place of a policy: a route whose requests are signed.
pub const SIGNED: &str = "hmac";

const HEADER: &str = "# Made by `cargo toolgate lock`; reviewed, committed, never edited.\n";

/// A `mcp.lock`; each kind is sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub(super) version: u32,
    /// The settings that matter to a reviewer, by key; a file of version 1 has none.
    #[serde(default, rename = "setting", skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<Setting>,
    /// The policies that guard something, also by way of another policy.
    #[serde(default, rename = "policy", skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<Policy>,
    /// `#[mcp_tool]`.
    #[serde(default, rename = "tool", skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Function>,
    /// `#[mcp_prompt]`.
    #[serde(default, rename = "prompt", skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<Function>,
    /// `#[mcp_resource]`.
    #[serde(default, rename = "resource", skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Function>,
    /// `#[http]`.
    #[serde(default, rename = "route", skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Function>,
    /// `#[cron]`, `#[queue]` and `#[email]`.
    #[serde(default, rename = "trigger", skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
}

/// One function that no client starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// `cron.<name>`, `queue.<name>` or `email`.
    pub name: String,
    /// The name of the function.
    pub function: String,
}

/// One setting of `mcp.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Its key, with dots.
    pub key: String,
    /// Its value as TOML in one line.
    pub value: String,
}

/// One policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// As in `[policies.<name>]`.
    pub name: String,
    /// Its conditions as TOML in one line.
    pub rule: String,
}

/// One tool, prompt or resource. Descriptions are hashed: git shows them where they are written, which
/// it does not for schemas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Unique within its kind.
    pub name: String,
    /// The policy that guards it.
    pub policy: String,
    /// URI of a resource, or template for many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Media type of a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Whom a resource is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// Importance of a resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<f64>,
    /// `readOnlyHint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// `destructiveHint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    /// `idempotentHint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    /// `openWorldHint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
    /// `optional` or `required`; absent: never a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Hosts at which it may act as its caller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub as_caller: Vec<String>,
    /// Connections whose accounts of its caller it may use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<String>,
    /// By what else than a policy the sender of a request to a route is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// The quota that its calls are charged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
    /// Hash of the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Hash of the pictures' addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icons: Option<String>,
    /// Arguments, as JSON: the input schema of a tool, the arguments of a prompt. Version 1 has a
    /// hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The schema of a tool's structured result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<String>,
}

impl Lock {
    /// That of a server.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not one that is understood.
    pub fn read(project: &Project) -> Result<Self> {
        match files::read_if_present(&project.root.join(NAME))? {
            Some(text) => Self::parse(&text),
            None => Err(Error::new(format!("{NAME} does not exist"))
                .help("run `cargo toolgate lock`, read what it says, and commit the file")),
        }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When it is of another version, or not what `cargo toolgate lock` writes.
    pub fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = toml::from_str(text).map_err(|error| broken(&error))?;
        match table.get("version").and_then(toml::Value::as_integer) {
            Some(version) if version > i64::from(VERSION) => {
                return Err(Error::new(format!(
                    "{NAME} is of version {version}; this cargo-toolgate knows {VERSION}"
                ))
                .help("install the cargo-toolgate that wrote it, or run `cargo toolgate lock`"));
            }
            _ => {}
        }
        let lock: Self = toml::from_str(text).map_err(|error| broken(&error))?;
        match repeated(&lock) {
            Some(what) => Err(broken(&format!("{what} is there twice"))),
            None => Ok(lock),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    ///
    /// When it cannot stand in TOML.
    pub fn text(&self) -> Result<String> {
        let body = toml::to_string(self)
            .map_err(|error| Error::new(format!("cannot write {NAME}: {error}")))?;
        Ok(format!("{HEADER}{body}"))
    }

    /// Every function with its kind: tools, prompts, resources, routes.
    pub fn functions(&self) -> impl Iterator<Item = (FunctionKind, &Function)> {
        FunctionKind::ALL
            .into_iter()
            .flat_map(|kind| self.of(kind).iter().map(move |one| (kind, one)))
    }

    /// The function of this name.
    pub fn function(&self, kind: FunctionKind, name: &str) -> Option<&Function> {
        self.of(kind).iter().find(|function| function.name == name)
    }

    /// All functions of a kind.
    pub fn of(&self, kind: FunctionKind) -> &[Function] {
        match kind {
            FunctionKind::Tool => &self.tools,
            FunctionKind::Prompt => &self.prompts,
            FunctionKind::Resource => &self.resources,
            FunctionKind::Route => &self.routes,
        }
    }
}

/// Kind of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// `#[mcp_tool]`.
    Tool,
    /// `#[mcp_prompt]`.
    Prompt,
    /// `#[mcp_resource]`.
    Resource,
    /// `#[http]`.
    Route,
}

impl FunctionKind {
    const ALL: [Self; 4] = [Self::Tool, Self::Prompt, Self::Resource, Self::Route];

    /// `tool`, `prompt`, `resource` or `route`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::Route => "route",
        }
    }
}

fn broken(why: &impl Display) -> Error {
    Error::new(format!("{NAME} is not what `cargo toolgate lock` writes"))
        .output(why.to_string())
        .help("run `cargo toolgate lock`, and see in git what became of it")
}

/// An entry that a merge has left in the file twice.
fn repeated(lock: &Lock) -> Option<String> {
    let settings = lock.settings.iter().map(|setting| ("setting", &setting.key));
    let policies = lock.policies.iter().map(|policy| ("policy", &policy.name));
    let functions = lock.functions().map(|(kind, function)| (kind.as_str(), &function.name));
    let triggers = lock.triggers.iter().map(|trigger| ("trigger", &trigger.name));
    let mut seen = BTreeSet::new();
    settings
        .chain(policies)
        .chain(functions)
        .chain(triggers)
        .find(|one| !seen.insert(*one))
        .map(|(kind, name)| format!("the {kind} `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let function = |name: &str| Function {
            name: name.to_owned(),
            policy: "image-makers".to_owned(),
            ..Function::default()
        };
        Lock {
            version: VERSION,
            settings: vec![Setting {
                key: "identity.issuer".to_owned(),
                value: "\"https://login.example.com\"".to_owned(),
            }],
            policies: vec![Policy {
                name: "image-makers".to_owned(),
                rule: "any = [{ emails = [\"ada@example.com\"] }]".to_owned(),
            }],
            tools: vec![Function {
                read_only: Some(true),
                description: Some("sha256:00".to_owned()),
                ..function("draw")
            }],
            resources: vec![Function {
                uri: Some("docs://{page}".to_owned()),
                audience: vec!["user".to_owned()],
                priority: Some(0.5),
                ..function("page")
            }],
            ..Lock::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = lock().text().expect("it is written");
        assert_eq!(Lock::parse(&text).expect("it is read"), lock());
        assert!(text.starts_with(HEADER), "{text}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(Lock::parse(&crlf).expect("git may change the line ends"), lock());
    }

    fn refused(text: &str) -> String {
        Lock::parse(text).expect_err("it is refused").to_string()
    }

    #[test]
    fn what_is_no_lock_file_names_the_command() {
        let merging = "version = 1\n<<<<<<< HEAD\n";
        let foreign = "version = 1\n[[package]]\nname = \"serde\"\n";
        for text in ["", "{}", "version = \"1\"", merging, foreign] {
            let error = refused(text);
            assert!(error.contains("run `cargo toolgate lock`"), "{error}");
        }
        assert!(refused(merging).contains("line 2"), "{}", refused(merging));
        assert!(refused(foreign).contains("package"), "{}", refused(foreign));
    }

    #[test]
    fn what_a_merge_doubled_is_refused() {
        let tool = "[[tool]]\nname = \"draw\"\npolicy = \"everyone\"\n";
        let error = refused(&format!("version = 1\n{tool}{tool}"));
        assert!(error.contains("the tool `draw` is there twice"), "{error}");
    }

    #[test]
    fn a_newer_file_is_not_misread() {
        let error = refused("version = 3\nwhatever = true\n");
        assert!(error.contains("is of version 3; this cargo-toolgate knows 2"), "{error}");
    }
}

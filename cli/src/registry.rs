//! Functions that a server serves. Only the compiled crate knows, and tells in a test that
//! `serve!()` adds.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::project::Project;
use crate::{Doing, Error, Result, files, host, step};

/// The test, with the module that `serve!()` puts it in.
const TEST: &str = "toolgate_worker::the_registry_can_be_exported";

/// The variable that names the file it writes.
pub const FILE: &str = "TOOLGATE_REGISTRY";

/// Version that is understood here (`runtime/src/tool/export.rs`).
const VERSION: u32 = 1;

/// Everything that a server serves, each kind sorted by name.
#[derive(Debug, Default, Deserialize)]
pub struct Registry {
    pub(crate) version: u32,
    /// Problems that only the whole program shows, one line each.
    pub problems: Vec<String>,
    /// `#[mcp_tool]`.
    #[serde(default)]
    pub tools: Vec<Function>,
    /// `#[mcp_prompt]`.
    #[serde(default)]
    pub prompts: Vec<Function>,
    /// `#[mcp_resource]`.
    #[serde(default)]
    pub resources: Vec<Function>,
    /// `#[http]`.
    #[serde(default)]
    pub routes: Vec<Function>,
    /// `#[cron]`, `#[queue]` and `#[email]`, sorted.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
}

/// A function that no client starts.
#[derive(Debug, Clone, Deserialize)]
pub struct Trigger {
    /// `cron`, `queue` or `email`.
    pub kind: String,
    /// The name of its section in `mcp.toml`; empty for mail.
    pub name: String,
    /// The name of the function.
    pub function: String,
}

/// A tool, prompt or resource; what its kind does not have is absent.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Unique within its kind.
    pub name: String,
    /// The policy that guards it.
    pub policy: String,
    /// `file:line`.
    pub location: String,
    /// URI, or template for many.
    pub uri: Option<String>,
    /// Name for people.
    pub title: Option<String>,
    /// Description for models and people.
    pub description: Option<String>,
    /// Addresses of pictures.
    pub icons: Vec<String>,
    /// Media type.
    pub mime_type: Option<String>,
    /// Whom a resource is for.
    pub audience: Vec<String>,
    /// Between 0, optional, and 1, required.
    pub priority: Option<f64>,
    /// JSON Schema of a tool's arguments.
    pub input_schema: Option<Value>,
    /// JSON Schema of a tool's structured result.
    pub output_schema: Option<Value>,
    /// Arguments of a prompt.
    pub arguments: Option<Value>,
    /// `readOnlyHint`.
    pub read_only: Option<bool>,
    /// `destructiveHint`.
    pub destructive: Option<bool>,
    /// `idempotentHint`.
    pub idempotent: Option<bool>,
    /// `openWorldHint`.
    pub open_world: Option<bool>,
    /// `optional` or `required`; absent: never a task.
    pub task: Option<String>,
    /// Hosts at which it may act as its caller.
    pub as_caller: Vec<String>,
    /// Connections of `mcp.toml` whose accounts of its caller it may use.
    pub connections: Vec<String>,
    /// By what else than a policy the sender of a request to a route is known.
    pub proof: Option<String>,
    /// The quota that its calls are charged to.
    pub quota: Option<String>,
}

impl Registry {
    /// Compiles the server for this machine, and asks it.
    ///
    /// # Errors
    ///
    /// The compiler's last lines, or that the server has no such test.
    pub fn of(project: &Project) -> Result<Self> {
        let folder = project.private_folder();
        files::create_ignored_folder(&folder)?;
        let path = folder.join(format!("registry-{}.json", std::process::id()));
        let registry = ask(project, &path).and_then(|()| Self::read(&path));
        // It is of this moment only; one that stays behind is ignored by git.
        let _ = std::fs::remove_file(&path);
        registry
    }

    /// Reads what the test of a server has written.
    ///
    /// # Errors
    ///
    /// When it has not, or is of another version.
    pub fn read(path: &Path) -> Result<Self> {
        match files::read_if_present(path)? {
            Some(text) => Self::parse(&text),
            None => Err(Error::new("the server does not say what it serves").help(
                "`toolgate::serve!();` stands at the root of its library, and its toolgate is as new \
                 as this cargo-toolgate",
            )),
        }
    }

    /// Everything, whatever its kind.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        [&self.tools, &self.prompts, &self.resources, &self.routes].into_iter().flatten()
    }

    fn parse(text: &str) -> Result<Self> {
        let registry: Self =
            serde_json::from_str(text).doing(|| "read what the server serves".to_owned())?;
        if registry.version == VERSION {
            return Ok(registry);
        }
        Err(Error::new(
            "the server's toolgate and this cargo-toolgate do not understand each other",
        )
        .help("install the cargo-toolgate of the same version as the server's toolgate"))
    }
}

fn ask(project: &Project, path: &Path) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["test", "--lib", "--package", &project.package]);
    command.current_dir(&project.root).env(FILE, path);
    host::build_for(&mut command, &project.root)?;
    command.args(["--", TEST]);
    let title = format!("{} is asked what it serves", project.package);
    step::run_logged(title, &mut command, &project.log("registry")).map(drop)
}

#[cfg(test)]
mod tests {
    use super::Registry;

    #[test]
    fn another_version_is_not_misread() {
        let newer = r#"{"version":2,"problems":[]}"#;
        let error = Registry::parse(newer).expect_err("it is refused").to_string();
        assert!(error.contains("same version"), "{error}");
    }

    #[test]
    fn a_server_whose_functions_clash_says_so_and_nothing_else() {
        let text = r#"{"version":1,"problems":["two tools are named `add`"]}"#;
        let registry = Registry::parse(text).expect("it is read");
        assert_eq!(registry.problems, ["two tools are named `add`"]);
        assert!(registry.tools.is_empty());
    }
}

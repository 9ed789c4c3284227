//! Every tool that was linked into the Worker.

use std::fmt;
use std::sync::OnceLock;

use futures_util::future::LocalBoxFuture;
use toolgate_config::Config;
use toolgate_core::mcp::Family;
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::ResourceInfo;
use toolgate_core::mcp::tool::ToolInfo;

use super::arguments::Arguments;
use super::context::Context;

/// What `#[mcp_tool]` makes of a function.
pub struct ToolDef {
    /// What clients see of it, and the policy that guards it.
    pub info: ToolInfo,
    /// Checks the arguments and runs it.
    pub call: for<'a> fn(&'a Context, Arguments) -> LocalBoxFuture<'a, ToolResult>,
    /// Whether it talks with its client in ways that a legacy revision needs a session for.
    pub interactive: bool,
    /// What it needs of the server besides being called.
    pub families: &'static [&'static dyn Family],
    /// `file:line` of the function.
    pub location: &'static str,
}

/// Runs a prompt, a resource, or a completion.
pub type Run = for<'a> fn(&'a Context, Arguments) -> LocalBoxFuture<'a, Outcome>;

/// Completes what was typed of one argument.
pub type Complete = for<'a> fn(&'a Context, &'a str) -> LocalBoxFuture<'a, Vec<String>>;

/// What `#[mcp_prompt]` makes of a function.
pub struct PromptDef {
    /// What clients see of it, and the policy that guards it.
    pub info: PromptInfo,
    /// Checks the arguments and runs it.
    pub call: Run,
    /// For each of [`PromptInfo::arguments`], what completes it.
    pub complete: &'static [Option<Complete>],
    /// As for tools.
    pub interactive: bool,
    /// As for tools; the family of prompts among them.
    pub families: &'static [&'static dyn Family],
    /// `file:line` of the function.
    pub location: &'static str,
}

/// What `#[mcp_resource]` makes of a function.
pub struct ResourceDef {
    /// What clients see of it, and the policy that guards it.
    pub info: ResourceInfo,
    /// Checks the variables and reads it.
    pub call: for<'a> fn(&'a Context, Arguments, &'a str) -> LocalBoxFuture<'a, Outcome>,
    /// For each of [`ResourceInfo::variables`], what completes it.
    pub complete: &'static [Option<Complete>],
    /// As for tools.
    pub interactive: bool,
    /// As for tools; the family of resources among them.
    pub families: &'static [&'static dyn Family],
    /// `file:line` of the function.
    pub location: &'static str,
}

inventory::collect!(ToolDef);
inventory::collect!(PromptDef);
inventory::collect!(ResourceDef);

/// The tools of this Worker, sorted by name.
pub struct Registry {
    tools: Vec<&'static ToolDef>,
    infos: Vec<ToolInfo>,
}

impl Registry {
    /// What clients see of the tools, sorted by name.
    #[must_use]
    pub fn infos(&self) -> &[ToolInfo] {
        &self.infos
    }

    /// The tools themselves, in the same order.
    #[must_use]
    pub fn tools(&self) -> &[&'static ToolDef] {
        &self.tools
    }

    fn collect(tools: impl Iterator<Item = &'static ToolDef>) -> Result<Self, Clash> {
        let mut tools: Vec<_> = tools.collect();
        // By place as well, so that a clash reads the same every time.
        tools.sort_unstable_by_key(|tool| (tool.info.name, tool.location));
        for pair in tools.windows(2) {
            if let [first, second] = pair
                && first.info.name == second.info.name
            {
                return Err(Clash {
                    name: first.info.name,
                    first: first.location,
                    second: second.location,
                });
            }
        }
        let infos = tools.iter().map(|tool| listed(&tool.info)).collect();
        Ok(Self { tools, infos })
    }
}

/// Leaves out an output schema that MCP does not allow: its root has to be an object, and whether
/// it is one is known only when the type has been asked.
fn listed(info: &ToolInfo) -> ToolInfo {
    let output_schema = info.output_schema.filter(|make| make()["type"] == "object");
    ToolInfo { output_schema, ..*info }
}

/// Two tools have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    name: &'static str,
    first: &'static str,
    second: &'static str,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, first, second } = self;
        write!(f, "two tools are named `{name}`: at {first} and at {second}")
    }
}

impl std::error::Error for Clash {}

/// The tools of this Worker, collected at the first call.
///
/// # Errors
///
/// Two tools, of different crates, have the same name.
pub fn registry() -> Result<&'static Registry, Clash> {
    static REGISTRY: OnceLock<Result<Registry, Clash>> = OnceLock::new();
    REGISTRY
        .get_or_init(|| Registry::collect(inventory::iter::<ToolDef>.into_iter()))
        .as_ref()
        .map_err(|clash| *clash)
}

/// One line per tool whose policy the configuration does not know. Such a tool refuses everyone;
/// it comes from a crate that was compiled beside another `mcp.toml`, or beside none.
pub(crate) fn unknown_policies(registry: &Registry, config: &Config) -> Vec<String> {
    registry
        .tools
        .iter()
        .filter(|tool| tool.info.policy != "everyone")
        .filter(|tool| config.policies.iter().all(|policy| policy.name != tool.info.policy))
        .map(|tool| {
            format!(
                "{}: tool `{}` is guarded by the policy `{}`, which mcp.toml does not define",
                tool.location, tool.info.name, tool.info.policy
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use toolgate_core::mcp::tool::{Annotations, Schema, TaskSupport};

    use super::*;

    const fn tool(name: &'static str, location: &'static str) -> ToolDef {
        ToolDef {
            info: ToolInfo {
                name,
                title: None,
                description: None,
                input_schema: Schema::Static("{}"),
                output_schema: None,
                annotations: Annotations {
                    read_only: None,
                    destructive: None,
                    idempotent: None,
                    open_world: None,
                },
                policy: "everyone",
                icons: &[],
                headers: &[],
                task: TaskSupport::Forbidden,
            },
            interactive: false,
            families: &[],
            call: |_, _| Box::pin(async { ToolResult::default() }),
            location,
        }
    }

    static ADD: ToolDef = tool("add", "src/a.rs:1");
    static ADD_AGAIN: ToolDef = tool("add", "src/b.rs:2");
    static SUB: ToolDef = tool("sub", "src/a.rs:9");

    #[test]
    fn tools_are_sorted_by_name() {
        let registry = Registry::collect([&SUB, &ADD].into_iter()).expect("no clash");
        let names: Vec<_> = registry.infos().iter().map(|info| info.name).collect();
        assert_eq!(names, ["add", "sub"]);
    }

    #[test]
    fn a_clash_names_both_places() {
        let clash = Registry::collect([&ADD_AGAIN, &SUB, &ADD].into_iter()).err();
        assert_eq!(
            clash.expect("a clash").to_string(),
            "two tools are named `add`: at src/a.rs:1 and at src/b.rs:2"
        );
    }

    #[test]
    fn an_output_schema_that_is_no_object_is_not_listed() {
        let mut info = ADD.info;
        info.output_schema = Some(|| json!({ "type": "array" }));
        assert!(listed(&info).output_schema.is_none());
        info.output_schema = Some(|| json!({ "type": "object" }));
        assert!(listed(&info).output_schema.is_some());
    }
}

//! Definitions, which the macros make of functions.

use futures_util::future::LocalBoxFuture;
use toolgate_core::mcp::Family;
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::prompt::PromptInfo;
use toolgate_core::mcp::resource::ResourceInfo;
use toolgate_core::mcp::tool::ToolInfo;
use toolgate_core::upstream::kept::Named;

use super::arguments::Arguments;
use crate::context::current::Context;
use crate::ports::feature::Feature;

/// A tool, as `#[mcp_tool]` makes it of a function.
pub struct ToolDef {
    /// Its description for clients, and the policy that guards it.
    pub info: ToolInfo,
    /// Checks the arguments and runs it.
    pub call: for<'a> fn(&'a Context, Arguments) -> LocalBoxFuture<'a, ToolResult>,
    /// Its needs.
    pub needs: Needs,
    /// `file:line` of the function.
    pub location: &'static str,
}

/// A prompt, as `#[mcp_prompt]` makes it of a function.
pub struct PromptDef {
    /// Its description for clients, and the policy that guards it.
    pub info: PromptInfo,
    /// Checks the arguments and runs it.
    pub call: for<'a> fn(&'a Context, Arguments) -> LocalBoxFuture<'a, CallResult>,
    /// For each of [`PromptInfo::arguments`], what completes it.
    pub complete: &'static [Option<Complete>],
    /// Its needs.
    pub needs: Needs,
    /// `file:line` of the function.
    pub location: &'static str,
}

/// A resource, as `#[mcp_resource]` makes it of a function.
pub struct ResourceDef {
    /// Its description for clients, and the policy that guards it.
    pub info: ResourceInfo,
    /// Checks the variables and reads the URI.
    pub call: for<'a> fn(&'a Context, Arguments, &'a str) -> LocalBoxFuture<'a, CallResult>,
    /// For each of [`ResourceInfo::variables`], what completes it.
    pub complete: &'static [Option<Complete>],
    /// Its needs.
    pub needs: Needs,
    /// `file:line` of the function.
    pub location: &'static str,
}

/// Completes what was typed of one argument.
pub type Complete = for<'a> fn(&'a Context, &'a str) -> LocalBoxFuture<'a, CallResult>;

/// The needs of a function: parts that its server has to have. The macros read it from the function's
/// body, so that a server contains what its functions use, and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Needs {
    /// True if it talks with its client in ways that a legacy revision needs a session for.
    pub interactive: bool,
    /// The methods of MCP that come with it.
    pub families: &'static [&'static dyn Family],
    /// The features that it needs.
    pub features: &'static [&'static dyn Feature],
    /// The groups and claims of its caller that it looks at.
    pub named: &'static [Named],
}

impl Needs {
    /// True for a tool that says that it acts as its caller.
    pub(crate) fn acts_as_caller(&self) -> bool {
        self.features.iter().any(|feature| feature.as_caller().is_some())
    }
}

inventory::collect!(ToolDef);
inventory::collect!(PromptDef);
inventory::collect!(ResourceDef);

/// The common part of the three kinds.
pub(crate) trait Def: 'static {
    /// `tool`, `prompt` or `resource`.
    fn kind(&self) -> &'static str;
    fn name(&self) -> &'static str;
    fn policy(&self) -> &'static str;
    fn needs(&'static self) -> &'static Needs;
    fn location(&self) -> &'static str;
}

macro_rules! defs {
    ($($type:ident $kind:literal)*) => {$(
        impl Def for $type {
            fn kind(&self) -> &'static str {
                $kind
            }

            fn name(&self) -> &'static str {
                self.info.name
            }

            fn policy(&self) -> &'static str {
                self.info.policy
            }

            fn needs(&'static self) -> &'static Needs {
                &self.needs
            }

            fn location(&self) -> &'static str {
                self.location
            }
        }
    )*};
}

defs! {
    ToolDef "tool"
    PromptDef "prompt"
    ResourceDef "resource"
}

//! Prompts as the registry has them, and their results.

use serde_json::Value;

use super::content::Content;
use super::icon::Icon;
use super::outcome::{Shape, Shaped};
use super::revision::Revision;

pub use super::role::Role;

/// One prompt as `prompts/list` describes it, and the policy that guards it.
#[derive(Debug, Clone, Copy)]
pub struct PromptInfo {
    /// Unique name.
    pub name: &'static str,
    /// Name for people.
    pub title: Option<&'static str>,
    /// A description.
    pub description: Option<&'static str>,
    /// Its arguments; values are text.
    pub arguments: &'static [PromptArgument],
    /// Pictures for people.
    pub icons: &'static [Icon],
    /// Name of the policy in `mcp.toml`, or `everyone`.
    pub policy: &'static str,
}

/// `PromptArgument`.
#[derive(Debug, Clone, Copy)]
pub struct PromptArgument {
    /// Name for clients.
    pub name: &'static str,
    /// A description.
    pub description: Option<&'static str>,
    /// True if it must be given.
    pub required: bool,
    /// True if `completion/complete` has values for it.
    pub completes: bool,
}

/// `PromptMessage`.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptMessage {
    /// The speaker.
    pub role: Role,
    /// The content.
    pub content: Content,
}

/// `GetPromptResult`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PromptResult {
    /// The purpose of the prompt.
    pub description: Option<String>,
    /// The conversation it begins with.
    pub messages: Vec<PromptMessage>,
}

impl Shape for PromptResult {
    fn shape(self: Box<Self>, revision: Revision) -> Shaped {
        let messages = self.messages.into_iter().map(|message| {
            super::json::object(vec![
                ("role", Value::from(message.role.as_str())),
                ("content", super::result::block(message.content, revision)),
            ])
        });
        let mut result = super::json::object(vec![("messages", messages.collect())]);
        if let Some(description) = self.description {
            result["description"] = Value::from(description);
        }
        Shaped::complete(result)
    }
}

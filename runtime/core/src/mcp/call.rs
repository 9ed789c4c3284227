//! What the adapter has to run before an answer is whole.

use serde_json::{Map, Value};

use super::method::Method;
use super::peer::Peer;
use crate::audit::CallAudit;

/// A call that was allowed, or whose [`refusal`](Self::refusal) waits for the check of its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which answer this is for: to be given back with the result.
    pub slot: usize,
    /// What is called.
    pub target: Target,
    /// What the client sent; not yet checked against the target's schema. For a resource, the
    /// variables of its template; for a completion, the arguments that are known already.
    pub arguments: Map<String, Value>,
    /// JSON-RPC id, for logs and cancellation.
    pub request_id: Value,
    /// The client, as far as this call may use it.
    pub peer: Peer,
    /// What a client that was asked something sends along (2026-07-28).
    pub retry: Retry,
    /// What the audit trail is told of it.
    pub audit: CallAudit,
    /// A policy refuses these arguments: nothing runs, and this is the answer unless the arguments are
    /// not those of the tool, which is said first.
    pub refusal: Option<String>,
}

/// What a [`Call`] runs. Numbers are indices into the lists of [`Server`](super::Server).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `tools/call`.
    Tool(usize),
    /// `prompts/get`.
    Prompt(usize),
    /// `resources/read`.
    Resource {
        /// The resource or template.
        resource: usize,
        /// What is read.
        uri: String,
    },
    /// `completion/complete` for an argument of a prompt.
    PromptCompletion {
        /// The prompt.
        prompt: usize,
        /// Index into its arguments.
        argument: usize,
        /// What was typed so far.
        value: String,
    },
    /// `completion/complete` for a variable of a template.
    ResourceCompletion {
        /// The template.
        resource: usize,
        /// Index into its variables.
        variable: usize,
        /// What was typed so far.
        value: String,
    },
}

impl Target {
    /// The method that calls it.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::Tool(_) => Method::CallTool,
            Self::Prompt(_) => Method::GetPrompt,
            Self::Resource { .. } => Method::ReadResource,
            Self::PromptCompletion { .. } | Self::ResourceCompletion { .. } => Method::Complete,
        }
    }
}

/// `inputResponses` and `requestState` of a request that was sent again.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Retry {
    /// The answers, by the keys of the questions.
    pub responses: Map<String, Value>,
    /// What the server gave the client to keep.
    pub state: Option<String>,
}

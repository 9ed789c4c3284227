//! Work that the adapter has to run before an answer is whole.

use serde_json::{Map, Value};

use super::method::Method;
use super::peer::Peer;
use crate::audit::CallAudit;

/// A call that was allowed, or whose [`refusal`](Self::refusal) waits for the check of its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which answer this is for: to be given back with the result.
    pub slot: usize,
    /// The target of the call.
    pub target: Target,
    /// Arguments as the client sent them; not yet checked against the target's schema. For a
    /// resource, the variables of its template; for a completion, the arguments that are known
    /// already.
    pub arguments: Map<String, Value>,
    /// JSON-RPC id, for logs and cancellation.
    pub request_id: Value,
    /// The client, as far as this call may use it.
    pub peer: Peer,
    /// Answers that a client sends along after it was asked something (2026-07-28).
    pub retry: Retry,
    /// The call's audit events.
    pub audit: CallAudit,
    /// A policy refuses these arguments: nothing runs, and this is the answer unless the arguments are
    /// not those of the tool, which is said first.
    pub refusal: Option<String>,
}

/// Target of a [`Call`]. Numbers are indices into the lists of [`Server`](super::Server).
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
        /// The URI to read.
        uri: String,
    },
    /// `completion/complete` for an argument of a prompt.
    PromptCompletion {
        /// The prompt.
        prompt: usize,
        /// Index into its arguments.
        argument: usize,
        /// Text typed so far.
        value: String,
    },
    /// `completion/complete` for a variable of a template.
    ResourceCompletion {
        /// The template.
        resource: usize,
        /// Index into its variables.
        variable: usize,
        /// Text typed so far.
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
    /// State that the server gave the client to keep.
    pub state: Option<String>,
}

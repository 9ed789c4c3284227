//! Questions of a running call to its client: elicitation, sampling, roots.

use serde_json::Value;

/// One question. In the legacy revisions it is a request of the server; in 2026-07-28 it is an entry
/// of `inputRequests` (MCP 2026-07-28, multi round-trip requests).
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Names the question among those of one call; the same in every round.
    pub key: String,
    /// What is asked.
    pub question: Question,
}

/// What a client can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// `elicitation/create`, form mode: a flat object of this schema.
    Form {
        /// For the person.
        message: String,
        /// `requestedSchema`.
        schema: Value,
    },
    /// `elicitation/create`, URL mode: the person is sent to a page.
    Url {
        /// For the person.
        message: String,
        /// An `https:` address without secrets.
        url: String,
    },
    /// `sampling/createMessage` with these params.
    Sampling(Value),
    /// `roots/list`.
    Roots,
}

//! The audit trail: one typed event for each security decision.
//!
//! An event never holds a token, a code or a secret. E-mail addresses and arguments are added by
//! the adapter only where `[audit]` of `mcp.toml` asks for them.

use std::cell::RefCell;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person signed in at the identity provider.
    SignIn,
    /// A person decided on the approval page, or an earlier decision was remembered.
    Consent,
    /// A code became tokens.
    TokenIssued,
    /// A refresh token became its successor.
    TokenRefreshed,
    /// A request was refused.
    Refused,
    /// A grant was ended.
    Revoked,
    /// A tool was called by somebody its policy allows.
    ToolAllowed,
    /// A tool was called by somebody its policy does not allow.
    ToolDenied,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What was decided.
    pub kind: Kind,
    /// Why: a stable code with a line in the documentation.
    pub reason: &'static str,
    /// Pseudonym of the person: the name of the storage shard.
    pub user: Option<String>,
    /// E-mail address, for `[audit] include = ["email"]` only.
    pub email: Option<String>,
    /// Key of the OAuth client.
    pub client: Option<String>,
    /// Name of the tool.
    pub tool: Option<String>,
    /// Name of the policy that decided.
    pub policy: Option<String>,
}

impl Event {
    /// An event of which nothing else is known yet.
    #[must_use]
    pub fn new(kind: Kind, reason: &'static str) -> Self {
        Self { kind, reason, user: None, email: None, client: None, tool: None, policy: None }
    }
}

/// The events of one request, in order; the adapter writes them out at its end.
#[derive(Debug, Default)]
pub struct Log(RefCell<Vec<Event>>);

impl Log {
    /// Adds an event.
    pub fn record(&self, event: Event) {
        self.0.borrow_mut().push(event);
    }

    /// Takes the events out.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        self.0.take()
    }
}

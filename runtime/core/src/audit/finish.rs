//! The end of a call.

/// Result of a call, for the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// With a result.
    Ok,
    /// With a result that says that the tool could not do its work.
    ToolError,
    /// With a JSON-RPC error.
    Error,
    /// With an error that says that the person said no to a question.
    Declined,
    /// With an error that the caller knows the id of, and the log the words.
    Internal,
    /// With a question; the client sends the call again with the answer.
    InputRequired,
    /// As a task, which goes on by itself.
    Task,
    /// The function panicked.
    Panicked,
    /// The function took longer than `[limits] tool_timeout`.
    TimedOut,
    /// Nobody wanted the answer any more.
    Cancelled,
    /// The server was stopped in the middle of it; how far the function came is not known.
    Lost,
}

impl CallOutcome {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Error => "error",
            Self::Declined => "declined",
            Self::Internal => "internal",
            Self::InputRequired => "input_required",
            Self::Task => "task",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finish {
    /// Its result.
    pub outcome: CallOutcome,
    /// Milliseconds that it took, by a clock that stands still while a function does not wait.
    pub ms: u64,
    /// Bytes of the JSON-RPC response; 0 where there is none.
    pub bytes: usize,
}

/// The response to a call, once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The result that the response reports.
    pub outcome: CallOutcome,
    /// Bytes of its JSON text.
    pub bytes: usize,
}

//! What a running call wants of its host.

use serde_json::Value;
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::ask::{Ask, ElicitationReply};
use toolgate_core::mcp::outcome::CallResult;

use crate::ports::feature::Record;

/// Who hosts a call, which decides how it asks its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostKind {
    /// One HTTP request. In 2026-07-28 a question ends the call, and the client sends it again with
    /// the answer; in the legacy revisions nothing can be asked.
    Stateless,
    /// A session: questions are requests of the server.
    Session,
    /// A task: questions wait in it until the client brings answers.
    Task,
}

/// What the host has to do next.
#[derive(Debug)]
pub(crate) enum Step {
    /// Send a notification, if there is where to; JSON text.
    Send(String),
    /// Put these questions to the client and [`reply`](super::Running::reply) with the answers. Never for a
    /// host without state.
    Ask(Vec<Asked>),
    /// Keep this for the next run, before the call goes on. For tasks only.
    Keep {
        /// The key in [`Record::memo`].
        key: String,
        /// What it came to.
        value: Value,
    },
    /// Nobody waits any more for the answer to the question of this id.
    Withdraw(String),
    /// End the HTTP stream; the client comes back for the rest.
    Release,
    /// Go on as a task, from the start with this record; this run is over. Only for a host without
    /// state, of a call whose function says that it comes to this.
    StartTask(Record),
    /// The call is over.
    Done(CallResult),
}

/// A question under way.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// What its reply names: for a session, the id of the server's request; for a task, the key.
    pub(crate) id: String,
    /// What is asked.
    pub(crate) ask: Ask,
    /// How it is put and its reply read.
    pub(crate) wire: &'static Wire,
}

/// What a question is on the wire. Named by what asks, so that a server without questions does not
/// contain it.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The server's request of this id.
    pub(crate) request: fn(&Ask, &str, Revision) -> String,
    /// What the client's response says; `None` for one that is no answer to the question.
    pub(super) read: fn(&Ask, &Result<Value, Value>) -> Option<ElicitationReply>,
}

pub(super) static WIRE: Wire = Wire { request: Ask::request, read: Ask::read_response };

//! Steps that a running call has its host take: those of every host, and those of one kind of host.

use serde_json::Value;
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::ask::{Ask, ElicitationReply};
use toolgate_core::mcp::outcome::CallResult;

use crate::ports::feature::Record;

/// The kind of a call's host, which decides how it asks its client.
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

/// The next step of the host, whose own steps are `S`.
#[derive(Debug)]
pub(crate) enum Step<S> {
    /// Send a notification, if there is where to; JSON text.
    Send(String),
    /// A step that only this kind of host takes.
    Host(S),
    /// The call is over.
    Done(CallResult),
}

/// The own step of a host without state: go on as a task, from the start with this record; this run is
/// over. Only of a call whose function says that it comes to this.
#[derive(Debug)]
pub(crate) struct StartTask(pub(crate) Record);

/// The own steps of a session.
#[derive(Debug)]
pub(crate) enum SessionStep {
    /// Put these questions to the client and [`reply`](super::Running::reply) with the answers.
    Ask(Vec<Asked>),
    /// End the HTTP stream; the client comes back for the rest.
    Release,
}

/// The own steps of a task.
#[derive(Debug)]
pub(crate) enum TaskStep {
    /// Put these questions to the client and [`reply`](super::Running::reply) with the answers.
    Ask(Vec<Asked>),
    /// Nobody waits any more for the answer to the question of this id.
    Withdraw(String),
    /// Keep this for the next run, before the call goes on.
    Keep {
        /// The key in [`Record::memo`].
        key: String,
        /// The result that is kept.
        value: Value,
    },
}

/// A question under way.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The id that its reply names: for a session, that of the server's request; for a task, the key.
    pub(crate) id: String,
    /// The question itself.
    pub(crate) ask: Ask,
    /// Its form on the wire.
    pub(crate) wire: &'static Wire,
}

/// The form of a question on the wire. Named by what asks, so that a server without questions does not
/// contain it.
#[derive(Debug)]
pub(crate) struct Wire {
    /// The server's request of this id.
    pub(crate) request: fn(&Ask, &str, Revision) -> String,
    /// Reads the client's response; `None` for one that is no answer to the question.
    pub(super) read: fn(&Ask, &Result<Value, Value>) -> Option<ElicitationReply>,
}

pub(super) static WIRE: Wire = Wire { request: Ask::request, read: Ask::read_response };

//! The extension `io.modelcontextprotocol/tasks`, for clients of 2026-07-28.

use serde_json::Value;

use super::super::fault::missing_capability;
use super::super::jsonrpc::Request;
use super::super::methods::{Answer, Family, Scope};
use super::super::peer::{Peer, TASKS_EXTENSION};
use super::super::task::{self, TaskRequest};
use super::super::{Fault, Revision, json::object};

/// The methods for tasks.
pub static TASKS: &dyn Family = &Tasks;

#[derive(Debug)]
struct Tasks;

impl Family for Tasks {
    fn methods(&self, revision: Revision) -> &'static [&'static str] {
        if revision.is_modern() { &["tasks/get", "tasks/update", "tasks/cancel"] } else { &[] }
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        if scope.revision.is_modern() {
            capabilities["extensions"] = object(vec![(TASKS_EXTENSION, object(vec![]))]);
        }
    }

    fn answer(&self, scope: &Scope<'_>, request: Request, _slot: usize) -> Result<Answer, Fault> {
        if !Peer::read(scope, &request.params)?.capabilities.tasks {
            return Err(missing_capability(task::required()));
        }
        TaskRequest::read(scope, &request).map(|task| Answer::Task(Box::new(task)))
    }
}

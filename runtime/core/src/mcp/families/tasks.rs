//! The extension `io.modelcontextprotocol/tasks`, for clients of 2026-07-28.

use serde_json::Value;

use super::super::fault::missing_capability;
use super::super::jsonrpc::Request;
use super::super::peer::TASKS_EXTENSION;
use super::super::server::{Family, MethodAnswer, Scope};
use super::super::task::{self, TaskRequest};
use super::super::{Fault, Group, Method, describe, json::object};

/// The methods for tasks.
pub static TASKS: &dyn Family = &Tasks;

#[derive(Debug)]
struct Tasks;

impl Family for Tasks {
    fn group(&self) -> Group {
        Group::Tasks
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        if scope.revision.has_tasks() {
            capabilities["extensions"] = object(vec![(TASKS_EXTENSION, object(vec![]))]);
        }
    }

    fn answer(
        &self,
        scope: &Scope<'_>,
        method: Method,
        request: Request,
        _slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        if !scope.peer(&request.params)?.capabilities.tasks {
            return Err(missing_capability(task::required()));
        }
        let info = describe::server_info(scope.server, scope.revision);
        TaskRequest::read(method, &request, scope.revision, info)
            .map(|task| MethodAnswer::Task(Box::new(task)))
    }
}

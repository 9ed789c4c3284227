//! `tools/list`, `tools/call`.

use serde_json::{Map, Value};
use toolgate_policy::Arguments;

use super::super::call::{Call, Target};
use super::super::guard;
use super::super::jsonrpc::Request;
use super::super::list::{self, Listing};
use super::super::server::{MethodAnswer, Scope};
use super::super::tool::{TaskSupport, ToolInfo};
use super::super::{Fault, INVALID_PARAMS, Revision, describe, fault, param_headers, retry, task};

struct Tools<'a>(&'a [ToolInfo]);

impl Listing for Tools<'_> {
    fn key(&self) -> &'static str {
        "tools"
    }

    fn entry(&self, index: usize) -> Option<(&'static str, &'static str)> {
        self.0.get(index).map(|tool| (tool.name, tool.policy))
    }

    fn write(&self, out: &mut String, index: usize, revision: Revision) {
        describe::write_tool(out, &self.0[index], revision);
    }
}

/// Answers `tools/list`.
pub(in super::super) fn list(
    scope: &Scope<'_>,
    params: &Map<String, Value>,
) -> Result<String, Fault> {
    list::page(scope, params, &Tools(scope.server.tools))
}

/// Answers `tools/call`.
pub(in super::super) fn call(
    scope: &Scope<'_>,
    request: Request,
    slot: usize,
) -> Result<MethodAnswer, Fault> {
    let Request { id, mut params, .. } = request;
    let arguments = super::arguments(&mut params)?;
    let name = super::text(&params, "name")?;
    let tools = scope.server.tools;
    let found = tools.binary_search_by_key(&name, |tool| tool.name).ok();
    let tool = found.map(|index| &tools[index]);
    let told = tool.map(|tool| (tool.name, tool.policy));
    let admits = guard::admits(scope, &guard::TOOL, told, Arguments::Call(&arguments));
    let (Some(index), Some(tool)) = (found, tool) else {
        return Err(super::unknown("tool", name));
    };
    let refusal = if admits {
        None
    } else {
        let refusing = scope.server.refusing;
        let message = refusing.and_then(|it| (it.message)(scope, tool.policy, &arguments));
        Some(message.ok_or_else(|| super::unknown("tool", name))?)
    };
    if scope.revision.mirrors_headers()
        && let Some(headers) = scope.headers
    {
        param_headers::check(headers, tool.headers, &arguments)?;
    }
    let peer = scope.peer(&params)?;
    if tool.task == TaskSupport::Required && !peer.capabilities.tasks {
        return Err(needs_tasks(scope.revision));
    }
    Ok(MethodAnswer::Call(Box::new(Call {
        slot,
        target: Target::Tool(index),
        arguments,
        request_id: id,
        peer,
        retry: retry::take(scope, &mut params)?,
        refusal,
        audit: scope.server.log.hold(),
    })))
}

/// The fault for a client that does not know tasks. In a legacy revision no client does.
fn needs_tasks(revision: Revision) -> Fault {
    if revision.has_tasks() {
        fault::missing_capability(task::required())
    } else {
        Fault::new(INVALID_PARAMS, "This tool runs as a task only, which takes MCP 2026-07-28")
    }
}

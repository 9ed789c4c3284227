//! `tools/list`, `tools/call`.

use serde_json::{Map, Value};

use super::super::call::{Call, Target};
use super::super::guard::{self, Told};
use super::super::jsonrpc::Request;
use super::super::list::{self, Listing};
use super::super::methods::{Answer, Scope};
use super::super::peer::Peer;
use super::super::tool::ToolInfo;
use super::super::{Fault, Revision, describe, param_headers, retry};
use crate::audit::{Kind, Reason};

const TOLD: Told =
    Told { allowed: Kind::ToolAllowed, denied: Kind::ToolDenied, unknown: Reason::UnknownTool };

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
) -> Result<Answer, Fault> {
    let Request { id, mut params, .. } = request;
    let arguments = super::arguments(&mut params)?;
    let name = super::text(&params, "name")?;
    let tools = scope.server.tools;
    let found = tools.binary_search_by_key(&name, |tool| tool.name).ok();
    let tool = found.map(|index| &tools[index]);
    if !guard::admits(scope, &TOLD, tool.map(|tool| (tool.name, tool.policy)), &arguments) {
        return Err(super::unknown("tool", name));
    }
    let (Some(index), Some(tool)) = (found, tool) else {
        return Err(super::unknown("tool", name));
    };
    if scope.revision.is_modern()
        && let Some(headers) = scope.headers
    {
        param_headers::check(headers, tool.headers, &arguments)?;
    }
    Ok(Answer::Call(Box::new(Call {
        slot,
        target: Target::Tool(index),
        arguments,
        request_id: id,
        peer: Peer::read(scope, &params)?,
        retry: retry::take(scope, &mut params)?,
    })))
}

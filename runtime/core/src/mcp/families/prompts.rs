//! `prompts/list`, `prompts/get`.

use serde_json::Value;
use toolgate_policy::Arguments;

use super::super::call::{Call, Target};
use super::super::capabilities;
use super::super::describe;
use super::super::guard::{self, Told};
use super::super::jsonrpc::{self, Request};
use super::super::list::{self, Listing};
use super::super::prompt::PromptInfo;
use super::super::server::{Family, MethodAnswer, Scope};
use super::super::{Fault, Group, Method, Revision, retry};
use crate::audit::{EventKind, Reason};
use crate::mcp::json::to_text;

/// The methods for prompts.
pub static PROMPTS: &dyn Family = &Prompts;

pub(super) const TOLD: Told = Told {
    allowed: Some(EventKind::PromptAllowed),
    denied: EventKind::PromptDenied,
    unknown: Reason::UnknownPrompt,
};

#[derive(Debug)]
struct Prompts;

impl Family for Prompts {
    fn group(&self) -> Group {
        Group::Prompts
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        capabilities["prompts"] = capabilities::listed(scope);
    }

    fn answer(
        &self,
        scope: &Scope<'_>,
        method: Method,
        request: Request,
        slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        if method == Method::GetPrompt {
            return get(scope, request, slot);
        }
        let result = list::page(scope, &request.params, &Listed(scope.server.prompts))?;
        Ok(MethodAnswer::Ready(jsonrpc::success(&request.id, &result)))
    }
}

struct Listed<'a>(&'a [PromptInfo]);

impl Listing for Listed<'_> {
    fn key(&self) -> &'static str {
        "prompts"
    }

    fn entry(&self, index: usize) -> Option<(&'static str, &'static str)> {
        self.0.get(index).map(|prompt| (prompt.name, prompt.policy))
    }

    fn write(&self, out: &mut String, index: usize, revision: Revision) {
        out.push_str(&to_text(&describe::prompt(&self.0[index], revision)));
    }
}

/// The prompt of this name, if the caller may use it. The log is told.
pub(super) fn admitted<'a>(
    scope: &Scope<'a>,
    name: &str,
    decided_by: Arguments<'_>,
) -> Result<(usize, &'a PromptInfo), Fault> {
    let prompts = scope.server.prompts;
    let found = prompts.binary_search_by_key(&name, |prompt| prompt.name).ok();
    let prompt = found.map(|index| &prompts[index]);
    let admits =
        guard::admits(scope, &TOLD, prompt.map(|prompt| (prompt.name, prompt.policy)), decided_by);
    found.zip(prompt).filter(|_| admits).ok_or_else(|| super::unknown("prompt", name))
}

fn get(scope: &Scope<'_>, request: Request, slot: usize) -> Result<MethodAnswer, Fault> {
    let Request { id, mut params, .. } = request;
    let arguments = super::arguments(&mut params)?;
    let (index, prompt) =
        admitted(scope, super::text(&params, "name")?, Arguments::Call(&arguments))?;
    if arguments.values().any(|value| !value.is_string()) {
        return Err(Fault::params("the arguments of a prompt are texts"));
    }
    let missing = prompt
        .arguments
        .iter()
        .find(|argument| argument.required && !arguments.contains_key(argument.name));
    if let Some(argument) = missing {
        return Err(Fault::params(&["missing argument `", argument.name, "`"].concat()));
    }
    Ok(MethodAnswer::Call(Box::new(Call {
        slot,
        target: Target::Prompt(index),
        arguments,
        request_id: id,
        peer: scope.peer(&params)?,
        retry: retry::take(scope, &mut params)?,
        refusal: None,
        audit: scope.server.log.hold(),
    })))
}

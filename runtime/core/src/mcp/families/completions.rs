//! `completion/complete`.

use serde_json::{Map, Value};
use toolgate_policy::Arguments;

use super::super::call::{Call, Retry, Target};
use super::super::guard;
use super::super::json::{object, to_text};
use super::super::jsonrpc::{self, Request};
use super::super::outcome::{Shape, Shaped};
use super::super::resource::ResourceInfo;
use super::super::server::{Family, MethodAnswer, Scope};
use super::super::{Fault, Group, Method, completion::CompletionResult};
use super::{prompts, resources};

/// Completion of the arguments of prompts and the variables of templates.
pub static COMPLETIONS: &dyn Family = &Completions;

#[derive(Debug)]
struct Completions;

impl Family for Completions {
    fn group(&self) -> Group {
        Group::Completions
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        // 2024-11-05 has the method, and no capability for it.
        if scope.revision.has_completions() {
            capabilities["completions"] = object(vec![]);
        }
    }

    fn answer(
        &self,
        scope: &Scope<'_>,
        _method: Method,
        request: Request,
        slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        complete(scope, request, slot)
    }
}

fn complete(scope: &Scope<'_>, request: Request, slot: usize) -> Result<MethodAnswer, Fault> {
    let Request { id, params, .. } = request;
    let (name, value) = argument(&params)?;
    let arguments = context(scope, &params)?;
    // What is typed and what is not known yet is open; the rest decides as it will in the call.
    let decided_by = Arguments::Partial { known: &arguments, typed: &name };
    let Some(reference) = params.get("ref").and_then(Value::as_object) else {
        return Err(Fault::params("`ref` is not an object"));
    };
    let (target, completes) = match super::text(reference, "type")? {
        "ref/prompt" => {
            let prompt = super::text(reference, "name")?;
            let (prompt, info) = prompts::admitted(scope, prompt, decided_by)?;
            let argument = info.arguments.iter().position(|argument| argument.name == name);
            let argument = argument.ok_or_else(no_argument)?;
            let completes = info.arguments[argument].completes;
            (Target::PromptCompletion { prompt, argument, value }, completes)
        }
        "ref/resource" => {
            let uri = super::text(reference, "uri")?;
            let (resource, info) = admitted(scope, uri, decided_by)?;
            let variable = info.variables.iter().position(|variable| variable.name == name);
            let variable = variable.ok_or_else(no_argument)?;
            let completes = info.variables[variable].completes;
            (Target::ResourceCompletion { resource, variable, value }, completes)
        }
        _ => return Err(Fault::params("there is no such type of `ref`")),
    };
    let peer = scope.peer(&params)?;
    if !completes {
        // Nobody knows any values, and nothing runs: the decision stays in the log.
        let shaped = Box::new(CompletionResult::new(Vec::new())).shape(scope.revision);
        return Ok(MethodAnswer::Ready(finished(scope, &id, shaped)));
    }
    let (retry, audit) = (Retry::default(), scope.server.log.hold());
    let call = Call { slot, target, arguments, request_id: id, peer, retry, refusal: None, audit };
    Ok(MethodAnswer::Call(Box::new(call)))
}

fn finished(scope: &Scope<'_>, id: &Value, shaped: Shaped) -> String {
    let mut result = to_text(&shaped.result);
    if scope.revision.has_result_type() {
        result.pop();
        super::super::modern::complete(scope, &mut result);
        result.push('}');
    }
    jsonrpc::success(id, &result)
}

/// Name and value of the argument that is being typed.
fn argument(params: &Map<String, Value>) -> Result<(String, String), Fault> {
    let Some(argument) = params.get("argument").and_then(Value::as_object) else {
        return Err(Fault::params("`argument` is not an object"));
    };
    Ok((super::text(argument, "name")?.to_owned(), super::text(argument, "value")?.to_owned()))
}

/// The arguments that are known already (MCP 2025-06-18 and later).
fn context(scope: &Scope<'_>, params: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    if !scope.revision.has_completion_context() {
        return Ok(Map::new());
    }
    match params.get("context").map(|context| context.get("arguments")) {
        None | Some(None) => Ok(Map::new()),
        Some(Some(Value::Object(arguments))) if arguments.values().all(Value::is_string) => {
            Ok(arguments.clone())
        }
        Some(Some(_)) => Err(Fault::params("the arguments in `context` are texts by name")),
    }
}

/// The template, or resource, that is written so, if the caller may read it. The log is told.
fn admitted<'a>(
    scope: &Scope<'a>,
    uri: &str,
    decided_by: Arguments<'_>,
) -> Result<(usize, &'a ResourceInfo), Fault> {
    let found = scope.server.resources.iter().enumerate().find(|(_, info)| info.uri == uri);
    let told = found.map(|(_, info)| (info.name, info.policy));
    let admits = guard::admits(scope, &resources::TOLD, told, decided_by);
    found.filter(|_| admits).ok_or_else(|| super::unknown("resource", uri))
}

fn no_argument() -> Fault {
    Fault::params("there is no such argument")
}

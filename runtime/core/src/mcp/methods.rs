//! Answers to the methods.

use serde_json::{Map, Value};

use super::fault::{Fault, method_not_found};
use super::json::{member, quote, to_text};
use super::jsonrpc::{self, Request};
use super::method::Method;
use super::modern::{DISCOVER_TTL_MS, cacheable, complete};
use super::revision::{Revision, negotiate};
use super::server::{MethodAnswer, Scope};
use super::{capabilities, describe, families};

/// Answers a request for a method that is [served](Scope::served). Its headers have been checked.
pub(super) fn answer(
    scope: &Scope<'_>,
    method: Method,
    request: Request,
    slot: usize,
) -> Result<MethodAnswer, Fault> {
    let result = match method {
        Method::Initialize => initialize(scope, &request.params)?,
        Method::Ping => "{}".to_owned(),
        Method::Discover => discover(scope),
        Method::Listen => {
            let Some(listening) = scope.server.notifications else {
                return Err(method_not_found());
            };
            let listen = (listening.read)(scope, &request)?;
            return Ok(MethodAnswer::Listen(Box::new(listen)));
        }
        Method::ListTools => families::tools::list(scope, &request.params)?,
        Method::CallTool => return families::tools::call(scope, request, slot),
        method => match scope.family(method.group()) {
            Some(family) => return family.answer(scope, method, request, slot),
            None => return Err(method_not_found()),
        },
    };
    Ok(MethodAnswer::Ready(jsonrpc::success(&request.id, &result)))
}

fn initialize(scope: &Scope<'_>, params: &Map<String, Value>) -> Result<String, Fault> {
    let revision =
        negotiate(params).ok_or_else(|| Fault::params("`protocolVersion` is not text"))?;
    check_initialize(params)?;
    let scope = Scope { revision, ..*scope };
    let mut out = String::from("{");
    member(&mut out, "protocolVersion", &quote(revision.as_str()));
    member(&mut out, "capabilities", &to_text(&capabilities::capabilities(&scope)));
    member(&mut out, "serverInfo", &to_text(&describe::server_info(scope.server, revision)));
    instructions(&scope, &mut out);
    out.push('}');
    Ok(out)
}

/// Checks the members that the schemas of all revisions also require.
fn check_initialize(params: &Map<String, Value>) -> Result<(), Fault> {
    if !params.get("capabilities").is_some_and(Value::is_object) {
        return Err(Fault::params("`capabilities` is not an object"));
    }
    let says = |key: &str| {
        params.get("clientInfo").and_then(|info| info.get(key)).is_some_and(Value::is_string)
    };
    if says("name") && says("version") {
        Ok(())
    } else {
        Err(Fault::params("`clientInfo` lacks a `name` and a `version`"))
    }
}

fn discover(scope: &Scope<'_>) -> String {
    let versions = to_text(&supported_versions());
    let mut out = String::from("{");
    member(&mut out, "supportedVersions", &versions);
    member(&mut out, "capabilities", &to_text(&capabilities::capabilities(scope)));
    instructions(scope, &mut out);
    cacheable(&mut out, DISCOVER_TTL_MS, true);
    complete(scope, &mut out);
    out.push('}');
    out
}

/// Also the legacy ones, so that a client of a revision to come can fall back to `initialize`.
pub(super) fn supported_versions() -> Value {
    Revision::ALL.iter().map(|revision| revision.as_str()).collect()
}

fn instructions(scope: &Scope<'_>, out: &mut String) {
    if let Some(instructions) = &scope.server.config.server.instructions {
        member(out, "instructions", &quote(instructions));
    }
}

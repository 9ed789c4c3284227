//! What each method answers.

use serde_json::{Map, Value};

use super::Server;
use super::call::{Call, Retry, Target};
use super::describe::{self, SERVER_INFO};
use super::json::{member, object, quote};
use super::jsonrpc::{self, Fault, INVALID_PARAMS, METHOD_NOT_FOUND, Request};
use super::peer::Peer;
use super::revision::Revision;
use crate::audit::{self, Event, Kind};
use crate::caller::{Caller, Vars};
use crate::policy::{self, Decision, EVERYONE};

/// How long a client may show a list it has (2026-07-28). It is the time after which a changed
/// policy, group or Worker variable shows in menus; calls are judged each time.
pub const LIST_TTL_MS: u32 = 60_000;

/// How long a client may keep what `server/discover` said (2026-07-28). It changes with a
/// deployment only.
pub const DISCOVER_TTL_MS: u32 = 300_000;

/// Characters of a tool's name that an error repeats: the longest name MCP recommends.
pub const MAX_NAME_REPEATED: usize = 128;

/// Who asks what server, in which revision.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub(super) server: &'a Server<'a>,
    pub(super) caller: &'a Caller,
    pub(super) vars: &'a dyn Vars,
    pub(super) revision: Revision,
}

/// The answer to one request.
pub enum Answer {
    /// The whole JSON-RPC response.
    Ready(String),
    /// Something has to run first.
    Call(Box<Call>),
}

/// Methods that belong together and that not every server has. A server names the families it
/// needs, and contains no others.
pub trait Family: std::fmt::Debug + Sync {
    /// The methods.
    fn methods(&self) -> &'static [&'static str];

    /// Adds what is advertised in `ServerCapabilities`.
    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value);

    /// Answers one of the methods.
    ///
    /// # Errors
    /// The JSON-RPC error to answer with.
    fn answer(&self, scope: &Scope<'_>, request: Request, slot: usize) -> Result<Answer, Fault>;
}

/// Answers a request. Its headers have been checked.
pub(super) fn answer(scope: &Scope<'_>, request: Request, slot: usize) -> Result<Answer, Fault> {
    let legacy = !scope.revision.is_modern();
    let result = match request.method.as_str() {
        "initialize" if legacy => initialize(scope, &request.params)?,
        "ping" if legacy => "{}".to_owned(),
        "server/discover" if !legacy => discover(scope),
        "tools/list" => list(scope, &request.params)?,
        "tools/call" => return call(scope, request, slot).map(|call| Answer::Call(Box::new(call))),
        method => {
            let mut families = scope.server.families.iter();
            let found = families.find(|family| family.methods().contains(&method));
            let family =
                found.ok_or_else(|| Fault::new(METHOD_NOT_FOUND, "Method not found"))?;
            return family.answer(scope, request, slot);
        }
    };
    Ok(Answer::Ready(jsonrpc::success(&request.id, &result)))
}

/// The revision that answers an `initialize`: the one asked for, or the newest that has one.
pub(super) fn negotiate(params: &Map<String, Value>) -> Option<Revision> {
    let asked = params.get("protocolVersion")?.as_str()?;
    let revision = Revision::parse(asked).filter(|revision| !revision.is_modern());
    Some(revision.unwrap_or(Revision::LATEST_WITH_HANDSHAKE))
}

fn initialize(scope: &Scope<'_>, params: &Map<String, Value>) -> Result<String, Fault> {
    let revision = negotiate(params).ok_or_else(|| {
        Fault::new(INVALID_PARAMS, "Invalid params: `protocolVersion` is not text")
    })?;
    let mut out = String::from("{");
    member(&mut out, "protocolVersion", &quote(revision.as_str()));
    member(&mut out, "capabilities", &describe::capabilities().to_string());
    member(&mut out, "serverInfo", &describe::server_info(scope.server, revision).to_string());
    instructions(scope, &mut out);
    out.push('}');
    Ok(out)
}

fn discover(scope: &Scope<'_>) -> String {
    let versions = supported_versions().to_string();
    let mut out = String::from("{");
    member(&mut out, "supportedVersions", &versions);
    member(&mut out, "capabilities", &describe::capabilities().to_string());
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

fn list(scope: &Scope<'_>, params: &Map<String, Value>) -> Result<String, Fault> {
    // The list is one page, so no cursor was ever given out.
    if params.get("cursor").is_some_and(|cursor| !cursor.is_null()) {
        return Err(Fault::new(INVALID_PARAMS, "Invalid params: unknown cursor"));
    }
    let tools = scope.server.tools;
    let mut out = String::from("{\"tools\":[");
    for tool in tools.iter().filter(|tool| decide(scope, tool.policy).is_allowed()) {
        if !out.ends_with('[') {
            out.push(',');
        }
        describe::write_tool(&mut out, tool, scope.revision);
    }
    out.push(']');
    if scope.revision.is_modern() {
        // A public answer may be shown to other callers.
        cacheable(&mut out, LIST_TTL_MS, tools.iter().all(|tool| tool.policy == EVERYONE));
        complete(scope, &mut out);
    }
    out.push('}');
    Ok(out)
}

fn call(scope: &Scope<'_>, request: Request, slot: usize) -> Result<Call, Fault> {
    let Request { id, mut params, .. } = request;
    let Some(Value::String(name)) = params.remove("name") else {
        return Err(Fault::new(INVALID_PARAMS, "Invalid params: `name` is not text"));
    };
    let arguments = match params.remove("arguments") {
        // A tool without parameters is called without arguments.
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => {
            let message = "Invalid params: `arguments` is not an object";
            return Err(Fault::new(INVALID_PARAMS, message));
        }
    };
    match allowed(scope, &name, &arguments) {
        Some(tool) => Ok(Call {
            slot,
            target: Target::Tool(tool),
            arguments,
            request_id: id,
            peer: Peer { revision: scope.revision, ..Peer::default() },
            retry: Retry::default(),
        }),
        // The same words for both, so that nobody learns which tools others have; the audit trail
        // tells them apart.
        None => {
            let name: String = name.chars().take(MAX_NAME_REPEATED).collect();
            let message = format!("Unknown tool, or not allowed for this account: {name}");
            Err(Fault::new(INVALID_PARAMS, message))
        }
    }
}

/// The tool of this name, if the caller may call it. Either way it is told to the log.
fn allowed(scope: &Scope<'_>, name: &str, arguments: &Map<String, Value>) -> Option<usize> {
    let found = scope.server.tools.iter().position(|tool| tool.name == name);
    let tool = found.map(|index| &scope.server.tools[index]);
    let decision = tool.map(|tool| decide(scope, tool.policy));
    let (kind, reason, detail) = match decision {
        None => (Kind::ToolDenied, audit::Reason::UnknownTool, None),
        Some(Decision::Allow) => (Kind::ToolAllowed, audit::Reason::PolicyMatched, None),
        Some(Decision::Deny { reason }) => (Kind::ToolDenied, reason.into(), reason.subject()),
    };
    let includes_arguments = scope.server.config.audit.arguments;
    scope.server.log.record(Event {
        // A name that no tool has is whatever the client wrote.
        tool: tool.map(|tool| tool.name),
        policy: tool.map(|tool| tool.policy),
        detail: detail.map(str::to_owned),
        arguments: includes_arguments.then(|| serde_json::to_string(arguments).ok()).flatten(),
        ..Event::new(kind, reason)
    });
    found.filter(|_| kind == Kind::ToolAllowed)
}

/// The one question that lists and calls both ask.
fn decide<'a>(scope: &Scope<'a>, policy: &'a str) -> Decision<'a> {
    policy::decide(scope.server.config, policy, scope.caller, scope.vars)
}

fn instructions(scope: &Scope<'_>, out: &mut String) {
    if let Some(instructions) = &scope.server.config.server.instructions {
        member(out, "instructions", &quote(instructions));
    }
}

/// `CacheableResult` of 2026-07-28.
fn cacheable(out: &mut String, ttl_ms: u32, public: bool) {
    member(out, "ttlMs", &ttl_ms.to_string());
    member(out, "cacheScope", &quote(if public { "public" } else { "private" }));
}

/// What every result of 2026-07-28 has.
fn complete(scope: &Scope<'_>, out: &mut String) {
    let info = describe::server_info(scope.server, scope.revision);
    member(out, "resultType", &quote("complete"));
    member(out, "_meta", &object(vec![(SERVER_INFO, info)]).to_string());
}

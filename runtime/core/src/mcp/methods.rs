//! What each method answers.

use http::HeaderMap;
use serde_json::{Map, Value};
use toolgate_policy::{Caller, Vars};

use super::call::Call;
use super::describe::{self, SERVER_INFO};
use super::families;
use super::json::{member, object, quote};
use super::jsonrpc::{self, Fault, METHOD_NOT_FOUND, Request};
use super::listen::Listen;
use super::peer::SessionPeer;
use super::revision::Revision;
use super::task::TaskRequest;
use super::{Server, capabilities};
use crate::mcp::json::to_text;

/// How long a client may show a list it has (2026-07-28). It is the time after which a changed
/// policy, group or Worker variable shows in menus; calls are judged each time.
pub const LIST_TTL_MS: u32 = 60_000;

/// How long a client may keep what `server/discover` said (2026-07-28). It changes with a
/// deployment only.
pub const DISCOVER_TTL_MS: u32 = 300_000;

/// How long a client may show what it read of a resource (2026-07-28): not at all, since a function
/// makes it anew each time, and nobody said for how long it holds.
pub const READ_TTL_MS: u32 = 0;

/// Who asks what server, in which revision.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub(super) server: &'a Server<'a>,
    pub(super) caller: &'a Caller,
    pub(super) vars: &'a dyn Vars,
    pub(super) revision: Revision,
    /// Of the request that brought the message, where they are known.
    pub(super) headers: Option<&'a HeaderMap>,
    /// What the session knows of the client, where there is one.
    pub(super) session: Option<SessionPeer>,
}

/// The answer to one request.
pub enum Answer {
    /// The whole JSON-RPC response.
    Ready(String),
    /// Something has to run first.
    Call(Box<Call>),
    /// A stream of notifications begins.
    Listen(Box<Listen>),
    /// Whoever keeps the task answers.
    Task(Box<TaskRequest>),
}

/// Methods that belong together and that not every server has. A server names the families it
/// needs, and contains no others.
pub trait Family: std::fmt::Debug + Sync {
    /// The methods that a client of this revision may call.
    fn methods(&self, revision: Revision) -> &'static [&'static str];

    /// Adds what is advertised in `ServerCapabilities`.
    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value);

    /// Answers one of the methods.
    ///
    /// # Errors
    /// The JSON-RPC error to answer with.
    fn answer(&self, scope: &Scope<'_>, request: Request, slot: usize) -> Result<Answer, Fault>;
}

/// Whether a client of this revision may call the method.
pub(super) fn is_served(scope: &Scope<'_>, method: &str) -> bool {
    let legacy = !scope.revision.is_modern();
    match method {
        "initialize" | "ping" => legacy,
        "server/discover" => !legacy,
        "subscriptions/listen" => !legacy && scope.server.notifications.is_some(),
        "tools/list" | "tools/call" => true,
        _ => family(scope, method).is_some(),
    }
}

fn family(scope: &Scope<'_>, method: &str) -> Option<&'static dyn Family> {
    let mut families = scope.server.families.iter();
    families.find(|family| family.methods(scope.revision).contains(&method)).copied()
}

/// Answers a request. Its headers have been checked.
pub(super) fn answer(scope: &Scope<'_>, request: Request, slot: usize) -> Result<Answer, Fault> {
    if !is_served(scope, &request.method) {
        return Err(Fault::new(METHOD_NOT_FOUND, "Method not found"));
    }
    let result = match request.method.as_str() {
        "initialize" => initialize(scope, &request.params)?,
        "ping" => "{}".to_owned(),
        "server/discover" => discover(scope),
        "subscriptions/listen" => {
            let Some(listening) = scope.server.notifications else {
                return Err(Fault::new(METHOD_NOT_FOUND, "Method not found"));
            };
            let listen = (listening.read)(scope, &request)?;
            return Ok(Answer::Listen(Box::new(listen)));
        }
        "tools/list" => families::tools::list(scope, &request.params)?,
        "tools/call" => return families::tools::call(scope, request, slot),
        method => match family(scope, method) {
            Some(family) => return family.answer(scope, request, slot),
            None => return Err(Fault::new(METHOD_NOT_FOUND, "Method not found")),
        },
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

/// What the schemas of all revisions require besides.
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

/// `CacheableResult` of 2026-07-28.
pub(super) fn cacheable(out: &mut String, ttl_ms: u32, public: bool) {
    member(out, "ttlMs", &ttl_ms.to_string());
    member(out, "cacheScope", &quote(if public { "public" } else { "private" }));
}

/// What every result of 2026-07-28 has.
pub(super) fn complete(scope: &Scope<'_>, out: &mut String) {
    let info = describe::server_info(scope.server, scope.revision);
    member(out, "resultType", &quote("complete"));
    member(out, "_meta", &to_text(&object(vec![(SERVER_INFO, info)])));
}

//! The server that is being asked, and what it is made of: what not every server contains is named by
//! the value that links it.

use http::HeaderMap;
use serde_json::{Map, Value};
use toolgate_config::Config;

use super::call::Call;
use super::fault::{self, Fault};
use super::jsonrpc::Request;
use super::method::{Group, Method};
use super::peer::{Peer, SessionPeer};
use super::prompt::PromptInfo;
use super::resource::ResourceInfo;
use super::revision::Revision;
use super::subscription::Listen;
use super::task::TaskRequest;
use super::tool::ToolInfo;
use crate::audit::Log;
use crate::reply::Reply;
use toolgate_policy::Arguments;
use toolgate_policy::{Caller, Vars};

/// The server that is being asked.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// `mcp.toml`.
    pub config: &'a Config,
    /// Version of the user's crate, where `mcp.toml` names none.
    pub version: &'a str,
    /// The registry, sorted by name: lists keep this order.
    pub tools: &'a [ToolInfo],
    /// The prompts, sorted by name.
    pub prompts: &'a [PromptInfo],
    /// The resources and templates, sorted by name.
    pub resources: &'a [ResourceInfo],
    /// Methods in addition to those that every server has.
    pub families: &'a [&'static dyn Family],
    /// True if clients of a legacy revision are given an `Mcp-Session-Id`.
    pub sessions: bool,
    /// Announcing changes to listeners: `listChanged`, `resources.subscribe` and
    /// `subscriptions/listen`.
    pub notifications: Option<&'static Listening>,
    /// Set where policies have scopes or challenge those whom they refuse.
    pub challenging: Option<&'static Challenging>,
    /// Set where policies look at arguments.
    pub refusing: Option<&'static Refusing>,
    /// Most entries on one page of a list; at least one is on it.
    pub page_size: u32,
    /// Log of the calls that were allowed and of those that were not.
    pub log: &'a Log,
}

impl Server<'_> {
    /// The adapter stops reading at the same limit; a body that gets here whole is judged again.
    pub(super) fn is_too_large(&self, body: &[u8]) -> bool {
        u32::try_from(body.len())
            .map_or(true, |length| length > self.config.transport.max_body_bytes)
    }
}

/// Caller, server and revision of a request.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub(super) server: &'a Server<'a>,
    pub(super) caller: &'a Caller,
    pub(super) vars: &'a dyn Vars,
    pub(super) revision: Revision,
    /// Of the request that brought the message, where they are known.
    pub(super) headers: Option<&'a HeaderMap>,
    /// The session's facts about the client, where there is one.
    pub(super) session: Option<SessionPeer>,
}

impl Scope<'_> {
    /// True if a client of this revision may call the method.
    pub(super) fn serves(&self, method: Method) -> bool {
        method.is_in(self.revision)
            && match method.group() {
                Group::Server | Group::Tools => true,
                Group::Listening => self.server.notifications.is_some(),
                group => self.family(group).is_some(),
            }
    }

    /// The method, if a client of this revision may call it.
    ///
    /// # Errors
    /// There is none, or none for this client: one answer for both.
    pub(super) fn served(&self, method: Option<Method>) -> Result<Method, Fault> {
        method.filter(|method| self.serves(*method)).ok_or_else(fault::method_not_found)
    }

    /// The family that has the methods of the group.
    pub(super) fn family(&self, group: Group) -> Option<&'static dyn Family> {
        self.server.families.iter().find(|family| family.group() == group).copied()
    }

    /// The client of a request, as far as the request itself or its session tells.
    ///
    /// # Errors
    /// A log level that does not exist.
    pub(super) fn peer(&self, params: &Map<String, Value>) -> Result<Peer, Fault> {
        Peer::read(self.revision, self.session, self.headers, params)
    }
}

/// The answer to one request.
pub enum MethodAnswer {
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
    /// Its methods.
    fn group(&self) -> Group;

    /// Adds what is advertised in `ServerCapabilities`.
    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value);

    /// Answers one of the methods, which the revision has.
    ///
    /// # Errors
    /// The JSON-RPC error to answer with.
    fn answer(
        &self,
        scope: &Scope<'_>,
        method: Method,
        request: Request,
        slot: usize,
    ) -> Result<MethodAnswer, Fault>;
}

/// Code for policies with scopes, or with `on_deny = "challenge"`. A server without such policies
/// does not name it, and does not contain it.
#[derive(Debug)]
pub struct Challenging {
    pub(super) response: fn(&Log, &Caller) -> Option<Reply>,
    pub(super) is_listed: fn(&Config, &str, &Caller, &dyn Vars) -> bool,
    pub(super) note: fn(&Scope<'_>, &str, Arguments<'_>),
    /// A challenge with where the resource's metadata is, see [`located`](crate::paths::located).
    pub located: fn(&str, &str, &str) -> String,
}

/// Code for policies on arguments. A server without such policies does not name it, and does not
/// contain it.
#[derive(Debug)]
pub struct Refusing {
    pub(super) message: fn(&Scope<'_>, &str, &Map<String, Value>) -> Option<String>,
}

/// Code for announcing changes. A server that announces none does not name it, and does not contain
/// it.
#[derive(Debug)]
pub struct Listening {
    pub(super) read: fn(&Scope<'_>, &Request) -> Result<Listen, Fault>,
    pub(super) may_read: fn(&Server<'_>, &Caller, &dyn Vars, &str) -> bool,
}

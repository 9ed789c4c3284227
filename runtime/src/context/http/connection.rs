//! Requests with an account of the caller's at a third party.

use std::fmt;

use futures_channel::oneshot;
use http::header::{AUTHORIZATION, COOKIE, HOST, PROXY_AUTHORIZATION};
use http::{HeaderName, HeaderValue, Request};
use serde_json::Map;
use toolgate_config::Connection as Section;
use toolgate_core::account::link::question_id;
use toolgate_core::account::listed::ended_event;
use toolgate_core::audit::{EventKind, Log, Reason};
use toolgate_core::mcp::ask::InputRequest;
use toolgate_core::mcp::fault::url_elicitation_required;
use toolgate_core::mcp::guard::{self, Asking, Told};
use toolgate_policy::Arguments;

use super::connection_error::ConnectionError;
use super::error::{HttpError, HttpProblem};
use super::hosts::named_host;
use super::request::HttpRequest;
use super::response::HttpResponse;
use super::transport::Answer;
use super::{Bounds, plain};
use crate::call::HostKind;
use crate::context::refusal::Refusal;
use crate::context::rounds;
use crate::platform::EnvVars;
use crate::platform::host::spawn;
use crate::ports::accounts::{AccountToken, AskingCall, NoAccount};
use crate::ports::app::App;
use crate::tool::{Context, connecting};

/// Status of a host that does not take a token (RFC 6750 section 3.1).
const UNAUTHORIZED: u16 = 401;

/// Headers that a request with an account has from nobody else: another credential would be sent along, and another
/// host might lead to somebody else behind the same address.
const OURS: [HeaderName; 4] = [AUTHORIZATION, COOKIE, HOST, PROXY_AUTHORIZATION];

/// Names that the audit trail has for decisions about accounts. That one was used stands in the event of its call.
const ACCOUNT: Told =
    Told { allowed: None, denied: EventKind::AccountDenied, unknown: Reason::PolicyUnknown };

/// An account of the caller's at a third party: [`Context::connection`].
#[derive(Clone, Copy)]
pub struct Connection<'a> {
    context: &'a Context,
    name: &'a str,
}

/// A connection that the running tool may use for its caller.
#[derive(Clone, Copy)]
struct Use<'a> {
    context: &'a Context,
    app: &'static App,
    section: &'static Section,
    tool: &'static str,
}

impl Context {
    /// An account of the caller's at a third party, which `[connections.<name>]` of `mcp.toml` describes.
    ///
    /// The tool says so, `#[mcp_tool(…, connections = ["linear"])]`. At the first use the person is asked to open a
    /// page of this server, and connects an account there; from then on every tool of the connection uses it. The
    /// function never sees a token.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// /// Finds issues
    /// #[mcp_tool(allow = "everyone", connections = ["linear"])]
    /// async fn find_issues(ctx: &Context, words: String) -> Result<String> {
    ///     let request = ctx.http().get("https://api.linear.app/issues").query("q", &words);
    ///     let answer = ctx.connection("linear").fetch(request).await?;
    ///     Ok(answer.text()?.to_owned())
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn connection<'a>(&'a self, name: &'a str) -> Connection<'a> {
        Connection { context: self, name }
    }
}

impl fmt::Debug for Connection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection").field(&self.name).finish()
    }
}

impl Connection<'_> {
    /// Sends a request of [`Context::http`] with the account of the caller.
    ///
    /// It goes over https, and to `hosts` of the connection only; redirects are not followed. A host that answers 401
    /// is asked once more, with a new token. A person without an account is asked to connect one; if they do not, the
    /// error says what to do, and the caller reads it.
    ///
    /// # Errors
    /// The tool does not declare the connection, its policy does not allow the caller, the person approved the client
    /// before the connection was there, they have connected no account, or the request fails.
    pub async fn fetch(self, request: HttpRequest<'_>) -> Result<HttpResponse, ConnectionError> {
        let prepared = request.prepare().map_err(ConnectionError::Http)?;
        let host = prepared.host.clone();
        let failed = |problem| ConnectionError::Http(HttpError::new(&host, problem));
        let using = self.declared()?;
        let named = named_host(&using.section.hosts, prepared.request.uri());
        let named = named.map_err(failed)?.ok_or_else(|| using.other_host(&host))?;
        if OURS.iter().any(|header| prepared.request.headers().contains_key(header)) {
            return Err(failed(HttpProblem::Header));
        }
        let token = match using.token(None).await {
            Err(NoAccount::NotConnected | NoAccount::Ended) => using.connect().await?,
            Err(NoAccount::NotApproved) => return Err(using.not_approved()),
            Err(NoAccount::Unavailable) => return Err(using.unavailable()),
            Ok(token) => token,
        };
        using.tell_use(named);
        let _busy = self.context.live().busy();
        let (request, bounds) = (&prepared.request, prepared.bounds);
        let mut answer = using.send(request, &token, bounds).await.map_err(failed)?;
        if answer.status == UNAUTHORIZED {
            // A refusal says that nothing was done, and the body is still here.
            match using.token(Some(token.clone())).await {
                Ok(next) if next.version != token.version => {
                    answer = using.send(request, &next, bounds).await.map_err(failed)?;
                }
                Ok(_) => {}
                Err(NoAccount::Unavailable) => return Err(using.unavailable()),
                Err(_) => return Err(using.not_connected(using.link().await)),
            }
        }
        if answer.status == UNAUTHORIZED && !bounds.any_status {
            return Err(using.refused());
        }
        prepared.finish(answer).map_err(ConnectionError::Http)
    }

    /// The section, where the running tool says that it uses it and its policy allows the caller.
    fn declared(&self) -> Result<Use<'_>, ConnectionError> {
        let (context, name) = (self.context, self.name);
        let undeclared = || ConnectionError::Undeclared(name.to_owned());
        let app = context.app().ok_or_else(undeclared)?;
        let tool = connecting::tool_with(context.live(), name).ok_or_else(undeclared)?;
        let section = app.config.connections.iter().find(|section| section.name == name);
        let section = section.ok_or_else(|| ConnectionError::Unknown(name.to_owned()))?;
        let using = Use { context, app, section, tool };
        if using.is_allowed() { Ok(using) } else { Err(ConnectionError::Denied(using.title())) }
    }
}

impl Use<'_> {
    fn title(&self) -> String {
        self.section.title.to_string()
    }

    /// Decides by the policy of the connection, and tells the audit trail of a refusal.
    fn is_allowed(&self) -> bool {
        let Some(policy) = self.section.allow.as_deref() else { return true };
        let Self { context, app, tool, .. } = *self;
        let (config, caller, vars) = (&app.config, context.caller(), EnvVars(context.env()));
        let nothing = Map::new();
        let arguments = context.live().subject().map_or(&nothing, |(_, arguments)| arguments);
        let log = Log::default();
        let asking = Asking { config, caller, vars: &vars };
        let found = Some((tool, policy));
        let is_allowed = guard::judge(asking, &log, &ACCOUNT, found, Arguments::Call(arguments));
        if !is_allowed {
            context.tell(&log);
        }
        is_allowed
    }

    /// Asks the person to connect an account. The client's answer says that the page was opened, or will be, and no
    /// more; so there is one look, and nobody waits.
    async fn connect(&self) -> Result<AccountToken, ConnectionError> {
        let Some(link) = self.link().await else { return Err(self.not_connected(None)) };
        let title = &self.section.title;
        let message = format!(
            "The tool {} needs your {title} account. Open the page to connect it.",
            self.tool
        );
        let (message_of, url, id) = (message.clone(), link.clone(), Some(question_id(&link)));
        let question = InputRequest::Url { message: message_of, url, id };
        let key = ["connect-", &self.section.name].concat();
        match rounds::ask(self.context, key, question).await {
            Ok(_) => {}
            Err(Refusal::Declined | Refusal::Cancelled) => {
                return Err(ConnectionError::Declined(self.title()));
            }
            Err(Refusal::Failed(said)) if said.is_empty() && self.takes_error() => {
                let fault = url_elicitation_required(&question_id(&link), &message, &link);
                self.context.live().fail(fault).await;
            }
            Err(_) => return Err(self.not_connected(Some(link))),
        }
        match self.token(None).await {
            Ok(token) => Ok(token),
            Err(NoAccount::NotConnected | NoAccount::Ended) => Err(self.not_connected(Some(link))),
            Err(NoAccount::NotApproved) => Err(self.not_approved()),
            Err(NoAccount::Unavailable) => Err(self.unavailable()),
        }
    }

    /// True where the client can open pages, and was not asked since there was no way to it: its request takes no
    /// stream.
    fn takes_error(&self) -> bool {
        let live = self.context.live();
        let peer = live.peer();
        live.host() == HostKind::Session
            && peer.capabilities.elicitation_url
            && peer.revision.has_elicitation_ids()
    }

    /// The session whose client hears when the person has finished: one that is asked by an id.
    fn session(&self) -> Option<String> {
        let session = self.context.live().session().filter(|_| self.takes_error());
        session.map(str::to_owned)
    }

    async fn link(&self) -> Option<String> {
        #[cfg(not(target_arch = "wasm32"))]
        if self.context.env().bindings().is_some() {
            return Some("https://server.test/connections/connect?link=test".to_owned());
        }
        let door = self.app.accounts?;
        let (env, principal) = (self.context.env().clone(), self.context.principal().clone());
        let call = AskingCall { tool: self.tool, session: self.session() };
        (door.link)(self.app, env, principal, self.section, call).await
    }

    /// The token of the person's account, from the feature or from the test. What is begun for it goes to its end
    /// though the call be cancelled: a refresh token that the third party has replaced must not be lost.
    async fn token(&self, refused: Option<AccountToken>) -> Result<AccountToken, NoAccount> {
        let context = self.context;
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(bindings) = context.env().bindings() {
            let accounts = bindings.memory::<TestAccounts>();
            return accounts.token(&context.caller().subject, &self.section.name);
        }
        let Some(door) = self.app.accounts else { return Err(NoAccount::Unavailable) };
        let (env, principal) = (context.env().clone(), context.principal().clone());
        let work = (door.token)(self.app, env, principal, self.section, refused);
        let (done, result) = oneshot::channel();
        let work = async move {
            let _ = done.send(work.await);
        };
        match context.live().trail() {
            Some(trail) => trail.hold(work),
            None => spawn(work),
        }
        let token = result.await.unwrap_or(Err(NoAccount::Unavailable));
        if token.as_ref().err() == Some(&NoAccount::Ended) {
            let log = Log::default();
            log.record(ended_event(
                context.subject_key(),
                &self.section.name,
                Reason::RevokedByUpstream,
            ));
            context.tell(&log);
        }
        token
    }

    async fn send(
        &self,
        request: &Request<Vec<u8>>,
        token: &AccountToken,
        bounds: Bounds,
    ) -> Result<Answer, HttpProblem> {
        let value = ["Bearer ", token.text.expose_str()].concat();
        let mut value = HeaderValue::from_str(&value).map_err(|_| HttpProblem::Header)?;
        value.set_sensitive(true);
        let mut request = request.clone();
        request.headers_mut().insert(AUTHORIZATION, value);
        plain(self.context, request, bounds).await
    }

    /// Notes in the event of the call that it uses the account at this host.
    fn tell_use(&self, host: &str) {
        if let Some(trail) = self.context.live().trail() {
            trail.acts_as_caller(&[&self.section.name, "@", host].concat());
        }
    }

    fn not_connected(&self, link: Option<String>) -> ConnectionError {
        ConnectionError::NotConnected { title: self.title(), link }
    }

    fn not_approved(&self) -> ConnectionError {
        ConnectionError::NotApproved(self.title())
    }

    fn unavailable(&self) -> ConnectionError {
        ConnectionError::Unavailable(self.title())
    }

    fn refused(&self) -> ConnectionError {
        ConnectionError::Refused(self.title())
    }

    fn other_host(&self, host: &str) -> ConnectionError {
        let connection = self.section.name.to_string();
        ConnectionError::OtherHost { host: host.to_owned(), connection }
    }
}

/// The accounts of a test.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Default)]
pub(crate) struct TestAccounts {
    connected: std::cell::RefCell<std::collections::BTreeSet<(String, String)>>,
}

#[cfg(not(target_arch = "wasm32"))]
impl TestAccounts {
    /// Notes that somebody has connected an account.
    pub(crate) fn connect(&self, subject: &str, connection: &str) {
        self.connected.borrow_mut().insert((subject.to_owned(), connection.to_owned()));
    }

    /// The token of an account, which is the same at each request.
    fn token(&self, subject: &str, connection: &str) -> Result<AccountToken, NoAccount> {
        if !self.connected.borrow().contains(&(subject.to_owned(), connection.to_owned())) {
            return Err(NoAccount::NotConnected);
        }
        let text = Self::text(subject, connection);
        let text = toolgate_core::secret::Secret::new(text);
        Ok(AccountToken { text, version: String::new() })
    }

    pub(crate) fn text(subject: &str, connection: &str) -> String {
        format!("test-token-of-{subject}-at-{connection}")
    }
}

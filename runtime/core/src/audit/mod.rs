//! The audit trail: one typed event for each security decision.
//!
//! An event never holds a token, a code or a secret. E-mail addresses and arguments are written
//! only where `[audit] include` of `mcp.toml` asks for them; [`Record`] is the one place that
//! decides so.

mod call;
mod line;
mod mapping;
mod reason;
mod record;

use std::cell::RefCell;

use http::HeaderMap;
use toolgate_policy::Caller;

use crate::reply::Reply;
use crate::seal::Entropy;

pub use call::{CallAudit, CallOutcome, Finish, Settled, Settling};
pub use line::{Lines, MAC_LENGTH, sign, verify};
pub use reason::Reason;
pub use record::{BLOBS, MAX_ARGUMENTS, PSEUDONYM_LENGTH, Record};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A person signed in at the identity provider.
    SignIn,
    /// A person decided on the approval page, or an earlier decision was remembered.
    Consent,
    /// A client registered itself.
    Registration,
    /// A code became tokens.
    TokenIssued,
    /// A refresh token became its successor.
    TokenRefreshed,
    /// A refresh token came again within the grace and got the same successor.
    RefreshRetried,
    /// A refresh that the identity provider did not confirm.
    RefreshUnconfirmed,
    /// A request was refused.
    Refused,
    /// A grant was ended.
    Revoked,
    /// A tool was called by somebody its policy allows.
    ToolAllowed,
    /// A tool was called by somebody its policy does not allow, or does not exist.
    ToolDenied,
    /// A prompt was asked for, or an argument of it completed, by somebody its policy allows.
    PromptAllowed,
    /// The same by somebody its policy does not allow, or the prompt does not exist.
    PromptDenied,
    /// A resource was read, or a variable of it completed, by somebody its policy allows.
    ResourceAllowed,
    /// The same by somebody its policy does not allow, or the resource does not exist.
    ResourceDenied,
    /// A request was refused because there were too many.
    RateLimited,
    /// A call of a tool ended whose decision was written before.
    ToolFinished,
    /// The same of a prompt.
    PromptFinished,
    /// The same of a resource.
    ResourceFinished,
}

impl Kind {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Consent => "consent",
            Self::Registration => "registration",
            Self::TokenIssued => "token_issued",
            Self::TokenRefreshed => "token_refreshed",
            Self::RefreshRetried => "refresh_retried",
            Self::RefreshUnconfirmed => "refresh_unconfirmed",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::ToolAllowed => "tool_allowed",
            Self::ToolDenied => "tool_denied",
            Self::PromptAllowed => "prompt_allowed",
            Self::PromptDenied => "prompt_denied",
            Self::ResourceAllowed => "resource_allowed",
            Self::ResourceDenied => "resource_denied",
            Self::RateLimited => "rate_limited",
            Self::ToolFinished => "tool_finished",
            Self::PromptFinished => "prompt_finished",
            Self::ResourceFinished => "resource_finished",
        }
    }

    /// The event that ends what this one allows; `None` for one that allows no call.
    #[must_use]
    pub fn finished(self) -> Option<Self> {
        match self {
            Self::ToolAllowed => Some(Self::ToolFinished),
            Self::PromptAllowed => Some(Self::PromptFinished),
            Self::ResourceAllowed => Some(Self::ResourceFinished),
            _ => None,
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What was decided.
    pub kind: Kind,
    /// Why: a stable code with a line in the documentation.
    pub reason: Reason,
    /// Pseudonym of the person: the name of the storage shard.
    pub user: Option<String>,
    /// Proven e-mail address of the request's person, for `[audit] include = ["email"]` only; filled
    /// in by [`Log::take`].
    pub email: Option<String>,
    /// The same where nobody says that the address is the person's.
    pub claimed_email: Option<String>,
    /// Key of the OAuth client.
    pub client: Option<String>,
    /// Name of the tool, prompt or resource, where there is one of that name.
    pub tool: Option<&'static str>,
    /// Name of the policy that decided.
    pub policy: Option<&'static str>,
    /// What the reason is about, in words of this server's owner: the claim or variable that a
    /// policy names, or the limit that was reached.
    pub detail: Option<String>,
    /// Arguments of the call as JSON, for `[audit] include = ["arguments"]` only.
    pub arguments: Option<String>,
    /// Joins the two events of a call that has two.
    pub id: Option<String>,
    /// How the call ended.
    pub finish: Option<Finish>,
}

impl Event {
    /// An event of which nothing else is known yet.
    #[must_use]
    pub fn new(kind: Kind, reason: Reason) -> Self {
        Self {
            kind,
            reason,
            user: None,
            email: None,
            claimed_email: None,
            client: None,
            tool: None,
            policy: None,
            detail: None,
            arguments: None,
            id: None,
            finish: None,
        }
    }
}

/// The events of one request, in order, and whom they are about.
#[derive(Debug, Default)]
pub struct Log(RefCell<Inner>);

#[derive(Debug, Default)]
struct Inner {
    events: Vec<Event>,
    user: Option<String>,
    email: Option<String>,
    claimed_email: Option<String>,
    client: Option<String>,
    lacking: Option<Vec<String>>,
}

impl Log {
    /// Notes that the access token needs these OAuth scopes for what was asked.
    pub(crate) fn lacks(&self, scopes: &[&str]) {
        let mut inner = self.0.borrow_mut();
        let lacking = inner.lacking.get_or_insert_default();
        lacking.extend(scopes.iter().map(|scope| (*scope).to_owned()));
    }

    /// The OAuth scopes noted; `None` when nothing was.
    pub(crate) fn lacking(&self) -> Option<Vec<String>> {
        self.0.borrow_mut().lacking.take()
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().events.is_empty()
    }

    /// Adds an event.
    pub fn record(&self, event: Event) {
        self.0.borrow_mut().events.push(event);
    }

    /// Adds an event of which only this is known here.
    pub fn tell(&self, kind: Kind, reason: Reason) {
        self.record(Event::new(kind, reason));
    }

    /// Adds an event if the reply refuses, see [`because`]. A request without any token is no event: it
    /// is how each client begins (MCP authorization), and nothing is decided about anybody.
    pub fn refusal(&self, reply: &Reply) {
        if let Some(reason) = reason_of(reply).filter(|reason| *reason != Reason::TokenMissing) {
            self.tell(Kind::Refused, reason);
        }
    }

    /// Names the client of this request, for all its events that name none.
    pub fn client(&self, key: &str) {
        self.0.borrow_mut().client = Some(key.to_owned());
    }

    /// Names the person of this request, for all its events that name none.
    pub fn user(&self, shard: &str) {
        self.0.borrow_mut().user = Some(shard.to_owned());
    }

    /// Names the person of this request by shard and, where it is known, e-mail address.
    pub fn person(&self, shard: &str, caller: &Caller) {
        let mut inner = self.0.borrow_mut();
        inner.user = Some(shard.to_owned());
        inner.email.clone_from(&caller.email);
        inner.claimed_email.clone_from(&caller.claimed_email);
    }

    /// Takes the events out. Whom the request is about stays known.
    #[must_use]
    pub fn take(&self) -> Vec<Event> {
        let mut inner = self.0.borrow_mut();
        let mut events = std::mem::take(&mut inner.events);
        events.iter_mut().for_each(|event| inner.complete(event));
        events
    }

    /// Takes the decision out that was just made, for the call that it allows: how that ends belongs
    /// to it.
    #[must_use]
    pub(crate) fn hold(&self) -> CallAudit {
        let mut inner = self.0.borrow_mut();
        let mut last = inner.events.pop_if(|event| event.kind.finished().is_some());
        last.iter_mut().for_each(|event| inner.complete(event));
        CallAudit { decision: last.map(Box::new), ..CallAudit::default() }
    }
}

impl Inner {
    /// Fills in whom the request is about.
    fn complete(&self, event: &mut Event) {
        if event.user.is_none() || event.user == self.user {
            event.user.clone_from(&self.user);
            event.email.clone_from(&self.email);
            event.claimed_email.clone_from(&self.claimed_email);
        }
        if event.client.is_none() {
            event.client.clone_from(&self.client);
        }
    }
}

/// Names a request: as Cloudflare does in `CF-Ray`, by which its own logs find it, or at random.
#[must_use]
pub fn request_id(headers: &HeaderMap, entropy: &mut dyn Entropy) -> String {
    let ray = headers.get("cf-ray").and_then(|value| value.to_str().ok());
    if let Some(ray) = ray.filter(|ray| is_ray(ray)) {
        return ray.to_owned();
    }
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// Sixteen hexadecimal digits, and the airport code of the data centre.
fn is_ray(text: &str) -> bool {
    let (id, place) = text.split_once('-').unwrap_or((text, "XXX"));
    id.len() == 16
        && id.bytes().all(|b| b.is_ascii_hexdigit())
        && place.len() == 3
        && place.bytes().all(|b| b.is_ascii_uppercase())
}

/// Marks a reply as a refusal for this reason. The mark stays on this side: it is no header.
#[must_use]
pub fn because(mut reply: Reply, reason: Reason) -> Reply {
    reply.extensions_mut().insert(reason);
    reply
}

/// Why a reply refuses, if it does.
#[must_use]
pub fn reason_of(reply: &Reply) -> Option<Reason> {
    reply.extensions().get().copied()
}

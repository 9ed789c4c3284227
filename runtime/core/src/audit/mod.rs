//! The audit trail: one typed event for each security decision.
//!
//! An event never holds a token, a code or a secret. E-mail addresses and arguments are written
//! only where `[audit] include` of `mcp.toml` asks for them; [`Record`] is the one place that
//! decides so.

mod call;
mod event;
mod finish;
mod line;
mod mapping;
mod reason;
mod record;

use std::cell::RefCell;

use http::HeaderMap;
use toolgate_policy::Caller;

use crate::reply::Reply;
use crate::seal::Entropy;

pub use call::{CallAudit, Settling};
pub use event::{Event, EventKind};
pub use finish::{CallOutcome, Finish, Settled};
pub use line::{Lines, MAC_LENGTH, sign, verify};
pub use reason::Reason;
pub use record::{BLOBS, MAX_ARGUMENTS, PSEUDONYM_LENGTH, Record};

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

    /// True if there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.borrow().events.is_empty()
    }

    /// Adds an event.
    pub fn record(&self, event: Event) {
        self.0.borrow_mut().events.push(event);
    }

    /// Adds an event of which only this is known here.
    pub fn tell(&self, kind: EventKind, reason: Reason) {
        self.record(Event::new(kind, reason));
    }

    /// Adds an event if the reply refuses, see [`because`]. A request without any token is not an event: it
    /// is how each client begins (MCP authorization), and nothing is decided about anybody.
    pub fn refusal(&self, reply: &Reply) {
        if let Some(reason) = reason_of(reply).filter(|reason| *reason != Reason::TokenMissing) {
            self.tell(EventKind::Refused, reason);
        }
    }

    /// Names the client of this request, for all its events that name none.
    pub fn client(&self, key: &str) {
        self.0.borrow_mut().client = Some(key.to_owned());
    }

    /// Names the person of this request, for all its events that name none.
    pub fn user(&self, subject_key: &str) {
        self.0.borrow_mut().user = Some(subject_key.to_owned());
    }

    /// Names the person of this request by subject key and, where it is known, e-mail address.
    pub fn person(&self, subject_key: &str, caller: &Caller) {
        let mut inner = self.0.borrow_mut();
        inner.user = Some(subject_key.to_owned());
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
    pub fn hold(&self) -> CallAudit {
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

/// Marks a reply as a refusal for this reason. The mark stays on this side: it is not a header.
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

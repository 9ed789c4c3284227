//! The course of a request to `/token` once its parameters are good, step by step and free of I/O:
//! what to do with the grant's record, when to ask the identity provider, and what to answer.
//!
//! ```text
//! Perform(Redeem) ─────────────────────────────────► Reply
//! Perform(Refresh) ─► Ask ─► Perform(Settle) ──────► Reply
//!        ▲   │
//!        │   └─► Wait, while another request asks; at last 503
//!        └─────────┘
//! ```
//!
//! It may end after any step: a client can cut its connection, and a runtime be restarted. Nothing is
//! decided then, since the answer of the provider and what follows from it are one write.

use std::time::Duration;

use http::StatusCode;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, RETRY_AFTER};

use crate::audit::{Event, EventKind, Reason};
use crate::oauth::context::OAuthContext;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{GrantKey, GrantOutcome, Lease, Operation, RecheckOutcome, Repeat};
use crate::oauth::grant_subject::{GrantSubject, Identified};
use crate::oauth::issue::{Pending, finish};
use crate::reply::{self, Reply};
use crate::upstream::trouble::{Cause, Given, Trouble};

/// Longest time that a request waits in all while another one asks the provider: as long as that
/// one may.
const PATIENCE: Duration = Duration::from_secs(5);

/// The first wait, which doubles each time: most providers answer in a few hundred milliseconds, and
/// fifty twins are not to look at the record fifty times a second.
const FIRST_WAIT: Duration = Duration::from_millis(150);

/// `Retry-After` for a request that waited in vain, in seconds: the lease of the other one is over
/// soon.
const BUSY_RETRY: u32 = 2;

/// `Retry-After` where the provider has to confirm and did not: an outage or a rate limit takes a
/// while, and each retry asks again.
const UNCONFIRMED_RETRY: u32 = 30;

/// The adapter's next step.
#[derive(Debug)]
pub enum Step {
    /// Perform this on the grant's record and go on with [`Course::performed`].
    Perform(Operation),
    /// Ask the identity provider about this holder and go on with [`Course::answered`].
    Ask(Box<GrantSubject>),
    /// Wait so long and go on with [`Course::start`].
    Wait(Duration),
    /// Answer the client.
    Reply(Reply),
}

/// Answer of the identity provider.
#[derive(Debug)]
pub struct Confirmation {
    /// Credentials for the next question, where they are not part of the verdict. Kept even if it
    /// decided nothing: a provider that gives each token once has used up the old one.
    pub upstream: Option<Given>,
    /// Whom it vouches for; `None` where there is nothing to ask it with.
    pub verdict: Result<Option<Identified>, Trouble>,
}

/// One request on its way.
#[derive(Debug)]
pub struct Course {
    pending: Pending,
    waited: Duration,
    question: Option<(Lease, Box<GrantSubject>)>,
    repeat: Option<Repeat>,
    /// Why the provider did not confirm the person, if it did not.
    unconfirmed: Option<Cause>,
}

impl Course {
    pub(crate) fn new(pending: Pending) -> Self {
        Self { pending, waited: Duration::ZERO, question: None, repeat: None, unconfirmed: None }
    }

    /// The grant that it is about.
    #[must_use]
    pub fn address(&self) -> &GrantKey {
        &self.pending.address
    }

    /// The first operation, which is performed again after a wait.
    #[must_use]
    pub fn start(&self) -> Operation {
        let mut operation = self.pending.operation.clone();
        if let Operation::Refresh { has_waited, .. } = &mut operation {
            *has_waited = !self.waited.is_zero();
        }
        operation
    }

    /// Goes on with what came of an operation.
    pub fn performed(&mut self, oauth: &mut OAuthContext<'_>, outcome: GrantOutcome) -> Step {
        match outcome {
            GrantOutcome::Ask { sealed, lease, repeat } => {
                self.repeat = repeat.or(self.repeat);
                self.ask(oauth, &sealed, lease)
            }
            GrantOutcome::Busy => self.wait(oauth),
            GrantOutcome::Unconfirmed => {
                let description = "The identity provider did not confirm the sign-in; try again";
                let cause = self.unconfirmed.unwrap_or(Cause::Unavailable);
                Step::Reply(later(description, cause.reason(), UNCONFIRMED_RETRY))
            }
            outcome => {
                if let GrantOutcome::Active { repeat, .. } = &outcome {
                    self.tell(oauth, repeat.or(self.repeat));
                }
                Step::Reply(finish(oauth, &self.pending, outcome))
            }
        }
    }

    fn ask(&mut self, oauth: &OAuthContext<'_>, sealed: &str, lease: Lease) -> Step {
        let Some(holder) = GrantSubject::open(oauth.keys, &self.address().id, sealed) else {
            return Step::Reply(Pending::key_gone().into_reply());
        };
        oauth.log.person(&self.address().subject_key, &holder.caller);
        let holder = Box::new(holder);
        self.question = Some((lease, holder.clone()));
        Step::Ask(holder)
    }

    fn wait(&mut self, oauth: &OAuthContext<'_>) -> Step {
        let left = PATIENCE.saturating_sub(self.waited);
        if left.is_zero() {
            oauth.log.user(&self.address().subject_key);
            let description = "Another request is renewing these tokens; try again";
            return Step::Reply(later(description, Reason::RefreshBusy, BUSY_RETRY));
        }
        // As long as was waited so far, so that the waits double.
        let wait = self.waited.max(FIRST_WAIT).min(left);
        self.waited += wait;
        Step::Wait(wait)
    }

    /// Goes on with what the provider answered.
    pub fn answered(&mut self, oauth: &mut OAuthContext<'_>, confirmation: Confirmation) -> Step {
        let Some((lease, mut holder)) = self.question.take() else {
            return Step::Perform(self.start());
        };
        let is_replaced = confirmation.upstream.is_some();
        holder.replace(confirmation.upstream);
        let grant = &self.pending.address.id;
        let answer = match confirmation.verdict {
            Ok(Some(identified)) => {
                holder.renew(identified);
                RecheckOutcome::Confirmed { sealed: holder.seal(oauth.keys, grant, oauth.entropy) }
            }
            Ok(None) => RecheckOutcome::Unaskable,
            Err(Trouble::Ended(reason, _)) => {
                self.pending.refusal = reason;
                RecheckOutcome::Refused
            }
            Err(Trouble::Failed(cause, _)) => {
                self.unconfirmed = Some(cause);
                oauth.log.tell(EventKind::RefreshUnconfirmed, cause.reason());
                let sealed = is_replaced.then(|| holder.seal(oauth.keys, grant, oauth.entropy));
                RecheckOutcome::Unconfirmed { sealed }
            }
        };
        Step::Perform(Operation::Settle { lease, answer, rules: self.pending.rules })
    }

    /// Tells the audit trail of tokens that are issued; what went on unconfirmed was told already.
    fn tell(&self, oauth: &OAuthContext<'_>, repeat: Option<Repeat>) {
        let (kind, reason) = match (repeat, self.unconfirmed) {
            (Some(repeat), _) => return oauth.log.record(repeated(repeat)),
            (None, Some(_)) => return,
            (None, None) if self.pending.is_code => (EventKind::TokenIssued, Reason::CodeRedeemed),
            (None, None) => (EventKind::TokenRefreshed, Reason::RefreshRotated),
        };
        oauth.log.tell(kind, reason);
    }
}

/// The event of a refresh token that came again. Where from is not in it, only whether it differs.
fn repeated(repeat: Repeat) -> Event {
    let is_elsewhere = repeat.is_other_network || repeat.is_other_country;
    let reason =
        if is_elsewhere { Reason::RefreshRepeatedElsewhere } else { Reason::RefreshRepeated };
    let word = |is_other| if is_other { "other" } else { "same" };
    let detail = format!(
        "generations={} network={} country={}",
        repeat.rows,
        word(repeat.is_other_network),
        word(repeat.is_other_country)
    );
    Event { detail: Some(detail), ..Event::new(EventKind::RefreshRetried, reason) }
}

/// `503` with the time after which to try again.
fn later(description: &'static str, reason: Reason, seconds: u32) -> Reply {
    let error = OAuthError::new("temporarily_unavailable", description).because(reason);
    let mut reply = error.reply_with(StatusCode::SERVICE_UNAVAILABLE);
    reply::set(&mut reply, ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
    reply.headers_mut().insert(RETRY_AFTER, seconds.into());
    reply
}

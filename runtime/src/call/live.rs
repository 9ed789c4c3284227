//! The state that a running call and its host share.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use serde_json::{Map, Value};
use toolgate_core::mcp::ask::{Ask, ElicitationReply};
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::peer::Peer;
use toolgate_core::mcp::{Call, Fault, Retry, Target, notify};
use toolgate_core::seal::Entropy as _;

use super::busy::{Busy, Waiting};
use super::client::Client;
use super::outbox::Outbox;
use super::step::{Asked, HostKind, WIRE};
use crate::audit::Trail;
use crate::platform::PlatformEntropy;
use crate::platform::span::Span;
use crate::ports::feature::Record;

/// Ends a round of a call that asks: from the questions and the record to the result that the client
/// gets. Named by what asks, so that a server without questions does not contain it.
pub(crate) type Pause = Box<dyn Fn(Vec<Ask>, &Record) -> CallResult>;

/// Shared by the two sides of a call. Nothing here stays borrowed while user code runs, for a user's
/// panic would leave it borrowed for ever.
pub(crate) struct Live {
    pub(super) peer: Peer,
    pub(super) client: Client,
    pub(super) host: HostKind,
    /// Arguments that are known already, where this completes another one.
    pub(super) known: Map<String, Value>,
    /// The target and its arguments, where it may ask: a state of 2026-07-28 is bound to it.
    pub(super) subject: Option<(Target, Map<String, Value>)>,
    pub(super) retry: RefCell<Retry>,
    pub(super) record: RefCell<Record>,
    pub(super) outbox: RefCell<Outbox>,
    pub(super) questions: RefCell<Vec<OpenQuestion>>,
    pub(super) keeps: RefCell<VecDeque<(String, Value)>>,
    pub(super) pause: RefCell<Option<Pause>>,
    pub(super) fault: RefCell<Option<Fault>>,
    /// The capability that the client was to have and has not.
    pub(super) missing: RefCell<Option<Value>>,
    pub(super) wakers: RefCell<Vec<Waker>>,
    pub(super) numbered: Cell<u32>,
    pub(super) releases: Cell<bool>,
    /// Questions of a task that were put, and that the function let go.
    pub(super) withdrawn: RefCell<Vec<String>>,
    /// The function may go on as a task.
    pub(super) is_late_task: bool,
    /// It is to do so.
    pub(super) starts_task: Cell<bool>,
    pub(super) cancelled: Cell<bool>,
    /// The waits of the function other than for answers.
    pub(super) busy: Busy,
    pub(super) hears_of_cancellation: Cell<bool>,
    /// The function says that it acts as its caller.
    pub(super) acts_as_caller: Cell<bool>,
    /// The span that the function works in, while it is polled.
    pub(super) span: RefCell<Option<Span>>,
    /// The audit trail; none in a test.
    pub(super) trail: Option<Rc<Trail>>,
    /// The object of the session that hosts it.
    session: Option<String>,
}

pub(super) struct OpenQuestion {
    pub(super) asked: Asked,
    pub(super) is_announced: bool,
    pub(super) reply: Option<Option<ElicitationReply>>,
}

impl Live {
    pub(crate) fn new(
        call: Call,
        arguments: Option<Map<String, Value>>,
        record: Record,
        host: HostKind,
        is_late_task: bool,
    ) -> Self {
        let Call { target, peer, retry, .. } = call;
        let subject = arguments.map(|arguments| (target, arguments));
        Self { is_late_task, ..Self::of(peer, subject, retry, record, host) }
    }

    /// Of the completion of an argument, with those that are known already.
    pub(crate) fn completing(self, known: Map<String, Value>) -> Self {
        Self { known, ..self }
    }

    /// Of a call that no client made.
    pub(crate) fn alone() -> Self {
        Self::of(Peer::default(), None, Retry::default(), Record::default(), HostKind::Stateless)
    }

    fn of(
        peer: Peer,
        subject: Option<(Target, Map<String, Value>)>,
        retry: Retry,
        record: Record,
        host: HostKind,
    ) -> Self {
        Self {
            client: Client::new(&peer, host, subject.is_some()),
            peer,
            host,
            known: Map::new(),
            subject,
            retry: RefCell::new(retry),
            record: RefCell::new(record),
            outbox: RefCell::default(),
            questions: RefCell::default(),
            keeps: RefCell::default(),
            pause: RefCell::default(),
            fault: RefCell::default(),
            missing: RefCell::default(),
            wakers: RefCell::default(),
            numbered: Cell::new(0),
            releases: Cell::new(false),
            withdrawn: RefCell::default(),
            is_late_task: false,
            starts_task: Cell::new(false),
            cancelled: Cell::new(false),
            busy: Busy::default(),
            hears_of_cancellation: Cell::new(false),
            acts_as_caller: Cell::new(false),
            span: RefCell::default(),
            trail: None,
            session: None,
        }
    }

    /// In a session, whose object has this name.
    pub(crate) fn in_session(self, session: Option<String>) -> Self {
        Self { session, ..self }
    }

    /// The object of its session.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// With the audit trail of the call.
    pub(crate) fn told_by(self, trail: Option<Rc<Trail>>) -> Self {
        Self { trail, ..self }
    }

    pub(crate) fn trail(&self) -> Option<&Rc<Trail>> {
        self.trail.as_ref()
    }

    /// The span that the function works in.
    pub(crate) fn span(&self) -> Option<Span> {
        self.span.borrow().clone()
    }

    /// Makes another span the current one, and gives back which it was.
    pub(crate) fn enter(&self, span: Option<Span>) -> Option<Span> {
        self.span.replace(span)
    }

    /// Notes that the function says so.
    pub(crate) fn declare_as_caller(&self) {
        self.acts_as_caller.set(true);
    }

    pub(crate) fn acts_as_caller(&self) -> bool {
        self.acts_as_caller.get()
    }

    pub(crate) fn peer(&self) -> &Peer {
        &self.peer
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn host(&self) -> HostKind {
        self.host
    }

    pub(crate) fn known(&self, name: &str) -> Option<&str> {
        self.known.get(name)?.as_str()
    }

    pub(crate) fn subject(&self) -> Option<&(Target, Map<String, Value>)> {
        self.subject.as_ref()
    }
}

/// The side of the call.
impl Live {
    pub(crate) fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        if self.peer.progress_token.is_none() || !self.outbox.borrow_mut().advances(progress) {
            return;
        }
        if let Some(text) = notify::progress(&self.peer, progress, total, message) {
            self.outbox.borrow_mut().progress(text);
        }
    }

    /// The text of a log message.
    pub(crate) fn log(&self, text: String) {
        self.outbox.borrow_mut().log(text);
    }

    /// The function waits for something besides an answer.
    pub(crate) fn busy(&self) -> Waiting {
        self.busy.begin()
    }

    /// Ends the HTTP stream of a session's call; other hosts have none that the client comes back to.
    pub(crate) fn release(&self) {
        self.releases.set(self.host == HostKind::Session);
    }

    /// Ends this run for one as a task; does nothing where that cannot be.
    pub(crate) async fn start_task(&self) {
        if self.is_late_task {
            self.starts_task.set(true);
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    pub(crate) async fn cancelled(&self) {
        self.hears_of_cancellation.set(true);
        poll_fn(|polling| {
            if self.is_cancelled() {
                return Poll::Ready(());
            }
            self.wake_on_change(polling.waker());
            Poll::Pending
        })
        .await;
    }

    /// The key of the next question that has none of its own.
    pub(crate) fn next_key(&self) -> String {
        self.numbered.set(self.numbered.get() + 1);
        format!("ask-{}", self.numbered.get())
    }

    /// The state of an earlier round that the client gave back; given out once.
    pub(crate) fn take_state(&self) -> Option<String> {
        self.retry.borrow_mut().state.take()
    }

    /// Takes up what an earlier round knew.
    pub(crate) fn resume(&self, record: Record) {
        *self.record.borrow_mut() = record;
    }

    pub(crate) fn recorded(&self, key: &str) -> Option<Value> {
        self.record.borrow().answers.get(key).cloned()
    }

    /// An answer that came with this request.
    pub(crate) fn response(&self, key: &str) -> Option<Value> {
        self.retry.borrow_mut().responses.remove(key)
    }

    pub(crate) fn record_answer(&self, key: &str, answer: Value) {
        self.record.borrow_mut().answers.insert(key.to_owned(), answer);
    }

    pub(crate) fn memo(&self, key: &str) -> Option<Value> {
        self.record.borrow().memo.get(key).cloned()
    }

    /// Notes a result for the next run, as far as this one comes to hand it over.
    pub(crate) fn note(&self, key: &str, value: Value) {
        self.record.borrow_mut().memo.insert(key.to_owned(), value);
    }

    /// Keeps a result; for a task, until its host has it safely.
    pub(crate) async fn keep(&self, key: &str, value: Value) {
        self.note(key, value.clone());
        if self.host != HostKind::Task {
            return;
        }
        self.keeps.borrow_mut().push_back((key.to_owned(), value));
        let mut is_handed_over = false;
        // The host polls the call again only when it has done what the step says.
        poll_fn(|polling| {
            if std::mem::replace(&mut is_handed_over, true) {
                return Poll::Ready(());
            }
            polling.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Ends the call with a fault; the call itself does not go on.
    pub(crate) async fn fail(&self, fault: Fault) -> ! {
        *self.fault.borrow_mut() = Some(fault);
        std::future::pending().await
    }

    pub(crate) fn lacks(&self, required: Value) {
        self.missing.borrow_mut().get_or_insert(required);
    }

    pub(crate) fn pause_with(&self, pause: Pause) {
        *self.pause.borrow_mut() = Some(pause);
    }

    /// Puts a question and waits for the reply; `None` for one that is no answer to it.
    pub(crate) async fn question(&self, ask: Ask) -> Option<ElicitationReply> {
        let id = match self.host {
            // Unique in the session, whatever ids the client uses for its own requests.
            HostKind::Session => PlatformEntropy.token(),
            HostKind::Stateless | HostKind::Task => ask.key.clone(),
        };
        let asked = Asked { id: id.clone(), ask, wire: &WIRE };
        let withdraw = Withdraw { live: self, id };
        self.questions.borrow_mut().push(OpenQuestion { asked, is_announced: false, reply: None });
        poll_fn(|polling| {
            let questions = self.questions.borrow();
            let reply = questions.iter().find(|question| question.asked.id == withdraw.id);
            match reply.and_then(|question| question.reply.clone()) {
                Some(reply) => Poll::Ready(reply),
                None => {
                    drop(questions);
                    self.wake_on_change(polling.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// A question that nobody waits for any more is no longer open.
struct Withdraw<'a> {
    live: &'a Live,
    id: String,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        let mut questions = self.live.questions.borrow_mut();
        let open = |question: &OpenQuestion| question.is_announced && question.reply.is_none();
        let is_open = questions.iter().any(|other| other.asked.id == self.id && open(other));
        questions.retain(|question| question.asked.id != self.id);
        if is_open && self.live.host == HostKind::Task {
            self.live.withdrawn.borrow_mut().push(self.id.clone());
        }
    }
}

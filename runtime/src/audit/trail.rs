//! The line of one call. The decision is made before the function runs; how it ended belongs to it, and
//! log lines cost more than calls. So the line is held back until the call ends, unless that takes
//! long: then the decision is written at once, and the end in a line of its own.
//!
//! A line that is held back is not lost with the call. As soon as the function waits for something,
//! JavaScript has what to write should this instance of the module be given up, and the request goes on
//! until the line is written, whether or not its client is still there.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Context as Polling;
use std::time::Duration;

use toolgate_core::audit::{
    CallAudit, CallOutcome, Event, EventKind, Finish, Log, Reason, Settled,
};
use toolgate_core::seal::Entropy as _;

use super::Teller;
use crate::platform::instance::Testament;
use crate::platform::timer::Timer;
use crate::platform::{PlatformEntropy, millis};

/// The time for which a decision is held back: most calls end before, and a reader of the log hardly notices.
const PATIENCE: Duration = Duration::from_secs(1);

/// Characters of a list of hosts: some forty of them, and a line stays far below what the sinks hold.
const MAX_HOSTS: usize = 1024;

/// What a list of hosts ends with where there were more.
const MORE_HOSTS: &str = "…";

/// Characters of the id that joins the two lines of a call.
const ID_LENGTH: usize = 16;

/// An id that joins the lines of a call.
pub(crate) fn new_id() -> String {
    PlatformEntropy.token()[..ID_LENGTH].to_owned()
}

/// The audit trail of one call.
pub(crate) struct Trail {
    teller: Teller,
    began: u64,
    line: RefCell<Line>,
}

struct Line {
    /// The event that is written next; none once the call is over.
    event: Option<Event>,
    /// The number that it has, once somebody needs it: here and in the testament it is one line.
    number: Option<u64>,
    /// True if the decision is written.
    is_told: bool,
    /// The outcome, where it was not the function that ended the call.
    ended: Option<CallOutcome>,
    patience: Option<Timer>,
    /// The line that JavaScript writes if nobody here can.
    testament: Option<Testament>,
}

impl Trail {
    /// Begins the trail of a call that was allowed; `None` where no decision is held back. What
    /// `[audit] required` wants is written before anything runs.
    pub(crate) fn begin(teller: &Teller, audit: &mut CallAudit) -> Option<Rc<Self>> {
        let mut event = *audit.decision.take()?;
        event.id.clone_from(&audit.id);
        let line = Line {
            event: Some(event),
            number: None,
            is_told: false,
            ended: None,
            patience: None,
            testament: None,
        };
        let trail =
            Rc::new(Self { teller: teller.clone(), began: millis(), line: RefCell::new(line) });
        if teller.app.config.audit.required {
            trail.tell();
        }
        let settled = Rc::clone(&trail);
        audit.settling.on_settled(move |outcome| settled.finish(outcome));
        Some(trail)
    }

    /// To be called whenever the call waits.
    pub(crate) fn waits(&self, polling: &mut Polling<'_>) {
        let mut line = self.line.borrow_mut();
        if line.event.is_none() {
            return;
        }
        if line.testament.is_none() {
            self.make_testament(&mut line);
        }
        if line.is_told {
            return;
        }
        let patience = line.patience.get_or_insert_with(|| Timer::from(PATIENCE));
        if Pin::new(patience).poll(polling).is_ready() {
            drop(line);
            self.tell();
        }
    }

    /// Writes the decision now, if it is not written: the call streams, or becomes a task.
    pub(crate) fn tell(&self) {
        let line = &mut *self.line.borrow_mut();
        let Some(event) = line.event.as_mut().filter(|_| !line.is_told) else { return };
        event.id.get_or_insert_with(new_id);
        let number = line.number.take().unwrap_or_else(Teller::number);
        self.teller.write(event, number);
        // The next line is another one.
        if let Some(finished) = event.kind.finished() {
            event.kind = finished;
        }
        event.arguments = None;
        line.is_told = true;
        line.patience = None;
        if line.testament.take().is_some() {
            self.make_testament(line);
        }
    }

    /// Notes that it was not the function that ended the call.
    pub(crate) fn ended(&self, outcome: CallOutcome) {
        self.line.borrow_mut().ended.get_or_insert(outcome);
    }

    /// Notes that the call acts at this host in the person's name.
    pub(crate) fn acts_as_caller(&self, host: &str) {
        self.add_host(host, |event| &mut event.as_caller);
    }

    /// Notes that the call sends a request to this host.
    pub(crate) fn sends_to(&self, host: &str) {
        self.add_host(host, |event| &mut event.hosts);
    }

    fn add_host(&self, host: &str, list: fn(&mut Event) -> &mut Option<String>) {
        let line = &mut *self.line.borrow_mut();
        let Some(event) = &mut line.event else { return };
        let hosts = list(event).get_or_insert_default();
        // One host has many spellings.
        let host = &*host.to_ascii_lowercase();
        if hosts.split(' ').any(|known| known == host || known == MORE_HOSTS) {
            return;
        }
        if !hosts.is_empty() {
            hosts.push(' ');
        }
        // A function that walks the web must not make its line too long for a sink.
        let fits = hosts.len() + host.len() + 1 + MORE_HOSTS.len() <= MAX_HOSTS;
        hosts.push_str(if fits { host } else { MORE_HOSTS });
        if line.testament.take().is_some() {
            self.make_testament(line);
        }
    }

    /// Writes that the identity provider has ended the sign-in under which the call runs.
    pub(crate) fn revoked(&self, reason: Reason) {
        let line = self.line.borrow();
        let known = line.event.as_ref().map(|event| (event.user.clone(), event.client.clone()));
        let (user, client) = known.unwrap_or_default();
        self.teller.tell(&Event { user, client, ..Event::new(EventKind::Revoked, reason) });
    }

    /// Writes what was decided in the course of the call.
    pub(crate) fn also(&self, log: &Log) {
        self.teller.flush(log);
    }

    /// Has the request, and with it this work, go on to its end, whatever becomes of the call.
    pub(crate) fn hold(&self, work: impl Future<Output = ()> + 'static) {
        self.teller.wait_until(work);
    }

    fn finish(&self, settled: Settled) {
        let mut line = self.line.borrow_mut();
        let Some(mut event) = line.event.take() else { return };
        let outcome = line.ended.unwrap_or(settled.outcome);
        // The task tells how it ends; but a number that the testament took has to become a line.
        if !(line.is_told && outcome == CallOutcome::Task && line.number.is_none()) {
            let ms = millis().saturating_sub(self.began);
            event.finish = Some(Finish { outcome, ms, bytes: settled.bytes });
            let number = line.number.take().unwrap_or_else(Teller::number);
            self.teller.write(&event, number);
        }
        line.patience = None;
        line.testament = None;
    }

    /// Has JavaScript write that the call was lost, if it comes to that.
    fn make_testament(&self, line: &mut Line) {
        let Some(mut event) = line.event.clone() else { return };
        let ms = millis().saturating_sub(self.began);
        event.finish = Some(Finish { outcome: CallOutcome::Lost, ms, bytes: 0 });
        let number = *line.number.get_or_insert_with(Teller::number);
        let testament = Testament::new(&self.teller.line(&event, number, |_| ()));
        self.teller.wait_until(testament.executed());
        line.testament = Some(testament);
    }
}

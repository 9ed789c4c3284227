//! Functions that no client starts: at certain times, for messages of a queue, for mail.

use std::time::Duration;

use serde_json::Value;

use super::server::TestServer;
use crate::platform::mail::Mail;
use crate::platform::native::console;
use crate::platform::now;
use crate::trigger::{self, Email, RawMessage, Scheduled, Site, TriggerKind, Verdict};

/// A run of a function that no client started.
#[derive(Debug, Clone)]
pub struct TestRun {
    what: String,
    outcome: Result<(), String>,
    log: Vec<String>,
}

/// The messages that a function took, and what became of each.
#[derive(Debug, Clone)]
pub struct TestDelivery {
    run: TestRun,
    verdicts: Vec<Verdict>,
}

/// A mail that a function took, and what became of it.
pub struct TestMail {
    run: TestRun,
    mail: Mail,
}

/// A message for a queue: its body as JSON, and how often it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    body: Value,
    attempts: u32,
}

impl Delivered {
    /// A message that comes for the first time.
    pub fn new(body: impl Into<Value>) -> Self {
        Self { body: body.into(), attempts: 1 }
    }

    /// A message that has come as often before as to make this its attempt of that number, from 1.
    #[must_use]
    pub fn attempt(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }
}

impl From<Value> for Delivered {
    fn from(body: Value) -> Self {
        Self::new(body)
    }
}

impl TestServer {
    /// Runs the function of `[cron.<name>]`, at the time of this server.
    ///
    /// ```
    /// # use toolgate::testing::TestServer;
    /// # fn show(server: &TestServer) {
    /// server.cron("nightly").assert_ok();
    /// # }
    /// ```
    ///
    /// # Panics
    /// `mcp.toml` has no such section, or the function panics.
    #[track_caller]
    pub fn cron(&self, name: &str) -> TestRun {
        let known = self.triggers().crons.iter().map(|(known, _)| *known);
        expect(TriggerKind::Cron, known, name);
        let site = self.site();
        let run = trigger::scheduled(
            &site,
            self.triggers(),
            name,
            Scheduled::at(self.run(async { now() })),
        );
        self.ran(format!("cron `{name}`"), run)
    }

    /// Gives messages to the function of `[queues.<name>]`, as one batch: JSON, or [`Delivered`].
    ///
    /// ```
    /// # use toolgate::testing::{TestServer, json};
    /// # fn show(server: &TestServer) {
    /// let delivery = server.deliver("jobs", [json!({ "page": "a" }), json!("no job")]);
    /// assert_eq!((delivery.acknowledged(), delivery.retried()), (vec![0], vec![1]));
    /// # }
    /// ```
    ///
    /// # Panics
    /// `mcp.toml` has no such section, or the function panics.
    #[track_caller]
    pub fn deliver(
        &self,
        queue: &str,
        messages: impl IntoIterator<Item = impl Into<Delivered>>,
    ) -> TestDelivery {
        let queues = self.triggers().queues;
        expect(TriggerKind::Queue, queues.iter().map(|(known, _)| *known), queue);
        let at_cloudflare = queues.iter().find(|(known, _)| *known == queue);
        let at_cloudflare = at_cloudflare.map_or("", |(_, name)| *name);
        let time = self.run(async { now() });
        let messages = messages.into_iter().enumerate().map(|(index, message)| {
            let Delivered { body, attempts } = message.into();
            RawMessage::new(format!("message-{index}"), attempts, time, Ok(body), |_| {})
        });
        let messages: Vec<_> = messages.collect();
        let site = self.site();
        let batch = trigger::batch(&site, self.triggers(), at_cloudflare, messages.clone());
        let run = self.ran(format!("queue `{queue}`"), batch);
        // Each is decided about when the function is done.
        let verdicts = messages.iter().filter_map(RawMessage::verdict).collect();
        TestDelivery { run, verdicts }
    }

    /// Gives a mail to the function under `#[email]`: the envelope's sender and recipient, and the whole message.
    ///
    /// ```
    /// # use toolgate::testing::TestServer;
    /// # fn show(server: &TestServer) {
    /// let raw = "Subject: unsubscribe\r\n\r\nPlease.\r\n";
    /// let mail = server.mail("ada@example.com", "list@example.org", raw);
    /// assert_eq!(mail.rejected().as_deref(), Some("nobody reads this"));
    /// # }
    /// ```
    ///
    /// # Panics
    /// `mcp.toml` has no `[email]`, or the function panics.
    #[track_caller]
    pub fn mail(&self, from: &str, to: &str, raw: impl Into<Vec<u8>>) -> TestMail {
        let known = self.triggers().has_email.then_some("");
        expect(TriggerKind::Email, known, "");
        let mail = Mail::of_test(from, to, raw.into());
        let site = self.site();
        let run = self.ran("mail".to_owned(), trigger::mail(&site, Email::new(mail.clone())));
        TestMail { run, mail }
    }

    fn site(&self) -> Site {
        Site { app: self.app(), env: self.env().clone() }
    }

    fn ran(&self, what: String, run: impl Future<Output = Result<(), String>>) -> TestRun {
        console::take();
        let outcome = self.run(run);
        TestRun { what, outcome, log: console::take() }
    }
}

#[track_caller]
fn expect(kind: TriggerKind, known: impl IntoIterator<Item = &'static str>, name: &str) {
    let known: Vec<_> = known.into_iter().collect();
    assert!(known.contains(&name), "mcp.toml has no {} `{name}`, but {known:?}", kind.noun());
}

impl TestRun {
    /// The lines of the Worker's log about what failed.
    #[must_use]
    pub fn log(&self) -> &[String] {
        &self.log
    }

    /// Fails if the function failed.
    ///
    /// # Panics
    /// It did.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        let Self { what, outcome, log } = self;
        assert!(
            outcome.is_ok() && log.is_empty(),
            "{what} failed: {outcome:?}; the log says {log:?}"
        );
        self
    }

    /// Fails unless the function failed, with an error that contains this.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn assert_failed(&self, expected: &str) -> &Self {
        let Self { what, outcome, log } = self;
        assert!(
            log.iter().any(|line| line.contains(expected)),
            "{what} was to fail with {expected:?}, and ended with {outcome:?}; the log says {log:?}"
        );
        self
    }
}

impl TestDelivery {
    /// The numbers of the messages that are done, from 0.
    #[must_use]
    pub fn acknowledged(&self) -> Vec<usize> {
        self.numbers(|verdict| matches!(verdict, Verdict::Acknowledged))
    }

    /// The numbers of the messages that come again, from 0.
    #[must_use]
    pub fn retried(&self) -> Vec<usize> {
        self.numbers(|verdict| matches!(verdict, Verdict::Retried(_)))
    }

    /// The time before a message comes again, where the function has said one.
    ///
    /// # Panics
    /// There is no such message.
    #[must_use]
    #[track_caller]
    pub fn delay(&self, message: usize) -> Option<Duration> {
        match self.verdicts[message] {
            Verdict::Retried(delay) => delay,
            Verdict::Acknowledged => None,
        }
    }

    /// The run: its log, and expectations of how it ended.
    #[must_use]
    pub fn run(&self) -> &TestRun {
        &self.run
    }

    fn numbers(&self, is_it: impl Fn(&Verdict) -> bool) -> Vec<usize> {
        let verdicts = self.verdicts.iter().enumerate();
        verdicts.filter(|(_, verdict)| is_it(verdict)).map(|(index, _)| index).collect()
    }
}

impl TestMail {
    /// The addresses that the function forwarded it to.
    #[must_use]
    pub fn forwarded(&self) -> Vec<String> {
        self.mail.forwarded()
    }

    /// The reason for which the function refused it.
    #[must_use]
    pub fn rejected(&self) -> Option<String> {
        self.mail.rejected()
    }

    /// The run: its log, and expectations of how it ended.
    #[must_use]
    pub fn run(&self) -> &TestRun {
        &self.run
    }
}

impl std::fmt::Debug for TestMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestMail").field("run", &self.run).finish_non_exhaustive()
    }
}

//! Writes the audit trail: to the Worker's log always, to Analytics Engine and to a Queue where
//! `[audit]` of `mcp.toml` names them.
//!
//! Nothing here fails a request: the decision stands whether or not it could be told everywhere,
//! and what could not be told is in the log together with the error.

#[cfg_attr(not(target_arch = "wasm32"), path = "native.rs")]
mod sinks;
mod trail;

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;

use toolgate_config::AuditSink;
use toolgate_core::audit::{self, Event, Lines, Log, Record};
use toolgate_core::seal::{Entropy as _, Keyring};

use crate::platform::bindings::Env;
use crate::platform::host::{self, Context};
use crate::platform::{PlatformEntropy, now};
use crate::ports::app::App;
use crate::ports::request_context::RequestContext;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use sinks::{keep_events, take_events};
pub(crate) use trail::{Trail, new_id};

/// Characters of the name of an instance: told apart within the days that a log is kept.
const INSTANCE_LENGTH: usize = 8;

thread_local! {
    static LINES: RefCell<Option<Lines>> = const { RefCell::new(None) };
    static KEYS: OnceCell<Option<Keyring>> = const { OnceCell::new() };
}

/// Where the events of one request are written to.
#[derive(Clone)]
pub(crate) struct Teller {
    app: &'static App,
    env: Env,
    /// Names the request.
    request: Rc<str>,
    /// The request that waits for what is sent; none in an object, which stays until it is done.
    context: Option<Rc<Context>>,
}

impl Teller {
    /// Of a request to the Worker.
    pub(crate) fn of_request(
        app: &'static App,
        env: &Env,
        request: &str,
        context: &Context,
    ) -> Self {
        let context = Some(Rc::new(host::share(context)));
        Self { app, env: env.clone(), request: request.into(), context }
    }

    /// Of a message that an object got with this request.
    pub(crate) fn of_object(app: &'static App, env: &Env, request: &str) -> Self {
        Self { app, env: env.clone(), request: request.into(), context: None }
    }

    /// Writes what is in the log and has not been written.
    pub(crate) fn flush(&self, log: &Log) {
        log.take().iter().for_each(|event| self.tell(event));
    }

    /// Writes an event.
    pub(crate) fn tell(&self, event: &Event) {
        self.write(event, Self::number());
    }

    /// The number of a line, which then has to be written.
    fn number() -> u64 {
        with_lines(Lines::number)
    }

    fn write(&self, event: &Event, number: u64) {
        #[cfg(not(target_arch = "wasm32"))]
        sinks::keep(event);
        let has = |sink: AuditSink| self.app.config.audit.sinks.contains(&sink);
        let line = self.line(event, number, |record| {
            if has(AuditSink::AnalyticsEngine) {
                sinks::write_point(&self.env, record);
            }
        });
        sinks::log(&line);
        if has(AuditSink::Queue)
            && let Some(sent) = sinks::send(&self.env, line)
        {
            self.wait_until(sent);
        }
    }

    /// The line of an event.
    fn line(&self, event: &Event, number: u64, also: impl FnOnce(&Record<'_>)) -> String {
        let json = with_lines(|lines| {
            let audit = &self.app.config.audit;
            let line = (lines.instance(), number);
            let record = Record::new(event, audit, now(), &self.request, line);
            also(&record);
            record.json()
        });
        KEYS.with(|keys| {
            audit::sign(&json, keys.get_or_init(|| self.app.keyring(&self.env)).as_ref())
        })
    }

    fn wait_until(&self, work: impl Future<Output = ()> + 'static) {
        match &self.context {
            Some(context) => context.wait_until(work),
            None => host::spawn(work),
        }
    }
}

impl RequestContext<'_> {
    /// Writes what was decided so far to the audit trail.
    pub(crate) fn flush(&self) {
        if !self.log.is_empty() {
            self.teller().flush(&self.log);
        }
    }

    /// Where the audit trail of this request is written to.
    pub(crate) fn teller(&self) -> Teller {
        Teller::of_request(self.app, self.env, &self.request_id, self.context)
    }
}

fn with_lines<T>(work: impl FnOnce(&mut Lines) -> T) -> T {
    LINES.with_borrow_mut(|lines| {
        work(lines.get_or_insert_with(|| {
            Lines::new(PlatformEntropy.token()[..INSTANCE_LENGTH].to_owned())
        }))
    })
}

//! Runs a task's tool inside its object.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use serde_json::Value;
use toolgate_core::audit::CallAudit;
use toolgate_core::mcp::notify;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::peer::{Peer, Trace};
use toolgate_core::mcp::task::{TaskDetail, TaskStatus};
use toolgate_core::mcp::{Call, Fault, INTERNAL_ERROR, Retry, Revision, Target};

use super::message::NewTask;
use super::news::News;
use super::store::Store;
use super::{MAX_RUNS, MAX_STATUS_MESSAGE, PATIENCE, told};
use crate::audit::Teller;
use crate::call::{Running, Step, TaskStep};
use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::timer::Timer;
use crate::ports::app::App;
use crate::ports::object::Object;
use crate::ports::principal::Principal;
use crate::tool::registry;
use crate::tool::run::{self, Start};
use toolgate_core::audit::Log;
use toolgate_core::json::to_text;
use toolgate_core::mcp::guard::{self, Asking};
use toolgate_policy::Arguments;

/// The revision that results of tasks are shaped for: the client may be of this one or, after an update, of
/// an older one that has tasks.
const REVISION: Revision = Revision::LATEST;

/// The memory of the object.
#[derive(Default)]
pub(super) struct Memory {
    /// Leads to the run, while there is one.
    inbox: RefCell<Option<UnboundedSender<Command>>>,
    /// The last progress that the tool told.
    message: RefCell<Option<String>>,
}

/// A command to a run.
pub(super) enum Command {
    /// The answer to the question of this key.
    Reply(String, Value),
    /// The task is over; the tool may clean up.
    Cancel,
}

impl Memory {
    /// Tells the run, if there is one.
    pub(super) fn tell(&self, command: Command) {
        if let Some(inbox) = &*self.inbox.borrow() {
            // A run that has just come to its end does not listen, and need not know.
            let _ = inbox.unbounded_send(command);
        }
    }

    pub(super) fn message(&self) -> Option<String> {
        self.message.borrow().clone()
    }
}

/// Runs the tool unless it runs already, or the task is over.
pub(super) fn ensure(object: &Object) -> worker::Result<()> {
    let memory = object.memory::<Memory>();
    if memory.inbox.borrow().is_some() {
        return Ok(());
    }
    let store = Store::of(object);
    let row = store.row()?;
    if row.status.is_terminal() {
        return Ok(());
    }
    if row.runs >= MAX_RUNS {
        let fault = Fault::new(INTERNAL_ERROR, "The task was interrupted too often");
        end(&store, object.app(), object.env(), Err(fault))?;
        let (app, env, news) = (object.app(), object.env().clone(), News::of(&store)?);
        object.state().wait_until(async move { news.spread(app, &env).await });
        return Ok(());
    }
    let run = store.begin(&row)?;
    let (sender, inbox) = unbounded();
    *memory.inbox.borrow_mut() = Some(sender);
    let host = Host {
        app: object.app(),
        env: object.env().clone(),
        store,
        memory: Rc::clone(&memory),
        run,
    };
    object.state().wait_until(async move {
        if let Err(error) = host.run(inbox).await {
            log_error!("the run of a task failed: {error}");
        }
        memory.inbox.take();
    });
    Ok(())
}

/// One run.
struct Host {
    app: &'static App,
    env: Env,
    store: Store,
    memory: Rc<Memory>,
    /// Its number. After a restart an earlier run may still be there for a moment, and has no say.
    run: u32,
}

impl Host {
    async fn run(&self, mut inbox: UnboundedReceiver<Command>) -> worker::Result<()> {
        let mut running = match self.start()? {
            Ok(start) => run::start::<TaskStep>(start),
            Err(fault) => return self.finish(Err(fault)).await,
        };
        let mut is_cancelled = false;
        loop {
            let only_asked = running.only_asks();
            let patience = Timer::from(PATIENCE);
            let next = {
                let (step, command) = (pin!(running.next()), inbox.next());
                let event = select(step, command);
                match select(event, pin!(patience)).await {
                    Either::Left((Either::Left((step, _)), _)) => Some(Ok(step)),
                    Either::Left((Either::Right((command, _)), _)) => Some(Err(command)),
                    Either::Right(_) => None,
                }
            };
            let Some(next) = next else {
                if only_asked && running.only_asks() {
                    // The task keeps answers, and the next one begins another run.
                    return Ok(());
                }
                continue;
            };
            match next {
                Err(Some(Command::Reply(key, answer))) => {
                    running.reply(&key, Ok(answer));
                }
                Err(Some(Command::Cancel)) => {
                    is_cancelled = true;
                    running.cancel();
                }
                Err(None) => return Ok(()),
                // What it still has to say is of no use to anybody.
                Ok(Step::Done(_)) if is_cancelled => return Ok(()),
                Ok(Step::Send(_) | Step::Host(_)) if is_cancelled => {}
                Ok(_) if self.store.current(self.run)?.is_none() => return Ok(()),
                Ok(Step::Done(outcome)) => return self.finish(outcome).await,
                Ok(Step::Send(text)) => self.note(&text),
                Ok(Step::Host(step)) => self.take(&running, step).await?,
            }
        }
    }

    /// The start of the call, or the fault by which it cannot run any more.
    fn start(&self) -> worker::Result<Result<Start, Fault>> {
        // The id opened for whoever asks, so nobody sees this but for a list of keys that became shorter
        // in the meantime.
        let Ok(task) = self.store.call() else {
            return Ok(Err(Fault::new(INTERNAL_ERROR, "The task's encryption key is gone")));
        };
        let found = registry().ok().and_then(|registry| {
            let tool = registry.infos().iter().position(|tool| tool.name == task.tool)?;
            Some((registry, tool))
        });
        // A new deployment may have other tools and other policies.
        let named = found.map(|(registry, tool)| {
            let info = &registry.infos()[tool];
            (info.name, info.policy)
        });
        let is_allowed = self.judge(&task, named);
        let Some((registry, tool)) = found.filter(|_| is_allowed) else {
            return Ok(Err(Fault::new(
                INTERNAL_ERROR,
                "The tool is no longer there for this task",
            )));
        };
        let call = Call {
            slot: 0,
            target: Target::Tool(tool),
            arguments: task.arguments,
            request_id: task.request_id,
            peer: Peer {
                revision: REVISION,
                capabilities: task.capabilities,
                // Tasks send no progress; what is said of it becomes the status message.
                progress_token: Some(Value::from("task")),
                trace: task.trace.map(|(parent, state)| Trace { parent, state }),
                ..Peer::default()
            },
            retry: Retry::default(),
            audit: CallAudit::default(),
            refusal: None,
        };
        Ok(Ok(Start {
            app: self.app,
            registry,
            env: self.env.clone(),
            principal: Principal {
                caller: task.caller,
                subject_key: task.subject_key,
                // The claims are judged before each run, for as long as there is the task.
                expires: self.store.row()?.expires / 1000,
                credential: None,
            },
            call,
            record: self.store.record()?,
            teller: None,
            session: None,
        }))
    }

    /// True if the caller may still call the tool. The first run is the one that was allowed and told with
    /// the call; each later one is decided anew, and told.
    fn judge(&self, task: &NewTask, found: Option<(&'static str, &'static str)>) -> bool {
        let vars = EnvVars(&self.env);
        let asking = Asking { config: &self.app.config, caller: &task.caller, vars: &vars };
        let told = if self.run > 1 { &guard::TOOL } else { &guard::TASK };
        let log = Log::default();
        log.person(&task.subject_key, &task.caller);
        log.client(&task.caller.client_id);
        let arguments = Arguments::Call(&task.arguments);
        let is_allowed = guard::judge(asking, &log, told, found, arguments);
        let request = task.audit.as_deref().unwrap_or_default();
        Teller::of_object(self.app, &self.env, request).flush(&log);
        is_allowed
    }

    /// Notes what a notification says of the tool's progress; a task sends none.
    fn note(&self, notification: &str) {
        if let Some(message) = progress(notification) {
            self.memory.message.replace(Some(message));
        }
    }

    /// Does what the tool wants.
    async fn take(&self, running: &Running<TaskStep>, step: TaskStep) -> worker::Result<()> {
        match step {
            TaskStep::Ask(asked) => {
                let answers = self.store.record()?.answers;
                for asked in asked {
                    match answers.get(&asked.ask.key) {
                        // It came after this run had begun and before it asked.
                        Some(answer) => {
                            running.reply(&asked.id, Ok(answer.clone()));
                        }
                        None => self.store.ask(&asked.ask)?,
                    }
                }
                self.store.set_alarm().await?;
                News::of(&self.store)?.spread(self.app, &self.env).await;
                Ok(())
            }
            TaskStep::Withdraw(key) => {
                self.store.withdraw(&key)?;
                self.store.set_alarm().await?;
                News::of(&self.store)?.spread(self.app, &self.env).await;
                Ok(())
            }
            TaskStep::Keep { key, value } => self.store.keep(&key, &value),
        }
    }

    async fn finish(&self, outcome: CallResult) -> worker::Result<()> {
        if self.store.current(self.run)?.is_none() {
            return Ok(());
        }
        self.memory.message.take();
        end(&self.store, self.app, &self.env, outcome)?;
        self.store.set_alarm().await?;
        News::of(&self.store)?.spread(self.app, &self.env).await;
        Ok(())
    }
}

/// Writes the end of the task.
fn end(store: &Store, app: &'static App, env: &Env, outcome: CallResult) -> worker::Result<()> {
    match outcome {
        Ok(result) => {
            let outcome = result.outcome();
            let result = result.shape(REVISION).result;
            told::end(store, app, env, outcome, to_text(&result).len());
            let result = TaskDetail::Result(result);
            store.finish(TaskStatus::Completed, None, &result)
        }
        Err(fault) => {
            let outcome = fault.outcome();
            let error = fault.into_value();
            told::end(store, app, env, outcome, to_text(&error).len());
            let message = error.get("message").and_then(Value::as_str).map(str::to_owned);
            store.finish(TaskStatus::Failed, message.as_deref(), &TaskDetail::Error(error))
        }
    }
}

/// The words of a progress notification.
fn progress(notification: &str) -> Option<String> {
    let notification: Value = toolgate_core::json::from_str(notification).ok()?;
    if notification.get("method")? != notify::PROGRESS {
        return None;
    }
    let params = notification.get("params")?;
    let text = match params.get("message").and_then(Value::as_str) {
        Some(message) => message.to_owned(),
        None => match (params.get("progress")?, params.get("total")) {
            (progress, Some(total)) => format!("{progress} of {total}"),
            (progress, None) => progress.to_string(),
        },
    };
    Some(text.chars().take(MAX_STATUS_MESSAGE).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(params: &str) -> Option<String> {
        progress(&format!(r#"{{"method":"notifications/progress","params":{params}}}"#))
    }

    #[test]
    fn progress_becomes_words() {
        assert_eq!(said(r#"{"progress":1,"message":"half"}"#).as_deref(), Some("half"));
        assert_eq!(said(r#"{"progress":1,"total":2}"#).as_deref(), Some("1 of 2"));
        assert_eq!(said(r#"{"progress":0.5}"#).as_deref(), Some("0.5"));
        assert_eq!(progress(r#"{"method":"notifications/message","params":{}}"#), None);
        let long = said(&format!(r#"{{"progress":1,"message":"{}"}}"#, "ä".repeat(600)));
        assert_eq!(long.map(|text| text.chars().count()), Some(MAX_STATUS_MESSAGE));
    }
}

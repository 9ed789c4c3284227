//! The object of a task: its requests and its alarm.

use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use toolgate_core::audit::CallOutcome;
use toolgate_core::mcp::Call;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::task::{TaskDetail, TaskOperation, TaskRequest, TaskStatus, TaskView};
use toolgate_core::reply::Reply;

use super::host::{self, Command, Memory};
use super::message::{ASK, CREATE, NewTask, ObjectAnswer, ObjectRequest};
use super::news::News;
use super::quota::{self, COUNT};
use super::store::{Store, TABLE, now_ms};
use super::told;
use crate::platform::host::{Request, Response};
use crate::ports::app::Deployment;
use crate::ports::feature::{Feature, Record, Tasks};
use crate::ports::object::Object;
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::task::client;

/// The feature of tools that run as tasks.
pub static TASKS: &dyn Feature = &TaskFeature { is_late: false };

/// The feature of tools that become tasks in their course.
pub static LATE_TASKS: &dyn Feature = &TaskFeature { is_late: true };

#[derive(Debug)]
struct TaskFeature {
    is_late: bool,
}

impl Feature for TaskFeature {
    fn prefix(&self) -> &'static str {
        "/task/"
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        mut request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(async move {
            let body = request.text().await?;
            let answer = match request.path().as_str() {
                CREATE => {
                    let view = create(object, toolgate_core::from_json::read(&body)?).await?;
                    serde_json::to_string(&view)?
                }
                ASK => serde_json::to_string(
                    &ask(object, toolgate_core::from_json::read(&body)?).await?,
                )?,
                COUNT => return quota::serve(object, toolgate_core::from_json::read(&body)?).await,
                _ => return Response::error("no such operation", 404),
            };
            Response::ok(answer)
        })
    }

    fn alarm<'a>(&'a self, object: &'a Object) -> LocalBoxFuture<'a, worker::Result<bool>> {
        Box::pin(async move {
            if object.has_table(TABLE)? {
                look_after(object).await?;
            } else if object.has_table(quota::TABLE)? {
                quota::look_after(object).await?;
            } else {
                return Ok(false);
            }
            Ok(true)
        })
    }

    fn is_late_task(&self) -> bool {
        self.is_late
    }

    fn tasks(&self) -> Option<&dyn Tasks> {
        Some(self)
    }
}

impl Tasks for TaskFeature {
    fn create(
        &self,
        Deployment { app, env }: Deployment<'_>,
        principal: Principal,
        call: Call,
        record: Record,
    ) -> LocalBoxFuture<'static, CallResult> {
        Box::pin(client::create(app, env.clone(), principal, call, record))
    }

    fn serve<'a>(
        &'a self,
        request: &'a RequestContext<'a>,
        principal: &'a Principal,
        task_request: TaskRequest,
    ) -> LocalBoxFuture<'a, Reply> {
        Box::pin(client::serve(request, principal, task_request))
    }
}

/// Keeps the task, counts it and begins it; `None` where its person has too many. It is counted by
/// its own object once it is kept: a client that cuts its request leaves no task uncounted, and none
/// counted that does not exist. The platform holds the answer back until it is durable.
async fn create(object: &Object, task: NewTask) -> worker::Result<Option<TaskView>> {
    let (subject_key, id) = (task.subject_key.clone(), task.id.clone());
    let store = Store::of(object);
    store.create(task, super::ttl(object.app()))?;
    store.set_alarm().await?;
    let admitted = quota::admits(object.app(), object.env(), &subject_key, &id).await;
    if !matches!(admitted, Ok(true)) {
        object.state().storage().delete_all().await?;
        if admitted.is_err() {
            // It may have been counted before the answer was lost.
            quota::end(object.app(), object.env(), &subject_key, &id).await;
        }
        return admitted.map(|_| None);
    }
    host::ensure(object)?;
    Ok(Some(store.view(None)?.view))
}

async fn ask(object: &Object, request: ObjectRequest) -> worker::Result<ObjectAnswer> {
    // An object without a task stays without any storage.
    if !object.has_table(TABLE)? {
        return Ok(ObjectAnswer::Unknown);
    }
    let store = Store::of(object);
    let row = store.row()?;
    if row.subject_key != request.subject_key || now_ms() >= row.expires {
        return Ok(ObjectAnswer::Unknown);
    }
    match request.operation {
        TaskOperation::Get => {
            if row.status == TaskStatus::Working {
                // After a restart nobody has to wait for the alarm.
                host::ensure(object)?;
            }
            let message = object.memory::<Memory>().message();
            return Ok(ObjectAnswer::Task(Box::new(store.view(message)?)));
        }
        TaskOperation::Update(responses) => update(object, &store, responses)?,
        TaskOperation::Cancel => {
            if !row.status.is_terminal() {
                told::end(&store, object.app(), object.env(), CallOutcome::Cancelled, 0);
                store.finish(TaskStatus::Cancelled, None, &TaskDetail::None)?;
                object.memory::<Memory>().tell(Command::Cancel);
            }
        }
    }
    store.set_alarm().await?;
    if store.row()?.status != row.status {
        let (app, env) = (object.app(), object.env().clone());
        let news = News::of(&store)?;
        object.state().wait_until(async move { news.spread(app, &env).await });
    }
    Ok(ObjectAnswer::Acknowledged)
}

/// Takes answers. Those to what is not asked are ignored, and so are those that are none, so that
/// their questions stay.
fn update(object: &Object, store: &Store, responses: Map<String, Value>) -> worker::Result<()> {
    let asks = store.asks()?;
    let memory = object.memory::<Memory>();
    let mut is_taken = false;
    for (key, answer) in responses {
        let is_answer = asks.iter().any(|ask| ask.key == key && ask.read(&answer).is_some());
        if is_answer {
            store.answer(&key, &answer)?;
            memory.tell(Command::Reply(key, answer));
            is_taken = true;
        }
    }
    if is_taken { host::ensure(object) } else { Ok(()) }
}

/// Sees to it that the tool runs, until the task's time is over.
async fn look_after(object: &Object) -> worker::Result<()> {
    let store = Store::of(object);
    let row = store.row()?;
    if now_ms() >= row.expires {
        if !row.status.is_terminal() {
            told::end(&store, object.app(), object.env(), CallOutcome::TimedOut, 0);
        }
        object.memory::<Memory>().tell(Command::Cancel);
        return object.state().storage().delete_all().await;
    }
    if row.status == TaskStatus::Working {
        host::ensure(object)?;
    }
    store.set_alarm().await
}

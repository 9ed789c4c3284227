//! The Worker's side: who may have a task, and the way to its object.

use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::mcp::guard::{self, Asking};
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::mcp::task::{self, TaskAnswer, TaskRequest, TaskView};
use toolgate_core::mcp::{Call, Fault, INTERNAL_ERROR, Target};
use toolgate_core::reply::Reply;
use toolgate_core::seal::{Entropy, Purpose};
use toolgate_policy::Arguments;

use super::message::{ASK, CREATE, NewTask, ObjectAnswer, ObjectRequest};
use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{EnvVars, PlatformEntropy};
use crate::ports::app::App;
use crate::ports::feature::Record;
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::tool::registry;

/// The content of a task's id: the name of its object, and the tool, whose policy guards the task.
type Id = (String, String);

/// Makes a task of a call; it is stored when this returns.
pub(super) async fn create(
    app: &'static App,
    env: Env,
    principal: Principal,
    call: Call,
    record: Record,
) -> CallResult {
    let Principal { caller, subject_key, .. } = principal;
    let Call { target, arguments, request_id, peer, audit, .. } = call;
    let tool = match (&target, registry()) {
        (Target::Tool(tool), Ok(registry)) => registry.infos().get(*tool),
        _ => None,
    };
    let (Some(tool), Some(keys)) = (tool, app.keyring(&env)) else {
        return Err(Fault::new(INTERNAL_ERROR, "The call cannot become a task"));
    };
    let mut entropy = PlatformEntropy;
    let object = format!("task:{}", entropy.token());
    let id: Id = (object.clone(), tool.name.to_owned());
    let id = keys.seal(Purpose::Task, &subject_key, &id, &mut entropy);
    let task = NewTask {
        subject_key,
        caller,
        tool: tool.name.to_owned(),
        arguments,
        request_id,
        capabilities: peer.capabilities,
        trace: peer.trace.map(|trace| (trace.parent, trace.state)),
        answers: record.answers,
        memo: record.memo,
        audit: audit.id,
        id,
    };
    match ask::<Option<TaskView>>(app, &env, &object, CREATE, &task).await {
        Ok(Some(view)) => Ok(Box::new(view)),
        Ok(None) => {
            let message = "Too many tasks of this account are under way; wait for one to end";
            Err(Fault::new(INTERNAL_ERROR, message))
        }
        Err(error) => Err(unavailable(&error)),
    }
}

/// Serves `tasks/get`, `tasks/update` and `tasks/cancel`.
pub(super) async fn serve(
    request: &RequestContext<'_>,
    principal: &Principal,
    task_request: TaskRequest,
) -> Reply {
    let outcome = match open(request, principal, &task_request.task_id) {
        None => Err(task::unknown()),
        Some(object) => {
            let operation = task_request.operation.clone();
            let subject_key = principal.subject_key.clone();
            let question = ObjectRequest { subject_key, operation };
            match ask(request.app, request.env, &object, ASK, &question).await {
                Ok(ObjectAnswer::Task(task)) => Ok(TaskAnswer::Task(task)),
                Ok(ObjectAnswer::Acknowledged) => Ok(TaskAnswer::Acknowledged),
                Ok(ObjectAnswer::Unknown) => Err(task::unknown()),
                Err(error) => Err(unavailable(&error)),
            }
        }
    };
    task_request.answer(outcome)
}

/// The object of the task of this id, where it is the caller's and its tool is still allowed them.
fn open(request: &RequestContext<'_>, principal: &Principal, id: &str) -> Option<String> {
    let keys = request.app.keyring(request.env)?;
    let (object, name): Id = keys.open(Purpose::Task, &principal.subject_key, id)?;
    let registry = registry().ok()?;
    let tool = registry.infos().iter().find(|tool| tool.name == name)?;
    let vars = EnvVars(request.env);
    let asking = Asking { config: &request.app.config, caller: &principal.caller, vars: &vars };
    let found = Some((tool.name, tool.policy));
    guard::judge(asking, &request.log, &guard::TASK, found, Arguments::Unknown).then_some(object)
}

/// Asks the object of this name.
pub(super) async fn ask<T: FromJson>(
    app: &App,
    env: &Env,
    object: &str,
    path: &str,
    question: &impl Serialize,
) -> worker::Result<T> {
    let question = serde_json::to_string(question)?;
    Ok(toolgate_core::from_json::read(
        &object_client::ask(app, env, object, path, &question).await?,
    )?)
}

fn unavailable(error: &worker::Error) -> Fault {
    log_error!("a task's object failed: {error}");
    Fault::new(INTERNAL_ERROR, "The task could not be reached; try again")
}

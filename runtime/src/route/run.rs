//! Runs the function of a route, as calls of tools run: its panics and its time are its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use http::StatusCode;
use toolgate_core::audit::{CallOutcome, Event, Settled};
use toolgate_core::mcp::fault;
use toolgate_core::mcp::outcome::CallResult;
use toolgate_core::reply::Reply;

use crate::audit::Trail;
use crate::call::{Execution, Live, Running, StartTask, Step};
use crate::context::current::Context;
use crate::ports::principal::Principal;
use crate::ports::request_context::RequestContext;
use crate::tool::ToolResult;
use crate::tool::route::{RouteDef, RouteRequest, RouteResponse, refusal};

/// The answer of the function, which this decision lets run. The audit trail is told as it is of a call.
pub(super) async fn run(
    request: &RequestContext<'_>,
    route: &'static RouteDef,
    decision: Event,
    principal: Principal,
    incoming: RouteRequest,
) -> Reply {
    request.log.record(decision);
    let mut audit = request.log.hold();
    let trail = Trail::begin(&request.teller(), &mut audit);
    let answered = Rc::new(RefCell::new(None));
    let execution = begin(request, route, trail, (principal, incoming), Rc::clone(&answered));
    let mut running = Running::<StartTask>::new(execution);
    let outcome = loop {
        // Nobody hears what the function says on its way.
        if let Step::Done(outcome) = running.next().await {
            break outcome;
        }
    };
    drop(running);
    let (answer, outcome) = ended(answered.take(), outcome);
    let (reply, is_error) = answer.into_reply();
    let outcome = if is_error { CallOutcome::ToolError } else { outcome };
    audit.settling.settle(Settled { outcome, bytes: reply.body().len() });
    reply
}

fn begin(
    request: &RequestContext<'_>,
    route: &'static RouteDef,
    trail: Option<Rc<Trail>>,
    (principal, incoming): (Principal, RouteRequest),
    answered: Rc<RefCell<Option<RouteResponse>>>,
) -> Execution {
    let (app, env, id) = (request.app, request.env.clone(), request.request_id.clone());
    let live = Rc::new(Live::alone().told_by(trail.clone()));
    let context = Context::of_call(app, env, principal, id, Rc::clone(&live));
    let seconds = app.config.limits.tool_timeout;
    let limit = (seconds > 0).then(|| Duration::from_secs(seconds.into()));
    let work = Box::pin(async move {
        let answer = (route.call)(&context, incoming).await;
        answered.replace(Some(answer));
        Ok(Box::new(ToolResult::default()) as _)
    });
    Execution::new(live, limit, trail, work)
}

/// The answer of a function that gave one, or else why it gave none.
fn ended(answered: Option<RouteResponse>, outcome: CallResult) -> (RouteResponse, CallOutcome) {
    match (answered, outcome) {
        (Some(answer), _) => (answer, CallOutcome::Ok),
        (None, Err(fault)) if fault.message() == fault::timed_out().message() => {
            (refusal(StatusCode::GATEWAY_TIMEOUT, "this took too long"), CallOutcome::TimedOut)
        }
        (None, _) => {
            let words = "internal error: see the server's log";
            (refusal(StatusCode::INTERNAL_SERVER_ERROR, words), CallOutcome::Panicked)
        }
    }
}

//! `serve!()` is the handler of `fetch`, and no other events are handled beside it.

use toolgate::worker::{Context, Env, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

#[event(fetch)]
async fn main(_request: Request, _env: Env, _context: Context) -> Result<Response> {
    Response::ok("mine")
}

#[event(scheduled)]
async fn clean(_event: ScheduledEvent, _env: Env, _context: ScheduleContext) {}

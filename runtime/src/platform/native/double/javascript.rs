//! The exports of a Worker compile outside of one, where nobody calls them.

use worker::web_sys;
use worker::worker_sys::{Context as RawContext, DurableObjectState};

use super::durable::{Context, State};
use super::web::{Request, Response};

const NEVER: &str = "outside of a Worker there is no JavaScript";

impl From<web_sys::Request> for Request {
    fn from(_: web_sys::Request) -> Self {
        unreachable!("{NEVER}")
    }
}

impl From<Response> for web_sys::Response {
    fn from(_: Response) -> Self {
        unreachable!("{NEVER}")
    }
}

impl From<DurableObjectState> for State {
    fn from(_: DurableObjectState) -> Self {
        unreachable!("{NEVER}")
    }
}

impl Context {
    /// That of a request.
    #[must_use]
    pub fn new(_: RawContext) -> Self {
        unreachable!("{NEVER}")
    }
}

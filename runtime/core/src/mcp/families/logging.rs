//! Logging to the client. The messages themselves are sent by whatever runs.

use serde_json::Value;

use super::super::json::object;
use super::super::jsonrpc::{self, Request};
use super::super::peer::Level;
use super::super::server::{Family, MethodAnswer, Scope};
use super::super::{Fault, Group, Method, capabilities, fault};

/// Log messages of a call to its client.
pub static LOGGING: &dyn Family = &Logging;

#[derive(Debug)]
struct Logging;

impl Family for Logging {
    fn group(&self) -> Group {
        Group::Logging
    }

    fn advertise(&self, scope: &Scope<'_>, capabilities: &mut Value) {
        // A level that nothing remembers works for nobody, and without sessions it is in each request.
        if scope.revision.has_request_meta() || capabilities::has_session(scope) {
            capabilities["logging"] = object(vec![]);
        }
    }

    fn answer(
        &self,
        scope: &Scope<'_>,
        _method: Method,
        request: Request,
        _slot: usize,
    ) -> Result<MethodAnswer, Fault> {
        if !capabilities::has_session(scope) {
            return Err(fault::method_not_found());
        }
        Level::read(&request.params)?;
        Ok(MethodAnswer::Ready(jsonrpc::success(&request.id, "{}")))
    }
}

//! Requests that are sent again with answers (MCP 2026-07-28, multi round-trip requests).

use serde_json::{Map, Value};

use super::call::Retry;
use super::fault::Fault;
use super::server::Scope;

/// Takes `inputResponses` and `requestState` out of the params. In the revisions before 2026-07-28
/// they mean nothing.
pub(super) fn take(scope: &Scope<'_>, params: &mut Map<String, Value>) -> Result<Retry, Fault> {
    if !scope.revision.has_multi_round_trip() {
        return Ok(Retry::default());
    }
    let responses = match params.remove("inputResponses") {
        None => Map::new(),
        Some(Value::Object(responses)) => responses,
        Some(_) => return Err(Fault::params("`inputResponses` is not an object")),
    };
    let state = match params.remove("requestState") {
        None => None,
        Some(Value::String(state)) => Some(state),
        Some(_) => return Err(Fault::params("`requestState` is not text")),
    };
    Ok(Retry { responses, state })
}

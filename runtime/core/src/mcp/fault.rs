//! JSON-RPC errors, and which of them MCP wants when.

use std::borrow::Cow;

use http::StatusCode;
use serde_json::Value;

use super::envelope::envelope;
use super::json::object;
use super::revision::Revision;
use super::template::MAX_URI_BYTES;
use crate::audit::CallOutcome;
use crate::mcp::json::to_text;

/// The body is not JSON.
pub const PARSE_ERROR: i32 = -32700;
/// The message is not one of JSON-RPC.
pub const INVALID_REQUEST: i32 = -32600;
/// There is no such method.
pub const METHOD_NOT_FOUND: i32 = -32601;
/// The params are not those of the method.
pub const INVALID_PARAMS: i32 = -32602;
/// The server failed.
pub const INTERNAL_ERROR: i32 = -32603;
/// There is no such resource; in the revisions before 2026-07-28, which has [`INVALID_PARAMS`] for it.
pub const RESOURCE_NOT_FOUND: i32 = -32002;
/// MCP 2025-11-25: the person has to visit a page first.
pub const URL_ELICITATION_REQUIRED: i32 = -32042;
/// MCP 2026-07-28: a header is missing, malformed, or says something else than the body.
pub const HEADER_MISMATCH: i32 = -32020;
/// MCP 2026-07-28: a call needs something of the client that it did not declare.
pub const MISSING_CLIENT_CAPABILITY: i32 = -32021;
/// MCP 2026-07-28: the revision is not spoken here.
pub const UNSUPPORTED_PROTOCOL_VERSION: i32 = -32022;

/// A JSON-RPC error object.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(super) code: i32,
    message: Cow<'static, str>,
    data: Option<Value>,
    outcome: CallOutcome,
}

impl Fault {
    /// An error with this code, see the constants of this module.
    #[must_use]
    pub fn new(code: i32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None, outcome: CallOutcome::Error }
    }

    /// [`INVALID_PARAMS`], and what is wrong with them.
    pub(super) fn params(what: &str) -> Self {
        Self::new(INVALID_PARAMS, ["Invalid params: ", what].concat())
    }

    /// With `data`.
    #[must_use]
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// As the end of a call of another outcome than [`CallOutcome::Error`], for the audit trail.
    #[must_use]
    pub fn ending(mut self, outcome: CallOutcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The outcome of the call that it ends.
    #[must_use]
    pub fn outcome(&self) -> CallOutcome {
        self.outcome
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The error object.
    #[must_use]
    pub fn into_value(self) -> Value {
        let mut error =
            vec![("code", Value::from(self.code)), ("message", Value::from(self.message.as_ref()))];
        if let Some(data) = self.data {
            error.push(("data", data));
        }
        object(error)
    }

    /// The whole response; without `id` where the request's could not be read.
    #[must_use]
    pub fn response(self, id: Option<&Value>) -> String {
        envelope(id, "error", &to_text(&self.into_value()))
    }
}

/// There is no such method, or not for this client: one answer for both.
pub(super) fn method_not_found() -> Fault {
    Fault::new(METHOD_NOT_FOUND, "Method not found")
}

/// The HTTP status of an error. In the revisions before 2026-07-28 the transport went well whatever
/// the answer says; since then some errors have a status of their own.
pub(super) fn status(revision: Revision, code: i32) -> StatusCode {
    match code {
        _ if !revision.has_error_statuses() => StatusCode::OK,
        METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        HEADER_MISMATCH | MISSING_CLIENT_CAPABILITY | UNSUPPORTED_PROTOCOL_VERSION => {
            StatusCode::BAD_REQUEST
        }
        _ => StatusCode::OK,
    }
}

/// The call took longer than `[limits] tool_timeout` allows.
#[must_use]
pub fn timed_out() -> Fault {
    Fault::new(INTERNAL_ERROR, "The call took too long").ending(CallOutcome::TimedOut)
}

/// The function panicked. What it said is for the server's log only.
#[must_use]
pub fn panicked() -> Fault {
    Fault::new(INTERNAL_ERROR, "The call failed").ending(CallOutcome::Panicked)
}

/// Nobody wants the answer any more.
#[must_use]
pub fn cancelled() -> Fault {
    Fault::new(INTERNAL_ERROR, "The call was cancelled").ending(CallOutcome::Cancelled)
}

/// The instance that ran the call is gone, through no fault of the call.
#[must_use]
pub fn lost() -> Fault {
    Fault::new(INTERNAL_ERROR, "The call was lost when the server restarted")
        .ending(CallOutcome::Lost)
}

/// The client was to be asked for something that it did not declare. `required` is a
/// `ClientCapabilities` object with what is missing.
#[must_use]
pub fn missing_capability(required: Value) -> Fault {
    Fault::new(MISSING_CLIENT_CAPABILITY, "The client lacks a capability that this call needs")
        .with_data(object(vec![("requiredCapabilities", required)]))
}

/// The person has to visit a page before the call can be served, and cannot be asked on the way it came (MCP
/// 2025-11-25, elicitation). The id names the question.
#[must_use]
pub fn url_elicitation_required(id: &str, message: &str, url: &str) -> Fault {
    let elicitation = object(vec![
        ("mode", Value::from("url")),
        ("elicitationId", Value::from(id)),
        ("url", Value::from(url)),
        ("message", Value::from(message)),
    ]);
    let data = object(vec![("elicitations", Value::Array(vec![elicitation]))]);
    Fault::new(URL_ELICITATION_REQUIRED, message.to_owned()).with_data(data)
}

/// There is no such resource, or not for this caller: one answer for both. A URI that nothing could have
/// is not repeated.
#[must_use]
pub fn resource_not_found(revision: Revision, uri: &str) -> Fault {
    let code = if revision.has_resource_not_found() { RESOURCE_NOT_FOUND } else { INVALID_PARAMS };
    let fault = Fault::new(code, "Resource not found");
    if uri.len() > MAX_URI_BYTES {
        return fault;
    }
    fault.with_data(object(vec![("uri", Value::from(uri))]))
}

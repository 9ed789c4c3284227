//! Answers of the MCP endpoint, as HTTP responses.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::fault::{self, Fault, METHOD_NOT_FOUND};
use super::revision::Revision;
use crate::reply::Reply;

/// A JSON-RPC error as the answer to a request.
pub(super) fn fault(error: Fault, id: &Value, revision: Revision) -> Reply {
    json(fault::status(revision, error.code), error.response(Some(id)))
}

/// 400 with a JSON-RPC error, or 404 for a method that is none.
pub(super) fn bad_request(fault: Fault, id: Option<&Value>) -> Reply {
    let status = match fault.code {
        METHOD_NOT_FOUND => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    };
    json(status, fault.response(id))
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, text: String) -> Reply {
    respond(status, Some("application/json"), text.into_bytes())
}

/// A refusal that is not a JSON-RPC message.
pub(super) fn plain(status: StatusCode, text: &str) -> Reply {
    respond(status, Some("text/plain; charset=utf-8"), text.as_bytes().to_vec())
}

/// An answer of this type.
pub(super) fn respond(
    status: StatusCode,
    content_type: Option<&'static str>,
    body: Vec<u8>,
) -> Reply {
    let mut response = Reply::new(body);
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

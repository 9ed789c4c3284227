//! HTTP 403 `insufficient_scope` (RFC 6750 section 3.1): what a caller lacks whom more scopes would
//! let in.

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use serde_json::json;

use super::response::json;
use super::server::Scope;
use crate::audit::Log;
use crate::mcp::json::to_text;
use crate::paths;
use crate::reply::Reply;
use crate::scope;
use toolgate_policy::Caller;
use toolgate_policy::{self as policy, Arguments};

pub use super::server::Challenging;

/// See [`Challenging`].
pub static CHALLENGING: Challenging =
    Challenging { response, is_listed: policy::is_listed, note, located: paths::located };

/// Notes the scopes that would let in a caller whom a policy refused.
fn note(scope: &Scope<'_>, policy: &str, arguments: Arguments<'_>) {
    let Scope { server, caller, vars, .. } = *scope;
    if let Some(scopes) = policy::step_up(server.config, policy, caller, arguments, vars) {
        server.log.lacks(&scopes);
    }
}

/// The refusal of a whole message, where something in it takes more than the access token has:
/// nothing of it runs. `resource_metadata` is added by who knows the address.
fn response(log: &Log, caller: &Caller) -> Option<Reply> {
    let lacking = log.lacking()?;
    // All that the operation takes, and all that the token has: a client asks for what it reads here
    // and would lose the rest. `offline_access` does not concern a resource.
    let mut scopes = vec![scope::TOOLS];
    let has = caller.scopes.iter().map(String::as_str).filter(|scope| *scope != scope::OFFLINE);
    for scope in has.chain(lacking.iter().map(String::as_str)) {
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let scopes = scopes.join(" ");
    let description = "The access token does not allow this";
    let body = json!({ "error": ERROR, "error_description": description });
    let mut response = json(StatusCode::FORBIDDEN, to_text(&body));
    let challenge = format!(
        "Bearer error=\"{ERROR}\", error_description=\"{description}\", scope=\"{scopes}\""
    );
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Some(response)
}

const ERROR: &str = "insufficient_scope";

//! Result of running a call.

use serde_json::Value;

use super::jsonrpc::Fault;
use super::revision::Revision;
use crate::audit::CallOutcome;

/// A result, to be shaped for the client's revision, or a JSON-RPC error.
pub type CallResult = Result<Box<dyn Shape>, Fault>;

/// A result that knows its wire format. Reached through this trait only, so that a server without
/// prompts, say, does not contain what shapes them.
pub trait Shape {
    /// The result as JSON, without what every result of a revision has.
    fn shape(self: Box<Self>, revision: Revision) -> Shaped;

    /// The message of a result that says that the target failed to do its work.
    fn failure(&self) -> Option<&str> {
        None
    }

    /// The outcome of the call, where the result ends it.
    fn outcome(&self) -> CallOutcome {
        CallOutcome::Ok
    }
}

// Not a supertrait: a Worker never prints a result, and would contain what prints every kind of it.
impl std::fmt::Debug for dyn Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shape")
    }
}

/// A result on its way to the client.
#[derive(Debug)]
pub struct Shaped {
    /// An object.
    pub result: Value,
    /// `resultType` of 2026-07-28: `complete`, `input_required`, or `task`.
    pub kind: &'static str,
    /// Caching by clients (`CacheableResult`): `Some` if they may keep it for a while, and true if
    /// everyone may see it.
    pub cacheable: Option<bool>,
}

impl Shaped {
    /// A result that ends the request.
    #[must_use]
    pub fn complete(result: Value) -> Self {
        Self { result, kind: "complete", cacheable: None }
    }
}

//! The features that functions without a client need, for servers that have such functions.
//!
//! The registry of tools knows nothing of them, so that a server without triggers contains nothing for
//! them. Of all features only state can be theirs alone: sessions, tasks and questions need a client, and who
//! hears of changes is said in `mcp.toml`.

use futures_util::future::LocalBoxFuture;

use super::def::defs;
use crate::platform::host::{Request, Response};
use crate::ports::feature::Feature;
use crate::ports::object::Object;
use crate::tool::{Registry, registry};

/// The beginning of the paths of state.
const STATE: &str = "/state/";

/// The feature of servers with triggers.
pub static TRIGGERS: &dyn Feature = &TriggersFeature;

#[derive(Debug)]
struct TriggersFeature;

impl Feature for TriggersFeature {
    fn prefix(&self) -> &'static str {
        STATE
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        match state() {
            Some(feature) => feature.serve(object, request),
            None => Box::pin(async { Response::error("no such operation", 404) }),
        }
    }
}

/// The feature of state, as a function of either sort names it.
fn state() -> Option<&'static dyn Feature> {
    let of_tools = registry().map_or(&[][..], Registry::features);
    let of_triggers = defs().flat_map(|def| def.needs.features);
    of_triggers.chain(of_tools).copied().find(|feature| feature.prefix() == STATE)
}

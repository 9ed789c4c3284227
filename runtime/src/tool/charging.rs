//! Calls that are charged before they run. A server contains what charges them only where a function has a
//! quota, or `mcp.toml` a `rate`: the macros submit it.

use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use toolgate_core::mcp::Target;
use toolgate_core::mcp::outcome::CallResult;

use super::registry::Registry;
use crate::context::current::Context;
use crate::ports::app::App;

/// The way of a call that may be charged.
pub struct Charging {
    pub(crate) run: fn(CallToCharge) -> LocalBoxFuture<'static, CallResult>,
    /// A tool and its quota; none where policies have rates.
    pub(crate) tool: Option<(&'static str, &'static str)>,
}

inventory::collect!(Charging);

impl Charging {
    /// Of the tool of this name, with the quota of this name.
    #[must_use]
    pub const fn of_tool(self, tool: &'static str, quota: &'static str) -> Self {
        Self { tool: Some((tool, quota)), ..self }
    }
}

/// A call that a policy has allowed, and that has not begun.
pub(crate) struct CallToCharge {
    pub(crate) app: &'static App,
    pub(crate) registry: &'static Registry,
    pub(crate) target: Target,
    pub(crate) context: Context,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) refusal: Option<String>,
}

impl CallToCharge {
    /// Runs it without charge.
    pub(crate) async fn run(self) -> CallResult {
        let Self { registry, target, context, arguments, refusal, .. } = self;
        registry.run(&target, &context, arguments, refusal).await
    }

    /// Runs it, charged where the server has quotas.
    pub(crate) fn begin(self) -> LocalBoxFuture<'static, CallResult> {
        match inventory::iter::<Charging>.into_iter().next() {
            Some(charging) => (charging.run)(self),
            None => Box::pin(self.run()),
        }
    }
}

/// The quota of the tool of this name.
pub(crate) fn quota_of(tool: &str) -> Option<&'static str> {
    let tools = inventory::iter::<Charging>.into_iter().filter_map(|charging| charging.tool);
    tools.into_iter().find(|(known, _)| *known == tool).map(|(_, quota)| quota)
}

//! Units that a function takes while it runs.

use toolgate_core::mcp::Target;

use super::plan::Plan;
use super::{charge, client};
use crate::context::once_key;
use crate::tool::registry::{Registry, registry};
use crate::tool::{Context, Error, Result};

/// The quotas of the function that runs; made by [`Context::quota`].
#[derive(Debug, Clone, Copy)]
pub struct Quota<'a> {
    context: &'a Context,
}

impl Context {
    /// The quotas that the call is charged to: the one that the tool names by `quota = "…"`, and the `rate` of
    /// its policy.
    #[must_use]
    pub fn quota(&self) -> Quota<'_> {
        Quota { context: self }
    }
}

impl Quota<'_> {
    /// Takes units in addition to the one that the call itself has cost: all of them, or none.
    ///
    /// A function that runs again, for an answer of its client or as a task, takes nothing twice: the units of
    /// its earlier runs count. In a test that calls the function itself nothing is counted.
    ///
    /// ```
    /// use toolgate::prelude::*;
    ///
    /// # async fn draw(ctx: &Context, pictures: u32) -> Result<String> {
    /// // The call has paid for the first one.
    /// if pictures > 1 {
    ///     ctx.quota().spend(pictures - 1).await?;
    /// }
    /// # Ok(String::new())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There are not so many units left, and the message says when there will be; there are never so many;
    /// they cannot be counted now; `units` is 0, or the function has no quota. All are for the caller to read.
    pub async fn spend(&self, units: u32) -> Result<()> {
        let context = self.context;
        if units == 0 {
            return Err(Error::new("`spend` takes 1 unit or more, not 0"));
        }
        let Some(app) = context.app() else { return Ok(()) };
        let live = context.live();
        let without = || Error::new("this function has no quota to spend units of");
        let mut paid = charge::known(live).ok_or_else(without)?;
        let registry = registry().map_err(Error::new)?;
        let target = target(registry, paid.function()).ok_or_else(without)?;
        let plan = Plan::of(app, registry, &target).ok_or_else(without)?;
        let place = once_key();
        let open = paid.open(&place, units);
        charge::note(live, &paid);
        let charged = client::charge(context, &plan, open).await;
        // Others may have spent meanwhile.
        let mut paid = charge::known(live).ok_or_else(without)?;
        if let Err(refusal) = charged {
            paid.close(&place, units - open);
            charge::note(live, &paid);
            return Err(Error::new(charge::tell(context, &plan, &refusal)));
        }
        paid.add(&place, open);
        charge::keep(live, &paid).await;
        Ok(())
    }
}

/// The function of this kind and name.
fn target(registry: &Registry, function: &str) -> Option<Target> {
    let (kind, name) = function.split_once(' ')?;
    match kind {
        "tool" => registry.infos().iter().position(|info| info.name == name).map(Target::Tool),
        "prompt" => {
            registry.prompt_infos().iter().position(|info| info.name == name).map(Target::Prompt)
        }
        _ => {
            let resource = registry.resource_infos().iter().position(|info| info.name == name)?;
            Some(Target::Resource { resource, uri: String::new() })
        }
    }
}

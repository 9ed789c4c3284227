//! The quotas of one function.

use toolgate_config::{OnFailure, Policy, Quota, Rate};
use toolgate_core::mcp::Target;

use crate::ports::app::App;
use crate::tool::charging;
use crate::tool::registry::Registry;

/// The quotas that a call of a function is charged to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Names of the function and its policy, for the audit trail.
    pub(super) function: &'static str,
    pub(super) policy: &'static str,
    /// The quota that the function names.
    pub(super) quota: Option<&'static Quota>,
    /// A name that `mcp.toml` does not have.
    pub(super) unknown: Option<&'static str>,
    /// The rate of the policy that guards the function.
    pub(super) rate: Option<(&'static Policy, Rate)>,
}

impl Plan {
    /// Of what is called; `None` for what no quota counts.
    pub(super) fn of(
        app: &'static App,
        registry: &'static Registry,
        target: &Target,
    ) -> Option<Self> {
        let (function, policy, quota) = match target {
            Target::Tool(tool) => {
                let info = registry.infos().get(*tool)?;
                (info.name, info.policy, charging::quota_of(info.name))
            }
            Target::Prompt(prompt) => {
                let info = registry.prompt_infos().get(*prompt)?;
                (info.name, info.policy, None)
            }
            Target::Resource { resource, .. } => {
                let info = registry.resource_infos().get(*resource)?;
                (info.name, info.policy, None)
            }
            Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } => return None,
        };
        let known = quota.and_then(|name| app.config.quotas.iter().find(|it| it.name == name));
        let guard = app.config.policies.iter().find(|known| known.name == policy);
        let rate = guard.and_then(|guard| Some((guard, guard.rate?)));
        let unknown = quota.filter(|_| known.is_none());
        let plan = Self { function, policy, quota: known, unknown, rate };
        (plan.quota.is_some() || plan.unknown.is_some() || plan.rate.is_some()).then_some(plan)
    }

    /// The rates of the person, each with its key in the person's object and its name in words.
    pub(super) fn of_person(&self) -> Vec<(String, String, Rate)> {
        let quota = self.quota.and_then(|quota| Some((quota, quota.per_user?)));
        let quota = quota.map(|(quota, rate)| (key(quota), named(quota), rate));
        let policy = self.rate.map(|(policy, rate)| {
            (
                ["policy:", &policy.name].concat(),
                format!("the rate of the policy `{}`", policy.name),
                rate,
            )
        });
        quota.into_iter().chain(policy).collect()
    }

    /// The quota and rate of all callers together.
    pub(super) fn of_server(&self) -> Option<(&'static Quota, Rate)> {
        let quota = self.quota?;
        Some((quota, quota.server?))
    }

    /// True if a call runs that cannot be counted.
    pub(super) fn allows_uncounted(&self) -> bool {
        // A rate of a policy has no key that says so.
        self.rate.is_none() && self.quota.is_some_and(|quota| quota.on_failure == OnFailure::Allow)
    }

    /// The quota in the audit trail.
    pub(super) fn name(&self) -> String {
        match (self.quota, self.rate) {
            (Some(quota), _) => quota.name.clone().into_owned(),
            (None, Some((policy, _))) => ["policy:", &policy.name].concat(),
            (None, None) => self.unknown.unwrap_or_default().to_owned(),
        }
    }

    /// The quota in words.
    pub(super) fn words(&self) -> String {
        match (self.quota, self.rate, self.unknown) {
            (Some(quota), ..) => named(quota),
            (None, _, Some(unknown)) => format!("the quota `{unknown}`"),
            (None, rate, None) => {
                let policy = rate.map(|(policy, _)| policy.name.as_ref());
                format!("the rate of the policy `{}`", policy.unwrap_or_default())
            }
        }
    }
}

/// No policy's key begins like this.
fn key(quota: &Quota) -> String {
    ["quota:", &quota.name].concat()
}

pub(super) fn named(quota: &Quota) -> String {
    format!("the quota `{}`", quota.name)
}

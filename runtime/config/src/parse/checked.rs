//! A `mcp.toml` without faults.

use std::ops::Range;

use super::claims::ClaimName;
use super::declared::Declared;
use super::dev::Dev;
use super::secrets::OwnSecret;
use super::spot::Spot;
use super::storage::Existing;
use super::triggers::Triggers;
use crate::AuditSink;
use crate::model::{Config, Invariant, PolicyTest, Str};
use crate::names::EVERYONE;
use crate::render::Position;
use crate::suggest;

/// A `mcp.toml` without faults.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Checked {
    /// The Worker's configuration, with defaults filled in.
    pub config: Config,
    /// `[dev]`: what `cargo toolgate dev` needs.
    pub dev: Dev,
    /// `[wrangler]`: merged into the generated `wrangler.jsonc`.
    pub wrangler: toml::Table,
    /// `[secrets]`, in the order of the file.
    pub secrets: Vec<OwnSecret>,
    /// `[cron]`, `[queues]` and `[email]`.
    pub triggers: Triggers,
    /// `[storage]`: the KV namespace or D1 database.
    pub storage: Existing,
    /// `[audit]`: the sinks, each with its name at Cloudflare.
    pub audit_targets: Vec<(AuditSink, Str)>,
    /// `[[policies.<name>.tests]]`, in the order of the file.
    pub policy_tests: Vec<PolicyTest>,
    /// `[[never]]` and `[[always]]`, in the order of the file.
    pub invariants: Vec<Invariant>,
    /// `[env.<name>]`, in the order of the file.
    pub environments: Vec<Environment>,
    pub(super) places: Vec<PolicyPlace>,
    /// Where the names of quotas stand, in the order of the file.
    pub(super) quota_places: Vec<Position>,
    /// Where the names of connections stand, in the order of the file.
    pub(super) connection_places: Vec<Position>,
    pub(super) claims: Vec<ClaimName>,
    /// Where `identity.scopes` stands.
    pub(super) identity_scopes: Option<Position>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The file as it holds there. It has no environments itself.
    pub checked: Checked,
}

/// Where a policy stands, and everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PolicyPlace {
    name: Position,
    rule: Positions,
}

impl PolicyPlace {
    pub(super) fn of(source: &str, policy: &Declared) -> Self {
        let name = Position::of(source, policy.span.start);
        Self { name, rule: Positions::of(source, &policy.spot) }
    }
}

/// As [`Spot`], in lines and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Positions {
    own: Position,
    span: Range<usize>,
    inner: Vec<Positions>,
}

impl Positions {
    fn of(source: &str, spot: &Spot) -> Self {
        let inner = spot.inner.iter().map(|inner| Self::of(source, inner)).collect();
        Self { own: Position::of(source, spot.span.start), span: spot.span.clone(), inner }
    }
}

impl Checked {
    /// The names that `allow = "…"` may use: `everyone`, then the policies in the order of the file.
    pub fn policy_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.config.policies.iter().map(|policy| policy.name.as_ref());
        std::iter::once(EVERYONE).chain(declared)
    }

    /// True where a policy of this name exists; `everyone` always does.
    pub fn has_policy(&self, name: &str) -> bool {
        self.policy_names().any(|known| known == name)
    }

    /// The existing policy that a mistyped name probably means.
    pub fn suggest_policy(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.policy_names())
    }

    /// The names that `quota = "…"` may use, in the order of the file.
    pub fn quota_names(&self) -> impl Iterator<Item = &str> {
        self.config.quotas.iter().map(|quota| quota.name.as_ref())
    }

    /// The existing quota that a mistyped name probably means, and where its name stands in the file.
    pub fn suggest_quota(&self, name: &str) -> Option<(&str, Position)> {
        let meant = suggest::nearest(name, self.quota_names())?;
        let index = self.quota_names().position(|known| known == meant)?;
        Some((meant, *self.quota_places.get(index)?))
    }

    /// The names that `connections = ["…"]` may use, in the order of the file.
    pub fn connection_names(&self) -> impl Iterator<Item = &str> {
        self.config.connections.iter().map(|connection| connection.name.as_ref())
    }

    /// The existing connection that a mistyped name probably means, and where its name stands in the file.
    pub fn suggest_connection(&self, name: &str) -> Option<(&str, Position)> {
        let meant = suggest::nearest(name, self.connection_names())?;
        let index = self.connection_names().position(|known| known == meant)?;
        Some((meant, *self.connection_places.get(index)?))
    }

    /// An environment's configuration: the file with `[env.<name>]` over it.
    pub fn environment(&self, name: &str) -> Option<&Self> {
        let found = self.environments.iter().find(|environment| environment.name == name)?;
        Some(&found.checked)
    }

    /// The environment that a mistyped name probably means.
    pub fn suggest_environment(&self, name: &str) -> Option<&str> {
        suggest::nearest(name, self.environments.iter().map(|known| known.name.as_str()))
    }

    /// Where the policy's name stands in the file; `None` for `everyone` and unknown names.
    pub fn policy_position(&self, name: &str) -> Option<Position> {
        self.place(name).map(|place| place.name)
    }

    /// Where a condition of a policy stands in the file; `path` leads from the policy's outermost
    /// condition to it by places among siblings, and ends early where the file has nothing.
    pub fn condition_position(&self, policy: &str, path: &[usize]) -> Option<Position> {
        self.positions(policy, path).map(|found| found.own)
    }

    /// The same place, as bytes of the file.
    pub fn condition_span(&self, policy: &str, path: &[usize]) -> Option<Range<usize>> {
        self.positions(policy, path).map(|found| found.span.clone())
    }

    fn positions(&self, policy: &str, path: &[usize]) -> Option<&Positions> {
        let mut at = &self.place(policy)?.rule;
        for index in path {
            match at.inner.get(*index) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        Some(at)
    }

    fn place(&self, name: &str) -> Option<&PolicyPlace> {
        let index = self.config.policies.iter().position(|policy| policy.name == name)?;
        self.places.get(index)
    }
}

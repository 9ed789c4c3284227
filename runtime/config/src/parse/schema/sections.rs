//! The shapes of keys, by their sections.

use serde_json::{Map, Value, json};

use super::super::dev::{Dev, DevUser};
use super::super::triggers::{Cron, Queue};
use super::super::{audit, keys};
use super::{Schema, pattern};
use crate::model::{
    Admin, Audit, Condition, Config, Connection, Consent, Enterprise, Identity, IdentityUpstream,
    Invariant, KnownClient, Limits, Observability, Policy, PolicyTest, Quota, Registration, Server,
    Signals, Storage, TestUser, Tokens, Transport, Workload,
};
use crate::names::EVERYONE;

impl Schema {
    /// The shape of a key of a section; `None` for a key that is not known.
    pub(super) fn shape(&self, section: &str, key: &str) -> Option<Value> {
        let shape = match section {
            "" => Config::shape,
            "server" => Server::shape,
            "identity" => Identity::shape,
            "identity.upstream" => IdentityUpstream::shape,
            "storage" => Storage::shape,
            "registration" => Registration::shape,
            "clients" => KnownClient::shape,
            "enterprise" => Enterprise::shape,
            "workloads" => Workload::shape,
            "workloads.when" => return Condition::shape(key),
            "transport" => Transport::shape,
            "tokens" => Tokens::shape,
            "consent" => Consent::shape,
            "limits" => Limits::shape,
            "observability" => Observability::shape,
            "audit" => return audit::shape_of_sink(key).or_else(|| Audit::shape(self, key)),
            "policies.*" => return Policy::shape(self, key).or_else(|| Condition::shape(key)),
            "policies.*.tests" => PolicyTest::shape,
            "policies.*.tests.user" => TestUser::shape,
            "quotas.*" => Quota::shape,
            "connections.*" => Connection::shape,
            "never" | "always" => Invariant::shape,
            "admin" => Admin::shape,
            "signals" => Signals::shape,
            "dev" => Dev::shape,
            "dev.users" => DevUser::shape,
            "cron.*" => Cron::shape,
            "queues.*" => Queue::shape,
            _ => return None,
        };
        shape(self, key)
    }

    /// `[policies]`: a table of each policy, by its name.
    pub(crate) fn policies(&self) -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::POLICY_NAME, "not": { "const": EVERYONE } },
            "additionalProperties": self.section("policies.*", &[]),
        })
    }

    /// Tables of one kind, by names that are labels.
    pub(crate) fn named(&self, section: &str, required: &[&str]) -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::label() },
            "additionalProperties": self.section(section, required),
        })
    }

    /// `[quotas]`: a table of each quota, by its name.
    pub(crate) fn quotas(&self) -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::QUOTA_NAME },
            "additionalProperties": self.section("quotas.*", &[]),
        })
    }

    /// `[connections]`: a table of each connection, by its name.
    pub(crate) fn connections(&self) -> Value {
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::QUOTA_NAME },
            "additionalProperties": self.section("connections.*", &["client_id", "hosts"]),
        })
    }

    /// Sections as they stand at the top level, but that an overlay need not have a name.
    pub(crate) fn environments(&self) -> Value {
        let section = |key: &&str| {
            let section = match *key {
                "server" => self.section("server", &[]),
                key => json!({ "$ref": format!("#/properties/{key}") }),
            };
            ((*key).to_owned(), section)
        };
        let sections: Map<String, Value> = keys::OVERLAID.iter().map(section).collect();
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::ENVIRONMENT_NAME },
            "additionalProperties": {
                "type": "object",
                "properties": sections,
                "additionalProperties": false,
            },
        })
    }
}

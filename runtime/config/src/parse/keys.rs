//! Every key of `mcp.toml`: the one list that unknown keys are compared with.

use super::dev::{Dev, DevUser};
use super::triggers::{Cron, Queue};
use crate::AuditSink;
use crate::model::{
    Admin, Audit, Condition, Config, Connection, Consent, Enterprise, Identity, IdentityUpstream,
    Invariant, KnownClient, Limits, Observability, Policy, PolicyTest, Quota, Registration, Server,
    Signals, Storage, TestUser, Tokens, Transport, Workload,
};

/// The key of the version. It stands above the first section.
pub(crate) const VERSION: &str = "schema_version";

/// Sections and their keys. An empty section name is the top level; the keys of `policies.*` are
/// those of each policy; an empty list of keys means that any key is allowed.
pub const SECTIONS: &[(&str, &[&str])] = &[
    ("", Config::KEYS),
    ("server", Server::KEYS),
    ("identity", Identity::KEYS),
    ("identity.upstream", IdentityUpstream::KEYS),
    ("storage", Storage::KEYS),
    ("registration", Registration::KEYS),
    ("clients", KnownClient::KEYS),
    ("enterprise", Enterprise::KEYS),
    ("workloads", Workload::KEYS),
    ("workloads.when", &["claims"]),
    ("transport", Transport::KEYS),
    ("tokens", Tokens::KEYS),
    ("consent", Consent::KEYS),
    ("limits", Limits::KEYS),
    ("limits.hosted", &[]),
    ("observability", Observability::KEYS),
    ("audit", &AUDIT),
    ("policies", &[]),
    ("policies.*", &POLICY),
    ("policies.*.tests", PolicyTest::KEYS),
    ("policies.*.tests.user", TestUser::KEYS),
    ("quotas", &[]),
    ("quotas.*", Quota::KEYS),
    ("connections", &[]),
    ("connections.*", Connection::KEYS),
    ("never", Invariant::KEYS),
    ("always", Invariant::KEYS),
    ("admin", Admin::KEYS),
    ("signals", Signals::KEYS),
    ("dev", Dev::KEYS),
    ("dev.users", DevUser::KEYS),
    ("secrets", &[]),
    ("cron", &[]),
    ("cron.*", Cron::KEYS),
    ("queues", &[]),
    ("queues.*", Queue::KEYS),
    ("email", &[]),
    ("wrangler", &[]),
    ("env", &[]),
];

/// Keys of `[audit]`: those of its sinks, then its own.
const AUDIT: [&str; AuditSink::ALL.len() + Audit::KEYS.len()] = {
    let mut keys = [""; AuditSink::ALL.len() + Audit::KEYS.len()];
    let (sinks, own) = keys.split_at_mut(AuditSink::ALL.len());
    let mut index = 0;
    while index < sinks.len() {
        sinks[index] = AuditSink::ALL[index].facts().key;
        index += 1;
    }
    own.copy_from_slice(Audit::KEYS);
    keys
};

/// Keys of a policy: its own, then those of its conditions.
const POLICY: [&str; Policy::KEYS.len() + Condition::KEYS.len()] = {
    let mut keys = [""; Policy::KEYS.len() + Condition::KEYS.len()];
    let (own, conditions) = keys.split_at_mut(Policy::KEYS.len());
    own.copy_from_slice(Policy::KEYS);
    conditions.copy_from_slice(Condition::KEYS);
    keys
};

/// Sections that an environment may have its own of. The others are reviewed, or not deployed.
pub(crate) const OVERLAID: &[&str] = &[
    "server",
    "identity",
    "storage",
    "registration",
    "transport",
    "tokens",
    "consent",
    "limits",
    "audit",
    "observability",
    "secrets",
    "cron",
    "queues",
    "email",
    "wrangler",
];

/// The comparisons of a claim or an argument, next to its value.
pub(crate) const COMPARISON: &[&str] = &["exists", "contains", "min", "max"];

/// Those of an argument.
pub(crate) const ARGUMENT_COMPARISON: &[&str] = &["exists", "contains", "min", "max", "claim"];

/// Keys of a section of [`SECTIONS`].
pub(crate) fn of(section: &str) -> &'static [&'static str] {
    SECTIONS.iter().find(|(name, _)| *name == section).map_or(&[], |(_, keys)| keys)
}

/// The sections that do have a key of this name, as they are written in a file.
pub(crate) fn home_of(key: &str) -> Option<&'static str> {
    let mut homes = SECTIONS.iter().filter(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name);
    let home = homes.next().filter(|_| homes.next().is_none())?;
    Some(match home {
        "cron.*" => "cron.<name>",
        "queues.*" => "queues.<name>",
        "policies.*" => "policies.<name>",
        "quotas.*" => "quotas.<name>",
        "connections.*" => "connections.<name>",
        "policies.*.tests" => "[policies.<name>.tests]",
        home => home,
    })
}

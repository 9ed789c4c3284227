//! The lists of bindings in `wrangler.jsonc`.

use crate::names::BindingKind;

/// A list of bindings of one kind, as `wrangler.jsonc` and `[wrangler]` have it.
#[derive(Debug, PartialEq, Eq)]
pub struct BindingList {
    /// The keys that lead to it.
    pub path: &'static [&'static str],
    /// The noun for one of them.
    pub title: &'static str,
    /// The key that names the binding.
    pub binding: &'static str,
    /// The key of the id of what it leads to.
    pub id: &'static str,
    /// The key of that one's name at Cloudflare, which may be the id.
    pub name: Option<&'static str>,
}

/// Objects with code of the server.
const DURABLE_OBJECTS: BindingList = BindingList {
    path: &["durable_objects", "bindings"],
    title: "Durable Object",
    binding: "name",
    id: "class_name",
    name: None,
};

/// Rate limiters.
pub const RATE_LIMITERS: BindingList = BindingList {
    path: &["ratelimits"],
    title: "rate limiter",
    binding: "name",
    id: "namespace_id",
    name: None,
};

/// Data sets of Analytics Engine.
const DATA_SETS: BindingList = BindingList {
    path: &["analytics_engine_datasets"],
    title: "Analytics Engine data set",
    binding: "binding",
    id: "dataset",
    name: Some("dataset"),
};

/// KV namespaces.
pub const KV_NAMESPACES: BindingList = BindingList {
    path: &["kv_namespaces"],
    title: "KV namespace",
    binding: "binding",
    id: "id",
    name: None,
};

/// D1 databases.
pub const D1_DATABASES: BindingList = BindingList {
    path: &["d1_databases"],
    title: "D1 database",
    binding: "binding",
    id: "database_id",
    name: Some("database_name"),
};

/// R2 buckets.
pub const R2_BUCKETS: BindingList = BindingList {
    path: &["r2_buckets"],
    title: "R2 bucket",
    binding: "binding",
    id: "bucket_name",
    name: Some("bucket_name"),
};

/// Queues that are written to.
pub const QUEUE_PRODUCERS: BindingList = BindingList {
    path: &["queues", "producers"],
    title: "queue",
    binding: "binding",
    id: "queue",
    name: Some("queue"),
};

/// Queues that are read from, which have no binding.
pub const QUEUE_CONSUMERS: BindingList =
    BindingList { path: &["queues", "consumers"], ..QUEUE_PRODUCERS };

/// Configurations of Hyperdrive.
const HYPERDRIVE: BindingList = BindingList {
    path: &["hyperdrive"],
    title: "Hyperdrive configuration",
    binding: "binding",
    id: "id",
    name: None,
};

/// Indexes of Vectorize.
const VECTORIZE: BindingList = BindingList {
    path: &["vectorize"],
    title: "Vectorize index",
    binding: "binding",
    id: "index_name",
    name: None,
};

/// The lists that may have a generated entry.
pub const GENERATED: &[&BindingList] = &[
    &DURABLE_OBJECTS,
    &RATE_LIMITERS,
    &DATA_SETS,
    &KV_NAMESPACES,
    &D1_DATABASES,
    &QUEUE_PRODUCERS,
    &QUEUE_CONSUMERS,
];

/// The lists of what keeps or carries data.
pub const OF_DATA: &[&BindingList] = &[
    &D1_DATABASES,
    &KV_NAMESPACES,
    &R2_BUCKETS,
    &QUEUE_PRODUCERS,
    &QUEUE_CONSUMERS,
    &HYPERDRIVE,
    &VECTORIZE,
];

impl BindingList {
    /// The keys of which one says what an entry leads to.
    pub fn targets(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.id), self.name.filter(|name| *name != self.id)].into_iter().flatten()
    }
}

impl BindingKind {
    /// The list that bindings of this kind are in.
    #[must_use]
    pub const fn list(self) -> &'static BindingList {
        match self {
            Self::DurableObject => &DURABLE_OBJECTS,
            Self::RateLimiter => &RATE_LIMITERS,
            Self::AnalyticsEngine => &DATA_SETS,
            Self::Queue => &QUEUE_PRODUCERS,
        }
    }
}

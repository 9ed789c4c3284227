//! The sinks of the audit trail in addition to the log: one list, and the facts of each.

#[cfg(feature = "parse")]
use crate::names::BindingKind;
use crate::names::{AUDIT_BINDING, AUDIT_QUEUE_BINDING};

/// A sink of the audit trail in addition to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSink {
    /// A data set of Analytics Engine.
    AnalyticsEngine,
    /// A queue.
    Queue,
}

impl AuditSink {
    /// Every sink.
    pub const ALL: [Self; 2] = [Self::AnalyticsEngine, Self::Queue];

    /// Its binding.
    #[must_use]
    pub const fn binding(self) -> &'static str {
        match self {
            Self::AnalyticsEngine => AUDIT_BINDING,
            Self::Queue => AUDIT_QUEUE_BINDING,
        }
    }

    /// Everything else that is particular to it.
    #[cfg(feature = "parse")]
    #[must_use]
    pub const fn facts(self) -> &'static SinkFacts {
        match self {
            Self::AnalyticsEngine => &SinkFacts {
                key: "analytics_engine",
                kind: BindingKind::AnalyticsEngine,
                target: Target::DataSet,
                comment: "[audit] of mcp.toml.",
                made: Made::ByTheFirstEvent(
                    "the account must have Analytics Engine on\n  (https://dash.cloudflare.com: Workers \
                     & Pages, Analytics Engine)",
                ),
            },
            Self::Queue => &SinkFacts {
                key: "queue",
                kind: BindingKind::Queue,
                target: Target::Label {
                    title: "queue",
                    help: "names are up to 63 lower-case letters, digits and `-`, for example `mcp-audit`",
                },
                comment: "[audit] of mcp.toml. The queue must exist: `wrangler queues create`.",
                made: Made::BeforeDeployment,
            },
        }
    }
}

/// The facts of one sink, for whatever reads `mcp.toml` and for the command line.
#[cfg(feature = "parse")]
#[derive(Debug)]
pub struct SinkFacts {
    /// Its key of `[audit]`, whose value names the target.
    pub key: &'static str,
    /// The kind of its binding.
    pub kind: BindingKind,
    /// The form of its name.
    pub target: Target,
    /// The comment in `wrangler.jsonc`.
    pub comment: &'static str,
    /// Its maker.
    pub made: Made,
}

/// The form of a name at Cloudflare.
#[cfg(feature = "parse")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A table of SQL.
    DataSet,
    /// A label, as host names have them.
    Label {
        /// The noun for what has the name.
        title: &'static str,
        /// The form of names, for the help.
        help: &'static str,
    },
}

/// The maker of a sink's target.
#[cfg(feature = "parse")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It has to be there before the server is deployed.
    BeforeDeployment,
    /// The first event, after this is done.
    ByTheFirstEvent(&'static str),
}

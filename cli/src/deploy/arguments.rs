//! Command line of `cargo toolgate deploy`.

use clap::Args;

/// Options of `cargo toolgate deploy`.
#[derive(Debug, Clone, Default, Args)]
pub struct Arguments {
    /// Build and check the bundle, but upload nothing: needs no account
    #[arg(long)]
    pub dry_run: bool,
    /// Environment: `[env.NAME]` of mcp.toml
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Upload a version that gets no requests yet, and say how it gets some
    #[arg(long)]
    pub gradual: bool,
    /// Deploy although the live Worker keeps its objects in another jurisdiction, where grants,
    /// sessions, tasks and state are then left behind
    #[arg(long)]
    pub lose_grants: bool,
    /// Apply the migrations that deployed D1 databases lack, without asking
    #[arg(long, conflicts_with = "dry_run")]
    pub migrate: bool,
    /// For wrangler, as they are
    #[arg(last = true, value_name = "ARGUMENTS")]
    pub wrangler: Vec<String>,
}

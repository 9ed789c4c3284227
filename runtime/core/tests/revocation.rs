//! Revocations: the feed, what isolates know of it, and both in simulated schedules.

#[path = "revocation/feed.rs"]
mod feed;
#[path = "revocation/known.rs"]
mod known;
#[path = "revocation/record.rs"]
mod record;
#[path = "revocation/simulation/mod.rs"]
mod simulation;

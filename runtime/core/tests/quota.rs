//! Quotas: the person's count, and the server's leases in simulated schedules.

#[path = "quota/person.rs"]
mod person;
#[path = "quota/pool.rs"]
mod pool;
#[path = "quota/simulation.rs"]
mod simulation;

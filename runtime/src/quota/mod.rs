//! Quotas: how many calls the tools of a server serve, for each person and for all together.
//!
//! Every call of every revision, of a session and of a task begins in [`charge`], after the policy and the
//! arguments. The person's units are counted in an object of the person, those of the server in one of the
//! quota; what is decided there is in `toolgate_core::quota`.

mod charge;
mod client;
mod isolate;
#[cfg(not(target_arch = "wasm32"))]
mod memory;
mod object;
mod plan;
mod spend;

pub use self::charge::CHARGING;
pub use self::object::QUOTAS;
pub use self::spend::Quota;

/// Path inside the object of a person.
const PERSON: &str = "/quota/person";

/// Path inside the object of a quota.
const SERVER: &str = "/quota/server";

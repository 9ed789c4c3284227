//! Grants in Durable Objects with SQLite: strongly consistent.

mod client;
pub(crate) mod object;

use serde::Serialize;
use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::grant::Operation;

pub use self::client::DurableObject;
pub use self::object::GRANTS;
pub(crate) use self::object::change;

/// Path inside the object of a person's grants.
const GRANT: &str = "/grant";

/// A request to the Durable Object.
#[derive(Debug, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantRequest {
    /// Apply an operation to the grant of this id.
    Perform(String, Operation),
    /// List all of the object's grants.
    List,
}

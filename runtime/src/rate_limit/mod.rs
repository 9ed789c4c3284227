//! Rate limits of the OAuth routes.

mod client;
mod object;

pub(crate) use self::client::{by_address, by_proof};
pub use self::object::RATE_LIMIT;

/// Path inside the object: counts a request.
pub(crate) const COUNT: &str = "/limit";

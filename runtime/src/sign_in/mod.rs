//! Sign-ins under way, each of which comes back once.

mod client;
mod object;

pub(crate) use self::client::use_up;
pub use self::object::SIGN_IN;

/// Path inside the object of one sign-in: uses it up.
pub(crate) const USE: &str = "/attempt";

/// The beginning of the name of a sign-in's object; the attempt follows.
pub(crate) const OBJECT: &str = "attempt:";

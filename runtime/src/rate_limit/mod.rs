//! Rate limits.

pub(crate) mod client;

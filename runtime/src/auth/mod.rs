//! Authentication: senders of requests, and the time for which they are let in.

pub(crate) mod admission;
pub(crate) mod grants;
pub(crate) mod lease;
pub(crate) mod renewing;
pub(crate) mod setup;
pub(crate) mod vault;

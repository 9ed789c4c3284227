//! Who may send a request, and for how long.

pub(crate) mod admission;
pub(crate) mod grants;
pub(crate) mod lease;
pub(crate) mod setup;
pub(crate) mod vault;

//! What the floors above are built against: the server, and the traits of what can be exchanged.

pub(crate) mod app;
pub(crate) mod feature;
pub(crate) mod object;

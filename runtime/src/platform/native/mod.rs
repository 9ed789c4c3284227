//! The platform where there is no Worker: what `testing` gives a server.

pub(crate) mod clock;
pub(crate) mod console;
pub(crate) mod date;
pub(crate) mod double;
pub(crate) mod sqlite;

//! The ports that the floors above are built against: the server, the request, and the traits of what can be
//! exchanged. No implementation is named here.

pub(crate) mod accounts;
pub(crate) mod app;
pub(crate) mod as_caller;
pub mod feature;
pub(crate) mod identity_provider;
pub(crate) mod object;
pub(crate) mod principal;
pub(crate) mod request_context;
pub(crate) mod store;
pub(crate) mod tracing;

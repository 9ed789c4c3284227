//! The sans-IO heart of Toolgate.
//!
//! Nothing here reads a clock, makes randomness, awaits, or knows of Workers: time and entropy are
//! arguments, requests and responses are values of the `http` crate, and what must be stored or
//! fetched is returned for the adapter to perform.

pub mod account;
pub mod admin;
pub mod audit;
pub mod cookie;
pub mod cors;
pub mod expected;
pub mod header;
pub mod host;
pub mod limits;
pub mod mcp;
pub mod oauth;
pub mod page;
pub mod paths;
pub mod quota;
pub mod rate;
pub mod reply;
pub mod request_size;
pub mod revocation;
pub mod route;
pub mod scope;
pub mod seal;
pub mod secret;
mod strength;
pub mod upstream;

pub use toolgate_json as json;
pub use toolgate_json::from_json;

#[cfg(test)]
mod testing;

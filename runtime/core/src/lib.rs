//! The sans-IO heart of Toolgate.
//!
//! Nothing here reads a clock, makes randomness, awaits, or knows of Workers: time and entropy are
//! arguments, requests and responses are values of the `http` crate, and what must be stored or
//! fetched is returned for the adapter to perform.

// What `#[derive(FromJson)]` writes names this crate.
extern crate self as toolgate_core;

pub mod access;
pub mod audit;
pub mod caller;
pub mod cookie;
pub mod cors;
pub mod from_json;
pub mod header;
pub mod host;
pub mod json;
pub mod known;
pub mod limits;
pub mod mcp;
mod number;
pub mod oauth;
pub mod page;
pub mod paths;
pub mod policy;
pub mod rate;
pub mod reply;
pub mod request_size;
pub mod scope;
pub mod seal;
pub mod secret;
mod strength;

#[cfg(test)]
mod testing;

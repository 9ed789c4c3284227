//! Accounts at third parties that people connect (`[connections.*]` of `mcp.toml`), and that tools use.
//!
//! ```text
//! a tool needs an account ─► the person is asked to open a link ([`link`])
//! GET  /connections/connect   who opens it signs in here, and must be who was asked ([`connect`])
//! POST /connections/connect   ─► authorization endpoint of the third party, with PKCE and a state
//! GET  /connections/return/…  the same sign-in again, then the code becomes tokens ([`returned`])
//! ```
//!
//! Each of these steps asks whether the grant of the client that asked stands, and whether the person approved that
//! client with the connection ([`asker`]).
//!
//! The tokens are one row in an object of the person ([`record`]), sealed; a tool gets an answer of the third
//! party, and never a token. Pages call these *connected accounts*: what MCP clients hold are connections of
//! their own.

pub mod asker;
pub mod connect;
pub mod link;
pub mod listed;
pub mod party;
pub mod record;
#[cfg(test)]
mod record_tests;
pub mod returned;
pub mod stale;
pub mod tokens;

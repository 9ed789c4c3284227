//! The OAuth 2.1 authorization server that MCP clients talk to.
//!
//! ```text
//! POST /register ──► client_id (sealed registration, nothing stored)
//! GET  /authorize ─► consent page ─► POST /authorize ─► identity provider ─► GET /callback
//!                                                                               │ grant stored
//! POST /token ◄──────────── code (sealed, single use) ◄─────────────────────────┘
//! ```
//!
//! Each endpoint is a function from request to reply, or begins by saying which operation the adapter
//! must perform on the grant's record, and goes on with the outcome.

pub mod assertion;
pub mod authorize;
pub mod bearer;
pub mod callback;
pub mod client;
pub mod connections;
pub mod context;
pub mod counted;
pub mod course;
pub mod credentials;
pub mod direct;
pub mod document;
pub mod document_cache;
pub mod error;
pub mod exchanged;
pub mod grant;
mod grant_subject;
pub(crate) mod login;
pub mod metadata;
pub mod params;
pub mod person;
pub mod public_url;
pub mod redirect_uri;
pub mod register;
pub mod revoke;
pub mod token;

mod answer;
mod approvals;
pub(crate) mod attempts;
mod authorization;
mod client_metadata;
pub(crate) mod consent;
mod issue;
mod not_identified;

pub use crate::scope;

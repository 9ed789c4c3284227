//! The clients of the identity providers that sign people in.

pub mod assertion;
pub mod described;
pub mod directory;
pub mod discovery;
pub mod exchange;
pub mod github;
#[cfg(feature = "host-crypto")]
pub mod host;
pub mod id_token;
pub mod jwks;
pub mod jwks_cache;
pub(crate) mod jws;
pub mod kept;
pub mod login;
pub mod nobody;
pub mod peculiarities;
pub mod provider;
pub mod signature;
pub mod tokens;
pub mod trouble;
pub mod userinfo;

mod claims;
mod jwt;
mod rejection;

pub use jwt::{Prepared, SignedClaims};

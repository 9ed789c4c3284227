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
pub mod logout_token;
pub mod nobody;
pub mod peculiarities;
pub mod provider;
pub mod security_event;
pub mod signature;
pub mod tokens;
pub mod trouble;
pub mod userinfo;

pub mod issuer_keys;

pub(crate) mod claims;
mod jwt;
mod rejection;

pub use jwt::{Prepared, SignedClaims};

//! The clients of the identity providers that sign people in.

pub mod assertion;
pub mod discovery;
pub mod github;
pub mod id_token;
pub mod jwks;
pub(crate) mod jws;
pub mod kept;
pub mod login;
pub mod nobody;
pub mod provider;
pub mod tokens;
pub mod upstream;
pub mod userinfo;

mod claims;
mod jwt;
pub(crate) mod verifier;

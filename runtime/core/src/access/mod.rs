//! The OpenID Connect client that signs people in at Cloudflare Access.

pub mod id_token;
pub mod jwks;
pub mod login;
pub mod provider;

mod verifier;

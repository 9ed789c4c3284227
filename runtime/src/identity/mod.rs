//! Who signs people in: one implementation for each kind of `[identity] provider`.
//!
//! `serve!()` names the one of its `mcp.toml`, so the others are not linked.

mod openid;

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_core::access::provider::{Provider, SetupError};
use toolgate_core::caller::Caller;
use toolgate_core::oauth::callback::Returned;
use toolgate_core::oauth::gate::Gate;
use toolgate_core::reply::Reply;

use crate::entry::Incoming;

/// Cloudflare Access for SaaS, any OpenID provider, and the local one of `cargo toolgate dev`.
pub static OPENID: openid::OpenId = openid::OpenId;

/// An identity provider's protocol.
pub trait Identity: Sync + std::fmt::Debug {
    /// The provider's addresses and our credentials there.
    fn provider<'a>(
        &'a self,
        incoming: &'a Incoming<'_>,
    ) -> LocalBoxFuture<'a, Result<Provider, SetupError>>;

    /// Who came back from the sign-in; otherwise the reply that tells why nobody did.
    fn identify<'a, 'g>(
        &'a self,
        incoming: &'a Incoming<'_>,
        gate: &'a Gate<'g>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Caller, Box<Reply>>>
    where
        'g: 'a;
}

//! OpenID Connect: the code is exchanged for an id_token, whose signature is verified.

use futures_util::future::LocalBoxFuture;
use http::Request;
use toolgate_core::access::id_token::Rejection;
use toolgate_core::access::provider::{Provider, SetupError};
use toolgate_core::caller::Caller;
use toolgate_core::oauth::callback::Returned;
use toolgate_core::oauth::gate::Gate;
use toolgate_core::reply::Reply;
use worker::console_error;

use super::Identity;
use crate::entry::Incoming;
use crate::platform::EnvVars;
use crate::upstream;

/// The protocol.
#[derive(Debug)]
pub struct OpenId;

impl Identity for OpenId {
    fn provider<'a>(
        &'a self,
        incoming: &'a Incoming<'_>,
    ) -> LocalBoxFuture<'a, Result<Provider, SetupError>> {
        Box::pin(async {
            Provider::resolve(&incoming.app.config, &EnvVars(incoming.env), &incoming.origin)
        })
    }

    fn identify<'a, 'g>(
        &'a self,
        _incoming: &'a Incoming<'_>,
        gate: &'a Gate<'g>,
        returned: &'a Returned,
        request: &'a Request<Vec<u8>>,
    ) -> LocalBoxFuture<'a, Result<Caller, Box<Reply>>>
    where
        'g: 'a,
    {
        Box::pin(identify(gate, returned, request))
    }
}

async fn identify(
    gate: &Gate<'_>,
    returned: &Returned,
    request: &Request<Vec<u8>>,
) -> Result<Caller, Box<Reply>> {
    let exchange = returned.exchange(gate, request)?;
    let answer = upstream::send(exchange).await.map_err(|error| {
        console_error!("sign-in failed: the token endpoint: {error}");
        Box::new(returned.unavailable(gate))
    })?;
    let id_token = returned.id_token(gate, answer).map_err(|refusal| {
        console_error!("sign-in failed: the token endpoint: {}", refusal.1);
        Box::new(refusal.0)
    })?;
    verify(gate, returned, &id_token).await
}

/// Verifies the id_token; an unknown `kid` gets one look at fresh keys.
async fn verify(
    gate: &Gate<'_>,
    returned: &Returned,
    id_token: &str,
) -> Result<Caller, Box<Reply>> {
    let unavailable = |error| {
        console_error!("sign-in failed: the JWKS: {error}");
        Box::new(returned.unavailable(gate))
    };
    let keys = upstream::jwks(gate.provider, gate.now).await.map_err(unavailable)?;
    let mut verdict = returned.verify(gate, &keys, id_token);
    if verdict == Err(Rejection::UnknownKey) && keys.may_refetch(gate.now) {
        let keys = upstream::fresh_jwks(gate.provider, gate.now).await.map_err(unavailable)?;
        verdict = returned.verify(gate, &keys, id_token);
    }
    verdict.map_err(|rejection| {
        console_error!("sign-in refused: the id_token: {rejection}");
        Box::new(returned.refuse_identity(gate))
    })
}

//! Calls that a tool makes in its caller's own name, with their access token of the identity provider.
//!
//! A tool that says `#[mcp_tool(…, as_caller)]` brings this feature, so other servers do not contain it. The
//! token is in the grant's record, and in the memory of the isolate. `client.rs` finds it, and has it renewed
//! under a lease of the record, or has one of the API given in exchange for it (`exchange.rs`); `object.rs` keeps the record where grants are in Durable Objects.

mod asserted;
mod client;
mod exchange;
mod memory;
mod object;
mod record;
mod renew;

use crate::platform::host::{Request, Response};
use futures_util::future::LocalBoxFuture;
use http::HeaderMap;
use serde::Serialize;
use toolgate_config::Protocol;
use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::oauth::grant::access::AccessOperation;
use toolgate_core::upstream::assertion;

use crate::platform::bindings::Env;
use crate::ports::app::App;
use crate::ports::as_caller::{AsCaller, NoToken, UpstreamToken};
use crate::ports::feature::Feature;
use crate::ports::object::Object;
use crate::ports::principal::{Credential, Principal};

/// Path inside the object of a person's grants.
const AS_CALLER_PATH: &str = "/as-caller";

/// The feature of calls in the person's name.
pub static AS_CALLER: &dyn Feature = &AsCallerFeature;

#[derive(Debug)]
struct AsCallerFeature;

/// A request to the Durable Object.
#[derive(Debug, Serialize, FromJson)]
struct AccessRequest {
    /// Id of the grant.
    id: String,
    operation: AccessOperation,
}

impl Feature for AsCallerFeature {
    fn prefix(&self) -> &'static str {
        AS_CALLER_PATH
    }

    fn serve<'a>(
        &'a self,
        object: &'a Object,
        request: Request,
    ) -> LocalBoxFuture<'a, worker::Result<Response>> {
        Box::pin(object::serve(object, request))
    }

    fn as_caller(&self) -> Option<&dyn AsCaller> {
        Some(self)
    }
}

impl AsCaller for AsCallerFeature {
    fn credential(
        &self,
        app: &App,
        headers: &HeaderMap,
        grant: Option<&(GrantKey, u64)>,
    ) -> Option<Credential> {
        if app.config.identity.provider.protocol() == Protocol::AccessAssertion {
            return assertion::of(headers).map(|text| Credential::Assertion(text.into()));
        }
        let (address, issued) = grant?;
        Some(Credential::Grant(format!("{issued} {}", address.id).into()))
    }

    fn token(
        &self,
        app: &'static App,
        env: Env,
        principal: Principal,
        refused: Option<UpstreamToken>,
    ) -> LocalBoxFuture<'static, Result<UpstreamToken, NoToken>> {
        Box::pin(async move {
            match &principal.credential {
                Some(Credential::Assertion(text)) => {
                    asserted::token(app, &env, &principal, text).await
                }
                _ if app.config.identity.provider.protocol() == Protocol::AccessAssertion => {
                    Err(NoToken::NotAsserted)
                }
                Some(Credential::Grant(grant)) => {
                    client::token(app, env, &principal.subject_key, grant, refused).await
                }
                None => Err(NoToken::SignInAgain),
            }
        })
    }
}

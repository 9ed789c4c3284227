//! A local OpenID Connect provider for development and tests.
//!
//! It speaks the authorization code flow with PKCE as Cloudflare Access for SaaS does, with the
//! same addresses: `…/cdn-cgi/access/sso/oidc/CLIENT_ID/{authorization,token,jwks,userinfo}`.
//! Instead of asking for credentials its login page lists accounts, so it listens on the loopback
//! interface only, answers no other host name, and sends people back to loopback addresses only.

mod answer;
mod authorization;
mod client;
mod codes;
mod keys;
mod login;
mod random;
mod routes;
mod token;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Doing, Result};

pub use client::Client;
pub(crate) use random::{key as random_key, token as random_token};

use codes::Codes;
use keys::Keys;

/// Somebody who can sign in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct User {
    /// The e-mail address, which the id_token calls verified.
    pub email: String,
    /// The name shown on the login page and sent as `name`.
    pub name: Option<String>,
    /// Sent as `groups`.
    pub groups: Vec<String>,
    /// Sent as they are, over the claims made from the other fields.
    pub claims: Map<String, Value>,
}

/// What the handlers share.
pub(crate) struct Provider {
    issuer: String,
    client: Client,
    users: Vec<User>,
    groups_claim: String,
    keys: Keys,
    codes: Codes,
}

/// A provider that is running; it ends when this is dropped.
pub struct Running {
    issuer: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The provider's `iss`. Its endpoints are below it.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The address of one endpoint: `authorization`, `token`, `jwks` or `userinfo`.
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/{name}", self.issuer)
    }

    /// Stops it.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        // It fails only if a handler panicked, which its client has heard of.
        let _ = self.task.await;
    }
}

/// Starts a provider on the loopback interface: at `port` if that is free, else anywhere.
///
/// # Errors
///
/// When no port can be had, or no key be made.
pub async fn start(
    port: u16,
    client: Client,
    users: Vec<User>,
    groups_claim: &str,
) -> Result<Running> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .doing(|| "listen on 127.0.0.1 for the local identity provider".to_owned())?,
    };
    let address = listener.local_addr().doing(|| "read the port that was given".to_owned())?;
    let provider = Provider::new(address, client, users, groups_claim)?;
    let issuer = provider.issuer.clone();
    let routes = routes::routes(Arc::new(provider));
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let ended = async { stopped.await.unwrap_or_default() };
        // Serving a listener that is bound does not fail; it ends when it is told to.
        let _ = axum::serve(listener, routes).with_graceful_shutdown(ended).await;
    });
    Ok(Running { issuer, stop: Some(stop), task })
}

impl Provider {
    fn new(
        address: SocketAddr,
        client: Client,
        users: Vec<User>,
        groups_claim: &str,
    ) -> Result<Self> {
        let issuer = format!("http://{address}/cdn-cgi/access/sso/oidc/{}", client.id);
        Ok(Self {
            issuer,
            client,
            users,
            groups_claim: groups_claim.to_owned(),
            keys: Keys::generate()?,
            codes: Codes::default(),
        })
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests;

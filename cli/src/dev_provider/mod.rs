//! A local OpenID Connect provider for development and tests.
//!
//! It speaks the authorization code flow with PKCE as Cloudflare Access for SaaS does, with the
//! same addresses: `…/cdn-cgi/access/sso/oidc/CLIENT_ID/{authorization,token,jwks,userinfo}`.
//! Instead of asking for credentials its login page lists accounts, so it listens on the loopback
//! interface only, answers no other host name, and sends people back to loopback addresses only.

mod access;
mod activity;
mod answer;
mod authorization;
mod client;
mod clock;
mod codes;
mod keys;
mod login;
mod page;
mod parameters;
mod people;
mod provider;
mod random;
mod routes;
mod token;
mod user;

use std::net::Ipv4Addr;
use std::sync::{Arc, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Doing, Result};

pub use activity::Activity;
pub use client::Client;
pub use provider::{Purpose, Server};
pub(crate) use random::{key as random_key, token as random_token};
pub use user::User;

use people::People;
use provider::Provider;

/// A provider that is running; it ends when this is dropped.
pub struct Running {
    provider: Arc<Provider>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// The provider's `iss`. Its endpoints are below it.
    pub fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    /// The address of one endpoint: `authorization`, `token`, `jwks` or `userinfo`.
    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/{name}", self.issuer())
    }

    /// The address of the page at the root.
    pub fn page(&self) -> String {
        let origin = self.issuer().split("/cdn-cgi/").next();
        format!("{}/", origin.unwrap_or_default())
    }

    /// Events on the page: whoever hears the server's log notes them here.
    pub fn activity(&self) -> Arc<Activity> {
        self.provider.activity.clone()
    }

    /// Lets these people sign in from now on, and nobody else. Those who did stay signed in.
    ///
    /// # Errors
    ///
    /// When the encryption key cannot be read.
    pub fn replace_users(&self, users: Vec<User>) -> Result<()> {
        let Provider { server, issuer, people, .. } = &*self.provider;
        let replaced = People::new(&server.encryption_key, issuer, users)?;
        // Nothing panics while it is held: it holds one pointer.
        *people.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(replaced);
        Ok(())
    }

    /// Stops it.
    pub async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            drop(stop);
            // It fails only if a handler panicked, which its client has heard of.
            let _ = (&mut self.task).await;
        }
    }
}

/// Starts a provider on the loopback interface: at `port` if that is free, else anywhere.
///
/// # Errors
///
/// When no port can be had, or no key be made.
pub async fn start(port: u16, purpose: Purpose) -> Result<Running> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .doing(|| "listen on 127.0.0.1 for the dev identity provider".to_owned())?,
    };
    let address = listener.local_addr().doing(|| "read the port that was given".to_owned())?;
    let provider = Arc::new(Provider::new(address, purpose)?);
    let routes = routes::routes(provider.clone());
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let ended = async { stopped.await.unwrap_or_default() };
        // Serving a listener that is bound does not fail; it ends when it is told to.
        let _ = axum::serve(listener, routes).with_graceful_shutdown(ended).await;
    });
    Ok(Running { provider, stop: Some(stop), task })
}

#[cfg(test)]
mod tests;

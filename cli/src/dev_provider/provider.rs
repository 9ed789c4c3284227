//! State that the endpoints share.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use super::activity::Activity;
use super::client::Client;
use super::codes::Codes;
use super::keys::Keys;
use super::people::People;
use super::user::User;
use crate::Result;

/// The server that people sign in to.
#[derive(Debug, Clone, Default)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Its origin.
    pub url: String,
    /// Commands that add it to clients.
    pub commands: Vec<String>,
    /// The keys that it makes pseudonyms with, as its own variable has them.
    pub encryption_key: String,
}

/// Everything that a provider is about.
pub struct Purpose {
    /// Its one client: the server.
    pub client: Client,
    /// Accounts that can sign in.
    pub users: Vec<User>,
    /// The claim that lists groups.
    pub groups_claim: String,
    /// The server, for the page at the root.
    pub server: Server,
}

/// State that the handlers share.
pub(super) struct Provider {
    pub(super) issuer: String,
    pub(super) client: Client,
    pub(super) groups_claim: String,
    pub(super) server: Server,
    /// Replaced as a whole when `mcp.toml` changes.
    pub(super) people: RwLock<Arc<People>>,
    pub(super) activity: Arc<Activity>,
    pub(super) keys: Keys,
    pub(super) codes: Codes,
}

impl Provider {
    pub(super) fn new(address: SocketAddr, purpose: Purpose) -> Result<Self> {
        let Purpose { client, users, groups_claim, server } = purpose;
        let issuer = format!("http://{address}/cdn-cgi/access/sso/oidc/{}", client.id);
        let people = People::new(&server.encryption_key, &issuer, users)?;
        Ok(Self {
            issuer,
            client,
            groups_claim,
            server,
            people: RwLock::new(Arc::new(people)),
            activity: Arc::default(),
            keys: Keys::generate()?,
            codes: Codes::default(),
        })
    }

    /// Those of this moment.
    pub(super) fn people(&self) -> Arc<People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

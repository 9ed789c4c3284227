//! OAuth clients: where they are known from, and what they may do.
//!
//! | kind | `client_id` | known from |
//! |---|---|---|
//! | [`ClientKind::Known`] | a name | `[[clients]]` of `mcp.toml` |
//! | [`ClientKind::Document`] | an https address | the document there, see [`super::document`] |
//! | [`ClientKind::Registered`] | a sealed registration | itself: nothing is stored |

use serde::Serialize;
use toolgate_config::{Config, KnownClient};
use url::{Host, Url};

use crate::audit::Reason;
use crate::from_json::FromJson;
use crate::host::is_loopback;
use crate::limits::MAX_CLIENT_ID;
use crate::oauth::error::OAuthError;
use crate::oauth::public_url::{DocumentUrl, is_within};
use crate::oauth::redirect_uri;
use crate::paths::REGISTER_PATH;
use crate::seal::{Entropy, Keyring, Purpose, sha256};

/// Length of [`Client::key`]: 132 bits of a hash, far beyond collisions.
const KEY_LENGTH: usize = 22;

/// Authentication of a client at the token endpoint (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromJson)]
pub enum AuthMethod {
    /// A public client: PKCE alone.
    #[default]
    #[serde(rename = "none")]
    None,
    /// HTTP Basic.
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// In the form body.
    #[serde(rename = "client_secret_post")]
    Post,
    /// A JWT signed with the client's own key (RFC 7523 section 2.2).
    #[serde(rename = "private_key_jwt")]
    PrivateKeyJwt,
}

impl AuthMethod {
    /// The methods of clients that register themselves. They have no keys: these would make the
    /// `client_id` too long.
    pub const REGISTERED: [Self; 3] = [Self::None, Self::Basic, Self::Post];

    /// The name of the method.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// True for [`AuthMethod::None`], which sealed values leave out.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Registration of a client. The whole of it is sealed into its `client_id`, so nothing is stored;
/// the field names are short because the id travels in URLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Registration {
    /// `client_name`.
    #[serde(rename = "n")]
    pub name: String,
    /// `client_uri`.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// `redirect_uris`.
    #[serde(rename = "r")]
    pub redirect_uris: Vec<String>,
    /// Private-use schemes of the redirect URIs that were left out.
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// `token_endpoint_auth_method`.
    #[serde(rename = "m")]
    pub auth_method: AuthMethod,
    /// `client_id_issued_at`, seconds since 1970.
    #[serde(rename = "i")]
    pub issued_at: u64,
    /// Its `grant_types` leave `refresh_token` out.
    #[serde(rename = "g", default, skip_serializing_if = "is_false")]
    pub code_only: bool,
}

/// True if a flag has its usual value, which sealed values leave out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Voucher for what a client says of itself, as sealed values tell it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub enum Voucher {
    /// Nobody: it registered itself.
    #[default]
    #[serde(rename = "n")]
    Nobody,
    /// The server's owner, in `mcp.toml`.
    #[serde(rename = "o")]
    Owner,
    /// The host of its metadata document.
    #[serde(rename = "h")]
    Host(String),
}

impl Voucher {
    /// True for [`Voucher::Nobody`], which sealed values leave out.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        *self == Self::Nobody
    }
}

/// Source of a client, and so how far its name can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// From `mcp.toml`: the server's owner trusts it.
    Known,
    /// From its Client ID Metadata Document: who answers for it is proven, see
    /// [`Client::verified_host`].
    Document,
    /// From its own registration: nothing is proven.
    Registered,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Known,
    Document { host: String, version: String },
    Registered,
}

/// A client whose `client_id` proved genuine.
#[derive(Debug, Clone)]
pub struct Client {
    /// The `client_id` as presented.
    pub id: String,
    /// A short stable name for records and tokens: a hash of the id.
    pub key: String,
    /// Its registration.
    pub registration: Registration,
    source: Source,
}

/// Place to find the client of a `client_id`.
#[derive(Debug)]
pub enum Lookup {
    /// Here it is.
    Found(Box<Client>),
    /// In the document at this address.
    Document(DocumentUrl),
}

impl Client {
    /// Issues the `client_id` of a registration.
    #[must_use]
    pub fn issue(keys: &Keyring, registration: Registration, entropy: &mut dyn Entropy) -> Self {
        let id = keys.seal(Purpose::Client, "", &registration, entropy);
        Self { key: key(&id), id, registration, source: Source::Registered }
    }

    /// The client of a `client_id`, if this server issued it.
    #[must_use]
    pub fn from_id(keys: &Keyring, id: &str) -> Option<Self> {
        if id.len() > MAX_CLIENT_ID {
            return None;
        }
        let registration = keys.open(Purpose::Client, "", id)?;
        Some(Self { id: id.to_owned(), key: key(id), registration, source: Source::Registered })
    }

    /// A client of `[[clients]]`.
    #[must_use]
    pub fn known(known: &KnownClient) -> Self {
        let registration = Registration {
            name: known.name.to_string(),
            uri: None,
            redirect_uris: known.redirect_uris.iter().map(ToString::to_string).collect(),
            left_out: Vec::new(),
            auth_method: known_method(known),
            issued_at: 0,
            code_only: false,
        };
        let id = known.id.to_string();
        Self { key: key(&id), id, registration, source: Source::Known }
    }

    /// The client that a document describes; `version` changes with what the document says.
    pub(crate) fn documented(
        url: &DocumentUrl,
        registration: Registration,
        version: String,
    ) -> Self {
        let (id, host) = (url.as_str().to_owned(), url.host().to_owned());
        Self { key: key(&id), id, registration, source: Source::Document { host, version } }
    }

    /// Finds the client of an authorization request. The three kinds cannot be mistaken for each
    /// other: an address has a colon, which base64url has not, and `mcp.toml` is asked first.
    ///
    /// # Errors
    /// There is no such client, or its kind or domain is not welcome.
    pub fn lookup(config: &Config, keys: &Keyring, id: &str) -> Result<Lookup, OAuthError> {
        if let Some(known) = find_known(config, id) {
            return Ok(Lookup::Found(Box::new(Self::known(known))));
        }
        if DocumentUrl::is_meant(id) {
            return DocumentUrl::parse(config, id).map(Lookup::Document);
        }
        Self::registered(config, keys, id).map(|client| Lookup::Found(Box::new(client)))
    }

    /// The client of a registration, if registrations are welcome (still).
    pub(crate) fn registered(
        config: &Config,
        keys: &Keyring,
        id: &str,
    ) -> Result<Self, OAuthError> {
        if !config.registration.dynamic {
            return Err(OAuthError::invalid_client(
                "Unknown client_id; this server takes no dynamic registrations",
            )
            .because(Reason::ClientKindRefused));
        }
        let client = Self::from_id(keys, id).ok_or_else(unknown_client)?;
        client.check_domains(config)?;
        Ok(client)
    }

    /// Its source.
    #[must_use]
    pub fn kind(&self) -> ClientKind {
        match self.source {
            Source::Known => ClientKind::Known,
            Source::Document { .. } => ClientKind::Document,
            Source::Registered => ClientKind::Registered,
        }
    }

    /// The host that answers for the client: that of its metadata document.
    #[must_use]
    pub fn verified_host(&self) -> Option<&str> {
        match &self.source {
            Source::Document { host, .. } => Some(host),
            Source::Known | Source::Registered => None,
        }
    }

    /// Its `client_id`, where somebody vouches for it; empty where it registered itself.
    #[must_use]
    pub fn vouched_id(&self) -> &str {
        match &self.source {
            Source::Known | Source::Document { .. } => &self.id,
            Source::Registered => "",
        }
    }

    /// The voucher for what it says of itself.
    #[must_use]
    pub fn voucher(&self) -> Voucher {
        match &self.source {
            Source::Known => Voucher::Owner,
            Source::Document { host, .. } => Voucher::Host(host.clone()),
            Source::Registered => Voucher::Nobody,
        }
    }

    /// Changes when the client's document does. The other kinds cannot change under their id, or
    /// only by their owner's hand.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        match &self.source {
            Source::Document { version, .. } => Some(version),
            Source::Known | Source::Registered => None,
        }
    }

    /// The `client_secret` of a confidential client: derived from its id, not stored.
    #[must_use]
    pub fn secret(&self, keys: &Keyring) -> Option<String> {
        (self.registration.auth_method != AuthMethod::None)
            .then(|| keys.mac(Purpose::ClientSecret, &self.id))
    }

    /// True if the client registered this redirect URI.
    #[must_use]
    pub fn allows_redirect(&self, requested: &str) -> bool {
        self.registration.redirect_uris.iter().any(|known| redirect_uri::matches(known, requested))
    }

    /// Refuses a registered client that could be sent to a domain outside `allowed_domains`.
    pub(crate) fn check_domains(&self, config: &Config) -> Result<(), OAuthError> {
        let allowed = &config.registration.allowed_domains;
        let is_allowed = |uri: &String| {
            let Ok(url) = Url::parse(uri) else { return false };
            match url.host() {
                _ if !matches!(url.scheme(), "http" | "https") => {
                    // What follows a private-use scheme is not a domain; `redirect_schemes` names
                    // the scheme, which says more.
                    true
                }
                Some(Host::Domain(host)) => is_within(host, allowed),
                // Every loopback address is listed by the one name that people know.
                Some(_) if url.host_str().is_some_and(is_loopback) => {
                    is_within("localhost", allowed)
                }
                _ => false,
            }
        };
        if allowed.is_empty() || self.registration.redirect_uris.iter().all(is_allowed) {
            return Ok(());
        }
        Err(OAuthError::invalid_client(
            "The client has a redirect_uri outside the allowed_domains of this server's mcp.toml",
        )
        .because(Reason::ClientDomainRefused))
    }
}

/// The client of this exact id in `mcp.toml`.
pub(crate) fn find_known<'a>(config: &'a Config, id: &str) -> Option<&'a KnownClient> {
    config.clients.iter().find(|known| known.id == id)
}

/// A known client with a secret may send it in either way; tokens name the one.
pub(crate) fn known_method(known: &KnownClient) -> AuthMethod {
    if known.secret.is_some() {
        AuthMethod::Basic
    } else if known.jwks.is_some() || known.jwks_uri.is_some() {
        AuthMethod::PrivateKeyJwt
    } else {
        AuthMethod::None
    }
}

/// The error for a `client_id` that this server did not issue, with the way out.
#[must_use]
pub fn unknown_client() -> OAuthError {
    OAuthError::invalid_client(["Unknown client_id; register again at ", REGISTER_PATH].concat())
        .because(Reason::ClientUnknown)
}

/// [`Client::key`] of a `client_id`.
pub(crate) fn key(id: &str) -> String {
    let mut hash = sha256(id);
    hash.truncate(KEY_LENGTH);
    hash
}

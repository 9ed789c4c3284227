//! OAuth clients: stateless registrations, and how a client proves itself at the token endpoint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::limits::MAX_CLIENT_ID;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::oauth::redirect_uri;
use crate::seal::{Entropy, Keyring, Purpose, sha256};
use crate::secret::constant_time_eq;

/// Length of [`Client::key`]: 132 bits of a hash, far beyond collisions.
const KEY_LENGTH: usize = 22;

/// How a client authenticates at the token endpoint (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthMethod {
    /// A public client: PKCE alone.
    #[serde(rename = "none")]
    None,
    /// HTTP Basic.
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// In the form body.
    #[serde(rename = "client_secret_post")]
    Post,
}

impl AuthMethod {
    /// Every method the server supports, as metadata lists them.
    pub const NAMES: [&'static str; 3] = ["none", "client_secret_basic", "client_secret_post"];

    /// The method of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "client_secret_basic" => Some(Self::Basic),
            "client_secret_post" => Some(Self::Post),
            _ => None,
        }
    }

    /// The name of the method.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
        }
    }
}

/// What a client registered. The whole of it is sealed into its `client_id`, so nothing is stored;
/// the field names are short because the id travels in URLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// `token_endpoint_auth_method`.
    #[serde(rename = "m")]
    pub auth_method: AuthMethod,
    /// `client_id_issued_at`, seconds since 1970.
    #[serde(rename = "i")]
    pub issued_at: u64,
}

/// A client whose `client_id` proved genuine.
#[derive(Debug, Clone)]
pub struct Client {
    /// The `client_id` as presented.
    pub id: String,
    /// A short stable name for records and tokens: a hash of the id.
    pub key: String,
    /// What it registered.
    pub registration: Registration,
}

impl Client {
    /// Issues the `client_id` of a registration.
    #[must_use]
    pub fn issue(keys: &Keyring, registration: Registration, entropy: &mut dyn Entropy) -> Self {
        let id = keys.seal(Purpose::Client, "", &registration, entropy);
        Self { key: key(&id), id, registration }
    }

    /// The client of a `client_id`, if this server issued it.
    #[must_use]
    pub fn from_id(keys: &Keyring, id: &str) -> Option<Self> {
        if id.len() > MAX_CLIENT_ID {
            return None;
        }
        let registration = keys.open(Purpose::Client, "", id)?;
        Some(Self { id: id.to_owned(), key: key(id), registration })
    }

    /// The `client_secret` of a confidential client: derived from its id, not stored.
    #[must_use]
    pub fn secret(&self, keys: &Keyring) -> Option<String> {
        (self.registration.auth_method != AuthMethod::None)
            .then(|| keys.mac(Purpose::ClientSecret, &self.id))
    }

    /// Whether the client registered this redirect URI.
    #[must_use]
    pub fn allows_redirect(&self, requested: &str) -> bool {
        self.registration.redirect_uris.iter().any(|known| redirect_uri::matches(known, requested))
    }

    /// Authenticates the client of a token or revocation request (OAuth 2.1 section 2.4).
    ///
    /// # Errors
    /// `invalid_client`, or `invalid_request` when the client authenticates in two ways at once.
    pub fn authenticate(
        keys: &Keyring,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Self, OAuthError> {
        let basic = basic_credentials(headers)?;
        let (id, secret, method) = match (&basic, params.get("client_secret")) {
            (Some(_), Some(_)) => {
                return Err(OAuthError::invalid_request(
                    "The client authenticates in the header and in the body; use one",
                ));
            }
            (Some((id, secret)), None) => {
                (Some(id.as_str()), Some(secret.as_str()), AuthMethod::Basic)
            }
            (None, Some(secret)) => (params.get("client_id"), Some(secret), AuthMethod::Post),
            (None, None) => (params.get("client_id"), None, AuthMethod::None),
        };
        let id = id.ok_or_else(|| OAuthError::invalid_client("Missing parameter client_id"))?;
        if params.get("client_id").is_some_and(|other| other != id) {
            return Err(OAuthError::invalid_request("client_id differs from the header"));
        }
        let client = Self::from_id(keys, id).ok_or_else(unknown_client)?;
        if client.registration.auth_method != method {
            return Err(OAuthError::invalid_client(format!(
                "This client registered token_endpoint_auth_method {}",
                client.registration.auth_method.name()
            )));
        }
        match secret {
            None => Ok(client),
            Some(secret) if client.accepts_secret(keys, secret) => Ok(client),
            Some(_) => Err(OAuthError::invalid_client("The client_secret is wrong")),
        }
    }

    fn accepts_secret(&self, keys: &Keyring, secret: &str) -> bool {
        keys.macs(Purpose::ClientSecret, &self.id)
            .any(|expected| constant_time_eq(expected.as_bytes(), secret.as_bytes()))
    }
}

/// The error for a `client_id` that this server did not issue, with the way out.
#[must_use]
pub fn unknown_client() -> OAuthError {
    OAuthError::invalid_client("Unknown client_id; register again at /register")
}

fn key(id: &str) -> String {
    let mut hash = sha256(id);
    hash.truncate(KEY_LENGTH);
    hash
}

/// `Authorization: Basic`, whose two parts are form-encoded (OAuth 2.1 section 2.4.1).
fn basic_credentials(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let malformed = || OAuthError::invalid_client("The Authorization header is not valid Basic");
    let (scheme, rest) =
        header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = STANDARD.decode(rest.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    Ok(Some((form_decode(id), form_decode(secret))))
}

fn form_decode(text: &str) -> String {
    // Parsed as the name of a parameter; `&` and `=` inside it arrive encoded.
    form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

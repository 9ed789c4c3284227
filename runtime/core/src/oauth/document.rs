//! Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-02): a client whose
//! `client_id` is the address of its own metadata.
//!
//! The adapter fetches, see [`request`] and [`super::document_cache`]; this module judges the answer.

use std::fmt;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use toolgate_config::{Config, Str};

use crate::audit::Reason;
use crate::json::to_text;
use crate::limits::{DOCUMENT_TIMEOUT, MAX_DOCUMENT_BODY};
use crate::oauth::client::{AuthMethod, Client, Registration};
use crate::oauth::client_metadata::{self, Metadata, invalid};
use crate::oauth::error::OAuthError;
use crate::oauth::public_url::{DocumentUrl, PublicUrl};
use crate::oauth::redirect_uri;
use crate::seal::sha256;
use crate::upstream::jwks::Jwks;

/// Length of [`Client::version`]: 132 bits of a hash.
const VERSION_LENGTH: usize = 22;

/// Members of a JWK that only the owner of the key, or of a shared secret, may have
/// (RFC 7518 section 6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A valid document.
#[derive(Debug, Clone)]
pub struct Document {
    /// The client it describes.
    pub client: Client,
    /// The client's keys, when it authenticates with `private_key_jwt`.
    pub keys: Option<Keys>,
}

/// Location of a client's keys.
#[derive(Debug, Clone)]
pub enum Keys {
    /// In the document (`jwks`).
    Inline(Jwks),
    /// Elsewhere (`jwks_uri`).
    At(PublicUrl),
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentError {
    /// It was not fetched: another try may succeed. The details are for the log, not for whoever
    /// chose the address.
    Unavailable(String),
    /// It was asked for too often.
    TooOften,
    /// It breaks a rule.
    Invalid(String),
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(details) => write!(f, "could not be fetched: {details}"),
            Self::TooOften => f.write_str("was asked for too often"),
            Self::Invalid(reason) => write!(f, "is not acceptable: {reason}"),
        }
    }
}

impl std::error::Error for DocumentError {}

impl From<DocumentError> for OAuthError {
    fn from(error: DocumentError) -> Self {
        let oauth = match error {
            DocumentError::Unavailable(_) => Self::new(
                "temporarily_unavailable",
                format!(
                    "The client metadata document, or its jwks_uri, could not be fetched; it must \
                     answer within {DOCUMENT_TIMEOUT} s with status 200, without a redirect, and \
                     with at most {MAX_DOCUMENT_BODY} bytes of JSON"
                ),
            ),
            DocumentError::TooOften => Self::new(
                "temporarily_unavailable",
                "The client metadata document was asked for too often; try again in a minute",
            ),
            DocumentError::Invalid(reason) => Self::invalid_client(format!(
                "The client metadata document is not acceptable: {reason}"
            )),
        };
        oauth.because(Reason::ClientDocument)
    }
}

/// The request for a document or a key set.
///
/// # Errors
/// The address is none for this HTTP library, which [`PublicUrl`] excludes.
pub fn request(url: &str) -> Result<Request<Vec<u8>>, DocumentError> {
    Request::get(url)
        .header(ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|error| DocumentError::Unavailable(error.to_string()))
}

/// Reads the answer of the document's host.
///
/// # Errors
/// The first rule of the draft's section 4.1 that it breaks.
pub fn read(
    config: &Config,
    url: &DocumentUrl,
    answer: &Response<Vec<u8>>,
    now: u64,
) -> Result<Document, DocumentError> {
    let value = body(answer)?;
    let Value::Object(metadata) = value else {
        return Err(DocumentError::Invalid("it is not a JSON object".to_owned()));
    };
    describe(&config.registration.redirect_schemes, url, &metadata, now)
        .map_err(|error| DocumentError::Invalid(error.description.into_owned()))
}

/// Reads the answer of a `jwks_uri`.
///
/// # Errors
/// It is not a set of public keys.
pub fn read_keys(answer: &Response<Vec<u8>>, now: u64) -> Result<Jwks, DocumentError> {
    public_keys(&body(answer)?, now)
        .map_err(|error| DocumentError::Invalid(error.description.into_owned()))
}

fn body(answer: &Response<Vec<u8>>) -> Result<Value, DocumentError> {
    // Redirects are not followed (section 5 of the draft), so they arrive here as what they are.
    if answer.status() != StatusCode::OK {
        return Err(DocumentError::Unavailable(format!("status {}", answer.status().as_u16())));
    }
    if answer.body().len() > MAX_DOCUMENT_BODY {
        return Err(DocumentError::Unavailable(format!("more than {MAX_DOCUMENT_BODY} bytes")));
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if !is_json {
        return Err(DocumentError::Invalid("its content type is not JSON".to_owned()));
    }
    serde_json::from_slice(answer.body())
        .map_err(|_| DocumentError::Invalid("it is not JSON".to_owned()))
}

fn describe(
    schemes: &[Str],
    url: &DocumentUrl,
    metadata: &Metadata,
    now: u64,
) -> Result<Document, OAuthError> {
    if client_metadata::text(metadata, "client_id")? != Some(url.as_str()) {
        return Err(invalid("its client_id is not the URL that it was fetched from"));
    }
    if metadata.keys().any(|name| name.starts_with("client_secret")) {
        return Err(invalid("it has a client_secret, which everybody can read"));
    }
    client_metadata::check_lists(metadata)?;
    let name = client_metadata::client_name(metadata)?.filter(|name| !name.trim().is_empty());
    let (auth_method, keys) = authentication(metadata, now)?;
    // What is wrong with a document in any other way is wrong for every server.
    let refuses = |uri: &str| redirect_uri::needs_scheme(uri, schemes).is_none();
    let (redirect_uris, left_out) = client_metadata::usable_redirects(metadata, schemes, refuses)?;
    let registration = Registration {
        name: name.ok_or_else(|| invalid("it has no client_name"))?,
        uri: client_metadata::client_uri(metadata)?,
        redirect_uris,
        left_out,
        auth_method,
        issued_at: 0,
        code_only: client_metadata::is_code_only(metadata),
    };
    let version = version(&registration, metadata);
    Ok(Document { client: Client::documented(url, registration, version), keys })
}

/// The client's authentication method. RFC 7591 has `client_secret_basic` as the default, which a
/// document must not use for want of a secret; the draft leaves `none` then. A document that wants
/// its keys to be asked for has to say so.
fn authentication(metadata: &Metadata, now: u64) -> Result<(AuthMethod, Option<Keys>), OAuthError> {
    let present = |name: &str| metadata.get(name).filter(|value| !value.is_null());
    let inline = present("jwks").map(|value| public_keys(value, now)).transpose()?;
    let address = client_metadata::text(metadata, "jwks_uri")?
        .map(|uri| PublicUrl::parse(uri).map_err(|reason| invalid(format!("jwks_uri: {reason}"))))
        .transpose()?;
    let keys = match (inline, address) {
        (Some(_), Some(_)) => return Err(invalid("it has both jwks and jwks_uri")),
        (Some(keys), None) => Some(Keys::Inline(keys)),
        (None, address) => address.map(Keys::At),
    };
    match client_metadata::text(metadata, "token_endpoint_auth_method")? {
        None | Some("none") => Ok((AuthMethod::None, None)),
        Some("private_key_jwt") if keys.is_some() => Ok((AuthMethod::PrivateKeyJwt, keys)),
        Some("private_key_jwt") => Err(invalid("it declares private_key_jwt and has no keys")),
        Some(_) => Err(invalid("its token_endpoint_auth_method must be none or private_key_jwt")),
    }
}

/// A set of public keys. One private or symmetric key refuses the whole set: it is known to
/// everybody, and says that its owner mistakes what the set is for.
fn public_keys(value: &Value, now: u64) -> Result<Jwks, OAuthError> {
    let list = value.get("keys").and_then(Value::as_array);
    let list = list.ok_or_else(|| invalid("its keys are not a JSON Web Key Set"))?;
    for key in list {
        let key = key.as_object().ok_or_else(|| invalid("one of its keys is not an object"))?;
        let is_symmetric = key.get("kty").and_then(Value::as_str) == Some("oct");
        if is_symmetric || PRIVATE_MEMBERS.iter().any(|name| key.contains_key(*name)) {
            return Err(invalid("one of its keys is private or symmetric"));
        }
    }
    Jwks::parse(to_text(value).as_bytes(), now)
        .ok_or_else(|| invalid("its keys are not a JSON Web Key Set"))
}

/// A hash of everything that a person relies on when they approve the client.
fn version(registration: &Registration, metadata: &Metadata) -> String {
    let said = json!([
        registration.name,
        registration.uri,
        registration.redirect_uris,
        registration.auth_method.name(),
        metadata.get("jwks"),
        metadata.get("jwks_uri"),
    ]);
    let mut hash = sha256(&to_text(&said));
    hash.truncate(VERSION_LENGTH);
    hash
}

//! Finds the OAuth client of a request, and fetches the documents that describe clients.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

use http::{Request, Response};
use toolgate_core::audit::Reason;
use toolgate_core::limits::{DOCUMENT_TIMEOUT, MAX_DOCUMENT_BODY};
use toolgate_core::oauth::assertion::{self, AssertionError};
use toolgate_core::oauth::client::{AuthMethod, Client, Lookup};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::credentials::{Authenticated, Checked, Credentials};
use toolgate_core::oauth::document::{self, Document, DocumentError, Keys};
use toolgate_core::oauth::document_cache::DocumentCache;
use toolgate_core::oauth::error::OAuthError;
use toolgate_core::oauth::params::Params;
use toolgate_core::oauth::public_url::{DocumentUrl, PublicUrl};
use toolgate_core::paths::TOKEN_PATH;
use toolgate_core::upstream::SignedClaims;
use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::jwks::Jwks;

use crate::http::fetch;
use crate::platform::EnvVars;
use crate::platform::console::log_error;
use crate::platform::signature;
use crate::ports::request_context::RequestContext;

type Cache<T> = LocalKey<RefCell<DocumentCache<T>>>;

thread_local! {
    /// Documents that this isolate fetched.
    static DOCUMENTS: RefCell<DocumentCache<Document>> = const { RefCell::new(DocumentCache::new()) };
    /// Key sets that documents name by `jwks_uri`.
    static KEYS: RefCell<DocumentCache<Jwks>> = const { RefCell::new(DocumentCache::new()) };
}

/// The client that a `client_id` names.
///
/// # Errors
/// There is no such client, or it may not come here.
pub(crate) async fn find(
    _incoming: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    params: &Params,
) -> Result<Client, OAuthError> {
    if params.is_repeated("client_id") {
        return Err(OAuthError::invalid_request("client_id is given more than once")
            .because(Reason::ParameterRepeated));
    }
    match Client::lookup(oauth.config, oauth.keys, params.require("client_id")?)? {
        Lookup::Found(client) => Ok(*client),
        Lookup::Document(url) => Ok(document(oauth, &url).await?.client.clone()),
    }
}

/// The client of a request to `/token` or `/revoke`, once it has proven to be that client.
///
/// # Errors
/// There is no such client, or it could not prove itself.
pub(crate) async fn authenticate(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    params: &Params,
) -> Result<Authenticated, OAuthError> {
    let credentials = Credentials::read(http_request.headers(), params)?;
    match credentials.check(oauth.config, oauth.keys, &EnvVars(request.env))? {
        Checked::Done(client) => Ok(client),
        Checked::Assertion(url, jwt) => check_assertion(oauth, &url, &jwt).await,
        Checked::MissingSecret(name) => {
            log_error!("a client of [[clients]] was refused: its secret {name} is not set");
            Err(OAuthError::new(
                "temporarily_unavailable",
                "The secret of this client is not set on the server",
            ))
        }
    }
}

async fn check_assertion(
    oauth: &OAuthContext<'_>,
    url: &DocumentUrl,
    jwt: &str,
) -> Result<Authenticated, OAuthError> {
    let document = document(oauth, url).await?;
    let Some(keys) = &document.keys else {
        return Err(OAuthError::invalid_client(
            "The client metadata document does not declare private_key_jwt",
        )
        .because(Reason::ClientAuthMethod));
    };
    let claims = match keys {
        Keys::Inline(keys) => check_signature(keys, jwt).await,
        Keys::At(address) => {
            let keys = key_set(oauth, address).await?;
            match check_signature(&keys, jwt).await {
                // The client may have rotated its key.
                Err(Rejection::UnknownKey) if keys.may_refetch(oauth.now) => {
                    check_signature(&*fresh_key_set(oauth, address).await?, jwt).await
                }
                verdict => verdict,
            }
        }
    };
    let claims = claims.map_err(AssertionError::from)?;
    let token_endpoint = format!("{}{TOKEN_PATH}", oauth.origin);
    assertion::verify(claims, url.as_str(), &[oauth.origin, &token_endpoint], oauth.now)?;
    Ok(Authenticated { key: document.client.key.clone(), method: AuthMethod::PrivateKeyJwt })
}

async fn check_signature(keys: &Jwks, jwt: &str) -> Result<SignedClaims, Rejection> {
    signature::conclude(assertion::prepare(keys, jwt)?).await
}

async fn document(
    oauth: &OAuthContext<'_>,
    url: &DocumentUrl,
) -> Result<Rc<Document>, DocumentError> {
    if let Some(document) = DOCUMENTS.with_borrow(|cache| cache.get(url.as_str(), oauth.now)) {
        return Ok(document);
    }
    let read = |answer: &Response<Vec<u8>>| document::read(oauth.config, url, answer, oauth.now);
    fetch(&DOCUMENTS, oauth, url.as_str(), read).await
}

async fn key_set(oauth: &OAuthContext<'_>, url: &PublicUrl) -> Result<Rc<Jwks>, DocumentError> {
    match KEYS.with_borrow(|cache| cache.get(url.as_str(), oauth.now)) {
        Some(keys) => Ok(keys),
        None => fresh_key_set(oauth, url).await,
    }
}

async fn fresh_key_set(
    oauth: &OAuthContext<'_>,
    url: &PublicUrl,
) -> Result<Rc<Jwks>, DocumentError> {
    fetch(&KEYS, oauth, url.as_str(), |answer| document::read_keys(answer, oauth.now)).await
}

/// Fetches an address that a client chose, and keeps what was read.
async fn fetch<T: 'static>(
    cache: &'static Cache<T>,
    oauth: &OAuthContext<'_>,
    url: &str,
    read: impl FnOnce(&Response<Vec<u8>>) -> Result<T, DocumentError>,
) -> Result<Rc<T>, DocumentError> {
    let fetched = async {
        if !cache.with_borrow_mut(|cache| cache.may_fetch(url, oauth.now)) {
            return Err(DocumentError::TooOften);
        }
        let request = document::request(url)?;
        let answer = fetch::send_within(request, MAX_DOCUMENT_BODY, DOCUMENT_TIMEOUT)
            .await
            .map_err(|error| DocumentError::Unavailable(error.to_string()))?;
        let value = Rc::new(read(&answer)?);
        let kept = Rc::clone(&value);
        cache.with_borrow_mut(|cache| cache.put(url, kept, answer.headers(), oauth.now));
        Ok(value)
    };
    fetched.await.inspect_err(|error| log_error!("client metadata: {url} {error}"))
}

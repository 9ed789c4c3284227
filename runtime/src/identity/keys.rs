//! The identity provider's keys, and the tokens that are verified with them.

use std::cell::RefCell;

use http::StatusCode;
use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::jwks_cache::{JwksCache, Plan};
use toolgate_core::upstream::provider::Provider;
use toolgate_core::upstream::{Prepared, SignedClaims};
use worker::{Error, Url};

use crate::http::fetch;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::platform::signature;

/// Where a token comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// From the provider itself, over TLS.
    Provider,
    /// From the sender of a request: anybody.
    Request,
}

/// Finds the key that a token says it is signed by.
pub(crate) type Prepare = for<'a> fn(&'a Jwks, &'a str) -> Result<Prepared<'a>, Rejection>;

thread_local! {
    static CACHE: RefCell<Option<JwksCache>> = const { RefCell::new(None) };
    /// The address of keys that are to be renewed once the response is on its way.
    static OVERDUE: RefCell<Option<Url>> = const { RefCell::new(None) };
}

/// The claims of a token that the provider signed. A key that is not known gets a look at fresh keys,
/// and so does a wrong signature of a token that comes from the provider: it may have a new key under
/// an old `kid`. A token that still is not verified because there may be no further look is answered
/// as one of an unknown key.
///
/// # Errors
/// The keys could not be had.
pub(crate) async fn verify(
    provider: &Provider,
    now: u64,
    source: Source,
    token: &str,
    prepare: Prepare,
) -> worker::Result<Result<SignedClaims, Rejection>> {
    let address = address(provider)?;
    let verdict = check(&current(address, now).await?, token, prepare).await;
    let is_worth_a_look = match &verdict {
        Err(Rejection::UnknownKey | Rejection::AmbiguousKey) => true,
        Err(Rejection::Signature) => source == Source::Provider,
        _ => false,
    };
    if !is_worth_a_look {
        return Ok(verdict);
    }
    if !with_cache(address, |cache| cache.may_refetch(now)) {
        return Ok(Err(Rejection::UnknownKey));
    }
    Ok(check(&fetch(address, now).await?, token, prepare).await)
}

async fn check(keys: &Jwks, token: &str, prepare: Prepare) -> Result<SignedClaims, Rejection> {
    signature::conclude(prepare(keys, token)?).await
}

/// The keys from this isolate's cache, or fetched.
async fn current(address: &Url, now: u64) -> worker::Result<Jwks> {
    match with_cache(address, |cache| cache.plan(now)) {
        Plan::Serve(keys) => Ok(keys),
        Plan::ServeAndRenew(keys) => {
            OVERDUE.set(Some(address.clone()));
            Ok(keys)
        }
        Plan::Fetch => fetch(address, now).await,
        Plan::Wait => Err(Error::RustError("no answer a moment ago".to_owned())),
    }
}

/// The work that is left over from requests which stale keys served, if there is any: to be done after
/// the response.
pub(crate) fn overdue() -> Option<impl Future<Output = ()> + 'static> {
    let address = OVERDUE.take()?;
    Some(async move {
        if let Err(error) = fetch(&address, now()).await {
            log_error!("the keys of the identity provider could not be renewed: {error}");
        }
    })
}

async fn fetch(address: &Url, now: u64) -> worker::Result<Jwks> {
    let fetched = ask(address, now).await;
    with_cache(address, |cache| cache.keep(fetched.as_ref().ok(), now));
    fetched
}

/// Fetches a key set.
///
/// # Errors
/// There is none at the address.
pub(crate) async fn ask(address: &Url, now: u64) -> worker::Result<Jwks> {
    let request = http::Request::builder()
        .uri(address.as_str())
        .header(http::header::ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|error| Error::RustError(error.to_string()))?;
    let answer = fetch::send(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(Error::RustError(format!("status {}", answer.status())));
    }
    Jwks::parse(answer.body(), now)
        .ok_or_else(|| Error::RustError("not a JSON Web Key Set".to_owned()))
}

/// Works with the cache of this address, which a deployment has one of.
fn with_cache<T>(address: &Url, work: impl FnOnce(&mut JwksCache) -> T) -> T {
    CACHE.with_borrow_mut(|cache| {
        if cache.as_ref().is_none_or(|cache| cache.address() != address.as_str()) {
            *cache = Some(JwksCache::new(address.as_str()));
        }
        work(cache.get_or_insert_with(|| JwksCache::new(address.as_str())))
    })
}

fn address(provider: &Provider) -> worker::Result<&Url> {
    let url = provider.endpoints.as_ref().and_then(|endpoints| endpoints.jwks_url.as_ref());
    url.ok_or_else(|| Error::RustError("its address is not known".to_owned()))
}

//! Keys of issuers, and the assertions that are verified with them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use http::{Request, Response};
use toolgate_core::limits::{MAX_ISSUER_BODY, UPSTREAM_TIMEOUT};
use toolgate_core::oauth::direct::Refusal;
use toolgate_core::upstream::id_token::Rejection;
use toolgate_core::upstream::issuer_keys::{self, IssuerKeys, Look};
use toolgate_core::upstream::jwks::Jwks;
use toolgate_core::upstream::{Prepared, SignedClaims};
use worker::Url;

use super::no_keys;
use crate::http::fetch;
use crate::platform::timer::Timer;
use crate::platform::{now, signature};

/// An issuer, and where its keys are.
pub(super) struct Source<'a> {
    pub(super) issuer: &'a str,
    /// Found by its discovery document where it is not named.
    pub(super) jwks_uri: Option<&'a str>,
    /// The address of this server.
    pub(super) origin: &'a str,
}

/// Time between two looks at what another request fetches.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks at what another request fetches: as many as it takes that one to fail.
const LOOKS: u32 = 20 * 2 * UPSTREAM_TIMEOUT as u32;

thread_local! {
    /// The keys that this isolate has, by issuer and address: as many as `mcp.toml` names.
    static KEYS: RefCell<BTreeMap<String, IssuerKeys>> = const { RefCell::new(BTreeMap::new()) };
}

/// The claims of an assertion that its issuer signed.
///
/// # Errors
/// Its signature is not the issuer's, or that cannot be told now.
pub(super) async fn verify(
    source: &Source<'_>,
    assertion: &str,
    prepare: impl for<'k> Fn(&'k Jwks, &'k str) -> Result<Prepared<'k>, Rejection>,
) -> Result<SignedClaims, Refusal> {
    let keys = get(source, None).await?;
    match check(&prepare, &keys, assertion).await {
        Err(Rejection::UnknownKey) => {
            // It may have a new one.
            let keys = get(source, Some(&keys)).await?;
            Ok(check(&prepare, &keys, assertion).await?)
        }
        verdict => Ok(verdict?),
    }
}

async fn check(
    prepare: &impl for<'k> Fn(&'k Jwks, &'k str) -> Result<Prepared<'k>, Rejection>,
    keys: &Jwks,
    assertion: &str,
) -> Result<SignedClaims, Rejection> {
    signature::conclude(prepare(keys, assertion)?).await
}

/// The keys; newer ones than those in which one is missing.
async fn get(source: &Source<'_>, than: Option<&Jwks>) -> Result<Jwks, Refusal> {
    for _ in 0..LOOKS {
        let look = with_keys(source, |keys| match than {
            None => keys.look(now()),
            Some(than) => keys.look_again(than, now()),
        });
        match look {
            Look::Serve(keys) => return Ok(keys),
            Look::Fetch => {
                let fetched = ask(source).await;
                with_keys(source, |keys| keys.keep(fetched.as_ref().ok(), now()));
                return fetched.map_err(|why| no_keys(source.issuer, &why));
            }
            Look::Wait => Timer::from(PAUSE).await,
            // The issuer has answered a moment ago, and the key was not there.
            Look::Closed if than.is_some() => return Err(Rejection::UnknownKey.into()),
            Look::Closed => break,
        }
    }
    Err(no_keys(source.issuer, "no answer a moment ago"))
}

fn with_keys<T>(source: &Source<'_>, work: impl FnOnce(&mut IssuerKeys) -> T) -> T {
    let name = [source.issuer, " ", source.jwks_uri.unwrap_or_default()].concat();
    KEYS.with_borrow_mut(|all| work(all.entry(name).or_default()))
}

async fn ask(source: &Source<'_>) -> Result<Jwks, String> {
    let address = match source.jwks_uri {
        Some(address) => issuer_keys::configured(source.origin, address)?,
        None => discover(source).await?,
    };
    let request = Request::get(address.as_str())
        .header(http::header::ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(|error| error.to_string())?;
    issuer_keys::keys(&send(request).await?, now())
}

async fn discover(source: &Source<'_>) -> Result<Url, String> {
    let request = issuer_keys::request(source.issuer).ok_or("the issuer is no address")?;
    issuer_keys::address(source.issuer, source.origin, &send(request).await?)
}

async fn send(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
    let answer = fetch::send_within(request, MAX_ISSUER_BODY, UPSTREAM_TIMEOUT).await;
    answer.map_err(|error| error.to_string())
}

//! Third parties: where their endpoints are, and the requests to them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use toolgate_config::Connection;
use toolgate_core::account::party::{self, Found, Party};
use toolgate_core::account::tokens::{AccountKey, AccountTokens};
use toolgate_core::limits::DISCOVERY_TTL;
use toolgate_core::seal::Keyring;

use crate::http::fetch;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{EnvVars, now};

thread_local! {
    /// Endpoints by their issuers, and when they were read. `mcp.toml` bounds their number.
    static FOUND: RefCell<BTreeMap<String, (Found, u64)>> = const { RefCell::new(BTreeMap::new()) };
}

/// The third party of a connection with its endpoints, for a server at this address.
///
/// # Errors
/// Why they are not known, for the log.
pub(super) async fn locate(
    connection: &Connection,
    env: &Env,
    origin: &str,
) -> Result<Party, String> {
    let party = Party::resolve(connection, &EnvVars(env), origin)?;
    let Some(issuer) = party.undiscovered().map(str::to_owned) else { return Ok(party) };
    let known = FOUND.with_borrow(|all| {
        all.get(&issuer)
            .filter(|(_, at)| now() < at + DISCOVERY_TTL)
            .map(|(found, _)| found.clone())
    });
    if let Some(found) = known {
        return Ok(party.located(found));
    }
    let found = discover(&issuer).await?;
    FOUND.with_borrow_mut(|all| all.insert(issuer, (found.clone(), now())));
    Ok(party.located(found))
}

async fn discover(issuer: &str) -> Result<Found, String> {
    let mut failure = "the issuer is no address".to_owned();
    for request in party::metadata_requests(issuer) {
        let answer = fetch::send(request).await.map_err(|error| error.to_string());
        match answer.and_then(|answer| party::read_metadata(issuer, &answer)) {
            Ok(found) => return Ok(found),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Withdraws tokens at the third party, where it has an endpoint for that. Whether it does so is its own matter: here
/// they are gone.
pub(super) async fn withdraw(
    connection: &Connection,
    env: &Env,
    keys: &Keyring,
    (person, sealed): (&str, &str),
) {
    let key = AccountKey { person, connection };
    let Some(tokens) = AccountTokens::open(keys, key, sealed) else { return };
    let party = locate(connection, env, party::home(connection)).await;
    let sent = match party.map(|party| party.revocation_request(&tokens)) {
        Ok(Some(request)) => fetch::send(request).await.map_err(|error| error.to_string()),
        Ok(None) => return,
        Err(error) => Err(error),
    };
    match sent {
        Ok(answer) if answer.status().is_success() => {}
        Ok(answer) => {
            log_error!("{} did not withdraw a token: status {}", connection.title, answer.status())
        }
        Err(error) => log_error!("{} did not withdraw a token: {error}", connection.title),
    }
}

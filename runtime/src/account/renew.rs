//! New tokens of an account, from the third party.

use toolgate_config::Connection;
use toolgate_core::account::party;
use toolgate_core::account::record::{Answer, LEASE};
use toolgate_core::account::tokens::{AccountKey, AccountTokens};
use toolgate_core::seal::Keyring;
use toolgate_core::upstream::tokens::{self, Tokens};
use toolgate_core::upstream::trouble::{Cause, Trouble};

use super::party::locate;
use crate::http::fetch;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::within::within;
use crate::platform::{PlatformEntropy, now};

/// Longest wait for the third party's metadata, in seconds. It is not known in a new isolate alone, and the next call
/// looks again.
const METADATA_TIMEOUT: u64 = 3;

/// Longest wait for its tokens, in seconds. An answer that nobody waits for any more may have brought the only refresh
/// token that is still good, so it is most of the lease, whatever the metadata took.
const ANSWER_TIMEOUT: u64 = LEASE - METADATA_TIMEOUT - 2;

/// Asks for new tokens in the place of these. The log tells why there are none.
pub(super) async fn renew(
    connection: &Connection,
    env: &Env,
    keys: &Keyring,
    (person, sealed): (&str, &str),
) -> Answer {
    let key = AccountKey { person, connection };
    let refresh = AccountTokens::open(keys, key, sealed).and_then(|tokens| tokens.refresh);
    // The key that sealed them is gone, or they are another third party's.
    let Some(refresh) = refresh else { return Answer::Refused };
    match ask(connection, env, &refresh).await {
        Ok(tokens) => match AccountTokens::of(&tokens, Some(refresh)) {
            Some(new) => {
                let life = (tokens.expires_in, now());
                Answer::Renewed(new.seal(keys, key, life, &mut PlatformEntropy))
            }
            None => {
                log_error!("{} gave a token that is too large to keep", connection.title);
                Answer::Failed
            }
        },
        Err(Trouble::Ended(_, text)) => {
            log_error!("{} has ended an account: {text}", connection.title);
            Answer::Refused
        }
        Err(Trouble::Failed(_, text)) => {
            log_error!("{} gave no new token: {text}", connection.title);
            Answer::Failed
        }
    }
}

async fn ask(connection: &Connection, env: &Env, refresh: &str) -> Result<Tokens, Trouble> {
    let failed = |text: String| Trouble::Failed(Cause::Unavailable, text);
    let late = |what: &str, seconds: u64| {
        Trouble::Failed(Cause::Timeout, format!("no {what} within {seconds} s"))
    };
    let located = within(METADATA_TIMEOUT, locate(connection, env, party::home(connection))).await;
    let party = located.ok_or_else(|| late("metadata", METADATA_TIMEOUT))?.map_err(failed)?;
    let request = party.refresh_request(refresh);
    let request = request.ok_or_else(|| failed("no request can be made".to_owned()))?;
    let answer = within(ANSWER_TIMEOUT, fetch::send(request)).await;
    let answer = answer.ok_or_else(|| late("answer", ANSWER_TIMEOUT))?;
    tokens::read(&answer.map_err(|error| failed(error.to_string()))?)
}

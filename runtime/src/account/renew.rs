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

/// Longest wait for the third party, in seconds. An answer that nobody waits for any more may have brought the only
/// refresh token that is still good, so it is most of the lease.
const ANSWER_TIMEOUT: u64 = LEASE - 2;

/// Asks for new tokens in the place of these. The log tells why there are none.
pub(super) async fn renew(
    connection: &Connection,
    env: &Env,
    keys: &Keyring,
    (person, sealed): (&str, &str),
) -> Answer {
    let key = AccountKey { person, connection };
    let refresh = AccountTokens::open(keys, key, sealed).and_then(|tokens| tokens.refresh);
    // The key that sealed them is gone.
    let Some(refresh) = refresh else { return Answer::Refused };
    let asking = ask(connection, env, &refresh);
    let verdict = within(ANSWER_TIMEOUT, asking).await.unwrap_or_else(|| {
        Err(Trouble::Failed(Cause::Timeout, format!("no answer within {ANSWER_TIMEOUT} s")))
    });
    match verdict {
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
    let party = locate(connection, env, party::home(connection)).await.map_err(failed)?;
    let request = party.refresh_request(refresh);
    let request = request.ok_or_else(|| failed("no request can be made".to_owned()))?;
    let answer = fetch::send(request).await.map_err(|error| failed(error.to_string()))?;
    tokens::read(&answer)
}

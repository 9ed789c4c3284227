//! Accounts at third parties that people connect: `[connections.*]` of `mcp.toml`.
//!
//! `serve!()` names [`ACCOUNTS`] and [`CONNECTIONS`] where `mcp.toml` has connections, so no other server contains
//! them. The tokens are rows of an object of the person, sealed; `client.rs` finds them and has them renewed under a
//! lease of the row, `object.rs` keeps them, and `pages.rs` serves what a person sees.

mod asker;
mod client;
mod finished;
mod link;
mod object;
mod pages;
mod party;
mod renew;

use serde::Serialize;
use toolgate_core::account::record::{Account, AccountOperation, AccountOutcome};
use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::callback;
use toolgate_core::seal::Keyring;
use toolgate_policy::Caller;

use crate::http::object_client;
use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::ports::accounts::Accounts;
use crate::ports::app::{App, Deployment};
use crate::ports::store::Stored;

pub use self::object::CONNECTIONS;

/// The way to connected accounts.
pub static ACCOUNTS: Accounts = Accounts {
    token: client::token,
    link: link::link,
    credential: asker::credential,
    serve: pages::serve,
    count,
};

/// Path inside the object of a person: does something to one account.
const ONE: &str = "/account/one";

/// Path inside the object of a person: all accounts.
const ALL: &str = "/account/all";

/// Path inside the object of a session: tells its client that the person has finished.
const FINISHED: &str = "/account/finished";

/// The caller was let in already, so whether the identity provider is fit for the address of the request is not
/// judged again.
const ORIGIN: &str = "http://localhost";

/// A request about one account.
#[derive(Debug, Serialize, FromJson)]
struct AccountRequest {
    /// Name of the connection.
    connection: String,
    operation: AccountOperation,
}

/// The person has finished what a question to a client asked for.
#[derive(Debug, Serialize, FromJson)]
struct FinishedRequest {
    /// Pseudonyms of the person.
    people: Vec<String>,
    /// Names the question.
    id: String,
}

/// One account, with the name of its connection.
#[derive(Debug, Serialize, FromJson)]
struct Named {
    connection: String,
    account: Account,
}

/// The pseudonyms of a caller under every key, the current one first: an account that was connected before a rotation
/// of keys is found, too.
fn people(app: &App, env: &Env, keys: &Keyring, caller: &Caller) -> Vec<String> {
    match app.identity.resolve(&app.config, &EnvVars(env), ORIGIN) {
        Ok(provider) => callback::subject_keys(keys, &provider, &caller.subject),
        Err(error) => {
            log_error!("no account can be found: {error}");
            Vec::new()
        }
    }
}

/// Does something to one account of a person.
async fn perform(
    app: &App,
    env: &Env,
    person: &str,
    connection: &str,
    operation: AccountOperation,
) -> worker::Result<AccountOutcome> {
    let request = AccountRequest { connection: connection.to_owned(), operation };
    let request = serde_json::to_string(&request)?;
    let answer = object_client::ask(app, env, &object(person), ONE, &request).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

/// The accounts of a person.
async fn all(app: &App, env: &Env, person: &str) -> worker::Result<Vec<Named>> {
    let answer = object_client::ask(app, env, &object(person), ALL, "").await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

fn count<'a>(Deployment { app, env }: Deployment<'a>, person: &'a str) -> Stored<'a, usize> {
    Box::pin(async move { Ok(all(app, env, person).await?.len()) })
}

/// The name of a person's object.
fn object(person: &str) -> String {
    ["accounts:", person].concat()
}

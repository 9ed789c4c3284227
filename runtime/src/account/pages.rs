//! What a person sees of accounts: the page that connects one, the return from the third party, the list of those
//! that are, and their end.

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, StatusCode};
use toolgate_core::account::connect::{self, ConnectStep, find};
use toolgate_core::account::listed;
use toolgate_core::account::record::{AccountOperation, AccountOutcome};
use toolgate_core::account::returned::{self, Return};
use toolgate_core::account::tokens::AccountKey;
use toolgate_core::audit::Reason;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::person::Person;
use toolgate_core::page;
use toolgate_core::paths::{
    ACCOUNT_CONNECT_PATH, ACCOUNT_END_PATH, ACCOUNT_RETURN_PATH, CONNECTIONS_PATH,
};
use toolgate_core::reply::{self, Reply};

use super::party::{locate, withdraw};
use super::{Named, all, perform};
use crate::http::{fetch, object_client};
use crate::platform::console::log_error;
use crate::platform::{PlatformEntropy, now};
use crate::ports::accounts::Page;
use crate::ports::request_context::RequestContext;
use crate::sign_in;

/// Stands in the place of the list of accounts.
const UNREADABLE: &str =
    "<p>Your accounts at third parties could not be read. Try again in a moment.</p>\n";

/// Serves the pages.
pub(super) fn serve<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    (is_head, page): (bool, Page),
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        let is_post = http_request.method() == Method::POST;
        match http_request.uri().path() {
            CONNECTIONS_PATH => {
                let accounts = list(request, oauth, http_request).await;
                // The clients can be ended all the same.
                let accounts = accounts.unwrap_or_else(|error| {
                    log_error!("accounts could not be read: {error}");
                    UNREADABLE.to_owned()
                });
                page(request, oauth, http_request, &accounts).await
            }
            ACCOUNT_CONNECT_PATH if is_post => start(request, oauth, http_request).await,
            ACCOUNT_CONNECT_PATH => connect::open(oauth, http_request),
            ACCOUNT_END_PATH if is_post => end(request, oauth, http_request).await,
            ACCOUNT_END_PATH => reply::method_not_allowed("POST"),
            path if path.starts_with(ACCOUNT_RETURN_PATH) => match (is_post, is_head) {
                (true, _) => reply::method_not_allowed("GET, HEAD"),
                // A look at the address, which uses up neither the attempt nor its code.
                (false, true) => returned::begin(oauth, http_request)
                    .map_or_else(|reply| *reply, |_| Reply::default()),
                (false, false) => finish(request, oauth, http_request).await,
            },
            _ => nothing(),
        }
    })
}

fn nothing() -> Reply {
    page::message(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "This server has no page at this address.",
        "Your connections are one level up.",
    )
}

/// Sends the browser of a person who goes on to the third party.
async fn start(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let approved = match connect::decide(oauth, http_request) {
        ConnectStep::Reply(reply) => return reply,
        ConnectStep::Start(approved) => approved,
    };
    let Some(connection) = find(oauth.config, approved.connection()) else { return nothing() };
    match locate(connection, request.env, oauth.origin).await {
        Ok(party) => connect::start(oauth, http_request.headers(), connection, &party, *approved),
        Err(error) => {
            log_error!("no account can be connected at {}: {error}", connection.title);
            connect::unreachable(connection)
        }
    }
}

/// The return from a third party.
async fn finish(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let back = match returned::begin(oauth, http_request) {
        Ok(back) => back,
        Err(reply) => return *reply,
    };
    match use_up(request, back.attempt()).await {
        Ok(true) => {}
        Ok(false) => return back.already_used(),
        Err(error) => {
            log_error!("an account was not connected: its return could not be noted: {error}");
            return back.not_stored();
        }
    }
    let party = match locate(back.connection, request.env, oauth.origin).await {
        Ok(party) => party,
        Err(error) => {
            log_error!("no account can be connected at {}: {error}", back.connection.title);
            return back.unavailable();
        }
    };
    let exchange = match back.exchange(oauth, &party, http_request) {
        Ok(exchange) => exchange,
        Err(reply) => return *reply,
    };
    let answer = match fetch::send(exchange).await {
        Ok(answer) => answer,
        Err(error) => {
            log_error!("{} did not answer: {error}", back.connection.title);
            return back.unavailable();
        }
    };
    let (tokens, expires_in) = match back.tokens(&answer) {
        Ok(read) => read,
        Err(failure) => {
            let (reply, why) = *failure;
            log_error!("{} gave no tokens: {why}", back.connection.title);
            return reply;
        }
    };
    let key = AccountKey { person: back.subject_key(), connection: back.connection };
    let kept = tokens.seal(oauth.keys, key, (expires_in, now()), &mut PlatformEntropy);
    let generation = back.attempt().to_owned();
    match store(request, &back, AccountOperation::Connect { kept, generation }).await {
        Ok(has_replaced) => back.connected(oauth, has_replaced),
        Err(error) => {
            log_error!("an account could not be stored: {error}");
            back.not_stored()
        }
    }
}

/// Uses an attempt up, as that of a sign-in; `false` when it was before.
async fn use_up(request: &RequestContext<'_>, attempt: &str) -> worker::Result<bool> {
    let object = [sign_in::OBJECT, attempt].concat();
    let answer = object_client::ask(request.app, request.env, &object, sign_in::USE, "").await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

/// Stores an account, in the place of one that may have been there; what was there ends at the third party as well.
async fn store(
    request: &RequestContext<'_>,
    back: &Return<'_>,
    operation: AccountOperation,
) -> worker::Result<bool> {
    let (app, env, name) = (request.app, request.env, &back.connection.name);
    let own = back.subject_key();
    let mut ended = Vec::new();
    if let AccountOutcome::Stored(Some(old)) = perform(app, env, own, name, operation).await? {
        ended.push((own.to_owned(), old));
    }
    // One that was connected before a rotation of keys is under another pseudonym.
    for person in back.person.subject_keys.iter().filter(|person| *person != own) {
        match perform(app, env, person, name, AccountOperation::End).await {
            Ok(AccountOutcome::Stored(Some(old))) => ended.push((person.clone(), old)),
            Ok(_) => {}
            // The new one is stored, and is found first.
            Err(error) => log_error!("an account of before could not be ended: {error}"),
        }
    }
    let has_replaced = !ended.is_empty();
    withdraw_later(request, name, ended);
    Ok(has_replaced)
}

/// The form that ends an account.
async fn end(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let (person, name) = match listed::end(oauth, http_request) {
        Ok(wanted) => wanted,
        Err(reply) => return *reply,
    };
    let mut ended = Vec::new();
    for key in &person.subject_keys {
        match perform(request.app, request.env, key, &name, AccountOperation::End).await {
            Ok(AccountOutcome::Stored(Some(old))) => {
                oauth.log.record(listed::ended_event(key, &name, Reason::RevokedByPerson));
                ended.push((key.clone(), old));
            }
            Ok(_) => {}
            Err(error) => {
                log_error!("an account could not be ended: {error}");
                return unreachable();
            }
        }
    }
    let was_there = !ended.is_empty();
    withdraw_later(request, &name, ended);
    listed::ended(oauth, was_there)
}

fn unreachable() -> Reply {
    page::message(
        StatusCode::SERVICE_UNAVAILABLE,
        "Your connections could not be reached",
        "The storage of this server did not answer.",
        "Try again in a moment.",
    )
}

/// Withdraws tokens at the third party after the response, each with the pseudonym that it is sealed for.
fn withdraw_later(request: &RequestContext<'_>, name: &str, tokens: Vec<(String, String)>) {
    let (app, env) = (request.app, request.env.clone());
    let Some(connection) = find(&app.config, name).filter(|_| !tokens.is_empty()) else { return };
    let Some(keys) = app.keyring(&env) else { return };
    request.wait_until(async move {
        for (person, sealed) in &tokens {
            withdraw(connection, &env, &keys, (person, sealed)).await;
        }
    });
}

/// The part of the page of connections that lists the accounts of whoever is signed in.
async fn list(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> worker::Result<String> {
    let is_shown = http_request.method() == Method::GET;
    let person = Person::read(oauth, http_request.headers()).filter(|_| is_shown);
    let Some(person) = person else { return Ok(String::new()) };
    let mut accounts = Vec::new();
    for key in &person.subject_keys {
        for Named { connection, account } in all(request.app, request.env, key).await? {
            if !accounts.iter().any(|(known, _)| *known == connection) {
                accounts.push((connection, account));
            }
        }
    }
    Ok(listed::list(oauth, &person, &accounts))
}

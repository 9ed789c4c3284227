//! What a person sees of accounts: the page that connects one, the return from the third party, the list of those
//! that are, and their end.

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, StatusCode};
use toolgate_core::account::asker::Asker;
use toolgate_core::account::connect::{self, ConnectStep, find};
use toolgate_core::account::listed;
use toolgate_core::account::record::{AccountOperation, AccountOutcome, fingerprint};
use toolgate_core::account::returned::{self, Return};
use toolgate_core::account::stale::{Fate, fate};
use toolgate_core::account::tokens::{AccountKey, AccountTokens};
use toolgate_core::audit::Reason;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::person::Person;
use toolgate_core::page;
use toolgate_core::paths::{
    ACCOUNT_CONNECT_PATH, ACCOUNT_END_PATH, ACCOUNT_RETURN_PATH, CONNECTIONS_PATH,
};
use toolgate_core::reply::{self, Reply};

use super::asker::find_grant;
use super::party::{locate, withdraw};
use super::{Named, all, finished, perform};
use crate::http::{fetch, object_client};
use crate::platform::console::log_error;
use crate::platform::{EnvVars, PlatformEntropy, now};
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
        match http_request.uri().path() {
            CONNECTIONS_PATH => {
                let accounts = list(request, oauth, http_request, is_head).await;
                // The clients can be ended all the same.
                let accounts = accounts.unwrap_or_else(|error| {
                    log_error!("accounts could not be read: {error}");
                    UNREADABLE.to_owned()
                });
                page(request, oauth, http_request, &accounts).await
            }
            path => match methods(path) {
                None => nothing(),
                Some(methods)
                    if methods.split(", ").any(|known| known == http_request.method()) =>
                {
                    below(request, oauth, http_request, is_head).await
                }
                Some(methods) => reply::method_not_allowed(methods),
            },
        }
    })
}

/// The methods of the page at a path, as `Allow` lists them; none of another origin's, so that no preflight passes.
fn methods(path: &str) -> Option<&'static str> {
    match path {
        ACCOUNT_CONNECT_PATH => Some("GET, HEAD, POST"),
        ACCOUNT_END_PATH => Some("POST"),
        path if path.starts_with(ACCOUNT_RETURN_PATH) => Some("GET, HEAD"),
        _ => None,
    }
}

/// Serves a page below that of connections.
async fn below(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    is_head: bool,
) -> Reply {
    match http_request.uri().path() {
        ACCOUNT_CONNECT_PATH => connect(request, oauth, http_request).await,
        ACCOUNT_END_PATH => end(request, oauth, http_request).await,
        // A look at the address, which uses up neither the attempt nor its code.
        _ if is_head => {
            returned::begin(oauth, http_request).map_or_else(|reply| *reply, |_| Reply::default())
        }
        _ => finish(request, oauth, http_request).await,
    }
}

fn nothing() -> Reply {
    page::message(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "This server has no page at this address.",
        "Your connections are one level up.",
    )
}

/// Shows the page of a link, or sends the browser of a person who goes on to the third party.
async fn connect(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let is_post = http_request.method() == Method::POST;
    let step = match is_post {
        true => connect::decide(oauth, http_request),
        false => connect::open(oauth, http_request),
    };
    let asked = match step {
        ConnectStep::Reply(reply) => return reply,
        ConnectStep::Read(asked) => asked,
    };
    let found = find_grant(request.deployment(), asked.subject_keys(), asked.grant()).await;
    let grant = match &found {
        Ok(grant) => grant.as_ref(),
        Err(error) => {
            log_error!("the client that asked for an account could not be read: {error}");
            return unreachable();
        }
    };
    let vars = EnvVars(request.env);
    let asker = Asker { grant: grant.map(|grant| (asked.grant(), grant)), vars: &vars };
    if !is_post {
        return connect::show(oauth, &asked, asker);
    }
    let connection = match connect::approve(oauth, &asked, asker) {
        Ok(connection) => connection,
        Err(reply) => return *reply,
    };
    match locate(connection, request.env, oauth.origin).await {
        Ok(party) => connect::start(oauth, http_request.headers(), connection, &party, *asked),
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
    if let Err(reply) = judge(request, oauth, &back).await {
        return *reply;
    }
    let (tokens, expires_in) = match exchange(request, oauth, &back, http_request).await {
        Ok(read) => read,
        Err(reply) => return *reply,
    };
    let key = AccountKey { person: back.subject_key(), connection: back.connection };
    let kept = tokens.seal(oauth.keys, key, (expires_in, now()), &mut PlatformEntropy);
    let operation = back.operation(kept);
    match store(request, &back, operation).await {
        Ok(has_replaced) => {
            if let Some(question) = back.question() {
                finished::tell(request, question, &back.person.subject_keys);
            }
            back.connected(oauth, has_replaced)
        }
        Err(error) => {
            log_error!("an account could not be stored: {error}");
            back.not_stored()
        }
    }
}

/// Judges the client that asked once more.
async fn judge(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    back: &Return<'_>,
) -> Result<(), Box<Reply>> {
    let people = &back.person.subject_keys;
    let found = find_grant(request.deployment(), people, back.grant()).await.map_err(|error| {
        log_error!("the client that asked for an account could not be read: {error}");
        Box::new(back.not_stored())
    })?;
    let (grant, vars) = (found.as_ref().map(|grant| (back.grant(), grant)), EnvVars(request.env));
    back.judge(oauth, Asker { grant, vars: &vars })
}

/// Exchanges the code for tokens, which are good for this many seconds.
async fn exchange(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    back: &Return<'_>,
    http_request: &Request<Vec<u8>>,
) -> Result<(AccountTokens, Option<u64>), Box<Reply>> {
    let title = &back.connection.title;
    let party = locate(back.connection, request.env, oauth.origin).await.map_err(|error| {
        log_error!("no account can be connected at {title}: {error}");
        Box::new(back.unavailable())
    })?;
    let exchange = back.exchange(oauth, &party, http_request)?;
    let answer = fetch::send(exchange).await.map_err(|error| {
        log_error!("{title} did not answer: {error}");
        Box::new(back.unavailable())
    })?;
    back.tokens(&answer).map_err(|failure| {
        let (reply, why) = *failure;
        log_error!("{title} gave no tokens: {why}");
        Box::new(reply)
    })
}

/// Uses an attempt up, as that of a sign-in; `false` when it was before.
async fn use_up(request: &RequestContext<'_>, attempt: &str) -> worker::Result<bool> {
    let object = [sign_in::OBJECT, attempt].concat();
    let answer = object_client::ask(request.app, request.env, &object, sign_in::USE, "").await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

/// Stores an account, in the place of one that may have been there; true where one was.
///
/// The tokens of that one are erased, and not withdrawn. Many providers keep one grant for a person and a client, and
/// end all of it with any token of it that is withdrawn: before the code is exchanged that would take the code along, and
/// after it the new tokens. What nobody has any more does no harm until it expires; a person who wants it ended at the
/// third party disconnects first, which withdraws it while there is nothing else.
async fn store(
    request: &RequestContext<'_>,
    back: &Return<'_>,
    operation: AccountOperation,
) -> worker::Result<bool> {
    let (app, env, name) = (request.app, request.env, &back.connection.name);
    let own = back.subject_key();
    let stored = perform(app, env, own, name, operation).await?;
    let mut has_replaced = matches!(stored, AccountOutcome::Stored(Some(_)));
    // One that was connected before a rotation of keys is under another pseudonym.
    for person in back.person.subject_keys.iter().filter(|person| *person != own) {
        match perform(app, env, person, name, AccountOperation::End).await {
            Ok(outcome) => has_replaced |= matches!(outcome, AccountOutcome::Stored(Some(_))),
            // The new one is stored, and is found first.
            Err(error) => log_error!("an account of before could not be ended: {error}"),
        }
    }
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

/// The part of the page of connections that lists the accounts of whoever is signed in. What nothing uses any more is
/// erased on the way, but for a look at the head of the page.
async fn list(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    is_head: bool,
) -> worker::Result<String> {
    let is_shown = http_request.method() == Method::GET;
    let person = Person::read(oauth, http_request.headers()).filter(|_| is_shown);
    let Some(person) = person else { return Ok(String::new()) };
    let mut accounts = Vec::new();
    for key in &person.subject_keys {
        for known in all(request.app, request.env, key).await? {
            let fate = fate(oauth.config, &known.connection, &known.account, oauth.now);
            if fate != Fate::Kept {
                if !is_head {
                    forget(request, oauth, (key, known), fate).await?;
                }
            } else if !accounts.iter().any(|(name, _)| *name == known.connection) {
                accounts.push((known.connection, known.account));
            }
        }
    }
    Ok(listed::list(oauth, &person, &accounts))
}

/// Erases an account that nothing uses any more, and withdraws its tokens where its third party is known.
async fn forget(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    (person, known): (&str, Named),
    fate: Fate,
) -> worker::Result<()> {
    let Named { connection, account } = known;
    let sealed = account.kept.sealed;
    let operation = AccountOperation::Forget { seen: fingerprint(&sealed) };
    let outcome = perform(request.app, request.env, person, &connection, operation).await?;
    if !matches!(outcome, AccountOutcome::Replaced) {
        oauth.log.record(listed::ended_event(person, &connection, Reason::AccountForgotten));
        let tokens = (fate == Fate::Over).then(|| (person.to_owned(), sealed));
        withdraw_later(request, &connection, tokens.into_iter().collect());
    }
    Ok(())
}

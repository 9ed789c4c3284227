//! `/connections`: reads and ends the grants that the core's page is about, and leads on to connected accounts.

use http::{Method, Request, StatusCode};
use toolgate_core::oauth::connections::{self, ConnectionsStep};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::{Grant, GrantKey, Operation};
use toolgate_core::oauth::person::Person;
use toolgate_core::page;
use toolgate_core::paths::CONNECTIONS_PATH;
use toolgate_core::reply::Reply;

use crate::auth::grants;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;

/// Serves the page and its forms, and those below it, which only a server with connected accounts has. `is_head` is true
/// for a request that wants the head of the answer only.
pub(crate) async fn serve(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    is_head: bool,
) -> Reply {
    if http_request.uri().path() != CONNECTIONS_PATH
        && let Some(accounts) = request.app.accounts
    {
        return (accounts.serve)(request, oauth, http_request, is_head).await;
    }
    let begun = if http_request.method() == Method::POST {
        connections::decide(oauth, http_request)
    } else {
        connections::open(oauth, http_request)
    };
    let served = match begun {
        ConnectionsStep::Reply(reply) => Ok(reply),
        ConnectionsStep::Show(person) => show(request, oauth, http_request, &person).await,
        ConnectionsStep::Revoke(person, chosen) => revoke(request, oauth, &person, &chosen).await,
    };
    served.unwrap_or_else(|error| {
        log_error!("storage failed: {error}");
        page::message(
            StatusCode::SERVICE_UNAVAILABLE,
            "Your connections could not be reached",
            "The storage of this server did not answer.",
            "Try again in a moment.",
        )
    })
}

async fn show(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    person: &Person,
) -> worker::Result<Reply> {
    let grants = read(request, person).await?;
    let more = match request.app.accounts {
        Some(accounts) => (accounts.list)(request, oauth, person).await?,
        None => String::new(),
    };
    Ok(connections::show(oauth, http_request, person, &grants, &more))
}

async fn read(
    request: &RequestContext<'_>,
    person: &Person,
) -> worker::Result<Vec<(GrantKey, Grant)>> {
    let mut grants = Vec::new();
    for subject_key in &person.subject_keys {
        let found = request.app.store.list(request.deployment(), subject_key).await?;
        let address = |id| GrantKey { subject_key: subject_key.clone(), id };
        grants.extend(found.into_iter().map(|(id, grant)| (address(id), grant)));
    }
    Ok(grants)
}

async fn revoke(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    person: &Person,
    chosen: &connections::Chosen,
) -> worker::Result<Reply> {
    let addresses = connections::choose(chosen, oauth.now, read(request, person).await?);
    let mut failure = None;
    for (address, client) in &addresses {
        match grants::perform(request, address, Operation::Revoke { client: None }).await {
            Ok(_) => connections::tell(oauth, address, client),
            // The others are revoked all the same.
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        None => Ok(connections::revoked(oauth, chosen, addresses.len())),
        Some(error) => Err(error),
    }
}

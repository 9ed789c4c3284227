//! `/connections`: reads and ends the grants that the core's page is about, and leads on to connected accounts.

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, StatusCode};
use toolgate_core::oauth::connections::{self, ConnectionsStep};
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::Operation;
use toolgate_core::oauth::person::Person;
use toolgate_core::page as pages;
use toolgate_core::reply::Reply;

use crate::auth::grants;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;

/// Serves the page and its forms; on a server with connected accounts also what is below it. `is_head` is true for a
/// request that wants the head of the answer only.
pub(crate) fn serve<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    is_head: bool,
) -> LocalBoxFuture<'a, Reply> {
    if let Some(personal) = request.app.personal.filter(|it| (it.is_asked)(http_request)) {
        return (personal.make)(request, oauth, http_request);
    }
    match request.app.accounts {
        None => page(request, oauth, http_request, ""),
        Some(accounts) => (accounts.serve)(request, oauth, http_request, (is_head, page)),
    }
}

/// Serves the page and its forms, with `more` markup.
fn page<'a>(
    request: &'a RequestContext<'_>,
    oauth: &'a mut OAuthContext<'_>,
    http_request: &'a Request<Vec<u8>>,
    more: &'a str,
) -> LocalBoxFuture<'a, Reply> {
    Box::pin(async move {
        let begun = if http_request.method() == Method::POST {
            connections::decide(oauth, http_request)
        } else {
            connections::open(oauth, http_request)
        };
        let served = match begun {
            ConnectionsStep::Reply(reply) => Ok(reply),
            ConnectionsStep::Show(person) => {
                let form = request.app.personal.map(|it| (it.form)(oauth, &person));
                let more = [more, form.as_deref().unwrap_or_default()].concat();
                grants::all_of(request, &person.subject_keys)
                    .await
                    .map(|grants| connections::show(oauth, http_request, &person, &grants, &more))
            }
            ConnectionsStep::Revoke(person, chosen) => {
                revoke(request, oauth, &person, &chosen).await
            }
        };
        served.unwrap_or_else(|error| {
            log_error!("storage failed: {error}");
            pages::message(
                StatusCode::SERVICE_UNAVAILABLE,
                "Your connections could not be reached",
                "The storage of this server did not answer.",
                "Try again in a moment.",
            )
        })
    })
}

async fn revoke(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    person: &Person,
    chosen: &connections::Chosen,
) -> worker::Result<Reply> {
    let addresses = connections::choose(
        chosen,
        oauth.now,
        grants::all_of(request, &person.subject_keys).await?,
    );
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

//! `/connections`: reads and ends the grants that the core's page is about.

use http::{Method, Request, StatusCode};
use toolgate_core::oauth::connections::{self, Begin};
use toolgate_core::oauth::gate::Gate;
use toolgate_core::oauth::grant::{Address, Grant, Operation};
use toolgate_core::oauth::person::Person;
use toolgate_core::page;
use toolgate_core::reply::Reply;

use crate::auth::grants;
use crate::platform::console::log_error;
use crate::ports::request_context::RequestContext;

/// Serves the page and its forms.
pub(crate) async fn serve(
    incoming: &RequestContext<'_>,
    gate: &mut Gate<'_>,
    request: &Request<Vec<u8>>,
) -> Reply {
    let begun = if request.method() == Method::POST {
        connections::decide(gate, request)
    } else {
        connections::open(gate, request)
    };
    let served = match begun {
        Begin::Reply(reply) => Ok(reply),
        Begin::Show(person) => read(incoming, &person)
            .await
            .map(|grants| connections::show(gate, request, &person, &grants)),
        Begin::Revoke(person, chosen) => revoke(incoming, gate, &person, &chosen).await,
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

async fn read(
    incoming: &RequestContext<'_>,
    person: &Person,
) -> worker::Result<Vec<(Address, Grant)>> {
    let mut grants = Vec::new();
    for shard in &person.shards {
        let found = incoming.app.store.list(incoming.place(), shard).await?;
        let address = |id| Address { shard: shard.clone(), id };
        grants.extend(found.into_iter().map(|(id, grant)| (address(id), grant)));
    }
    Ok(grants)
}

async fn revoke(
    incoming: &RequestContext<'_>,
    gate: &Gate<'_>,
    person: &Person,
    chosen: &connections::Chosen,
) -> worker::Result<Reply> {
    let addresses = connections::choose(chosen, gate.now, read(incoming, person).await?);
    let mut failure = None;
    for (address, client) in &addresses {
        match grants::perform(incoming, address, Operation::Revoke { client: None }).await {
            Ok(_) => connections::tell(gate, address, client),
            // The others are revoked all the same.
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        None => Ok(connections::revoked(gate, chosen, addresses.len())),
        Some(error) => Err(error),
    }
}

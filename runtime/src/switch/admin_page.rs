//! The page at which the grants of others are ended.

use futures_util::future::join_all;
use http::header::AUTHORIZATION;
use http::{Method, Request, StatusCode};
use serde_json::json;
use toolgate_core::admin::index::{PAGE, Query, SHARDS};
use toolgate_core::admin::{self, Action, Administrator, PersonGrants, Search};
use toolgate_core::oauth::bearer;
use toolgate_core::oauth::context::OAuthContext;
use toolgate_core::oauth::grant::GrantKey;
use toolgate_core::oauth::params::Params;
use toolgate_core::paths::{ADMIN_PATH, MCP_PATH};
use toolgate_core::reply::{self, Reply};

use super::end;
use crate::platform::EnvVars;
use crate::platform::console::log_error;
use crate::ports::app::Deployment;
use crate::ports::request_context::RequestContext;

/// Says that nobody knows what was done.
const UNREACHED: &str = "The storage did not answer; try again";

/// Objects that are asked at the same time: a Worker has six connections that wait for an answer.
const AT_ONCE: usize = 6;

/// Serves the page and its forms.
pub(super) async fn serve(
    request: &RequestContext<'_>,
    oauth: &mut OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Reply {
    let is_post = http_request.method() == Method::POST;
    // A request with a token is judged by that alone.
    if http_request.headers().contains_key(AUTHORIZATION) {
        return match by_token(request, oauth, http_request).await {
            Ok(reply) => reply,
            Err(reply) => *reply,
        };
    }
    let Some(administrator) = Administrator::read(oauth, http_request.headers()) else {
        return match is_post {
            // A form cannot be repeated after the sign-in.
            true => reply::redirect(&[oauth.origin, ADMIN_PATH].concat()),
            false => admin::sign_in(oauth, http_request),
        };
    };
    if !administrator.is_allowed(oauth, &EnvVars(request.env)) {
        return admin::denied();
    }
    let served = if is_post {
        match admin::decide(oauth, http_request, &administrator) {
            Ok(action) => act(request, oauth, &administrator, &action).await,
            Err(reply) => return *reply,
        }
    } else {
        look(request, oauth, http_request, &administrator).await
    };
    served.unwrap_or_else(|error| {
        log_error!("storage failed: {error}");
        admin::nothing(is_post)
    })
}

/// Serves the command line.
///
/// # Errors
/// The refusal.
async fn by_token(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
) -> Result<Reply, Box<Reply>> {
    let (deployment, headers) = (request.deployment(), http_request.headers());
    let token = bearer::authenticate(oauth.keys, oauth.origin, MCP_PATH, headers, oauth.now)?;
    let failed = |error: worker::Error| {
        log_error!("storage failed: {error}");
        let body = json!({ "error": "temporarily_unavailable", "error_description": UNREACHED });
        Box::new(reply::json(StatusCode::SERVICE_UNAVAILABLE, &body))
    };
    // Its record tells whether it stands, and when its sign-in was.
    let person = &token.address.subject_key;
    let grants = deployment.app.store.list(deployment, person).await.map_err(failed)?;
    let grant = grants.into_iter().find(|(id, _)| *id == token.address.id);
    let Some((_, grant)) = grant.filter(|(_, grant)| grant.is_live(oauth.now)) else {
        return Err(Box::new(bearer::revoked(oauth.origin, MCP_PATH)));
    };
    let vars = EnvVars(request.env);
    let administrator = admin::by_token(oauth, token, grant.created, &vars)?;
    if http_request.method() == Method::POST {
        let action = admin::decide_by_token(http_request, &administrator)?;
        let count = perform(deployment, &action).await.map_err(failed)?;
        admin::tell(oauth, &action, &administrator, count);
        return Ok(admin::done_by_token(count));
    }
    let wanted = admin::search(oauth, &Params::query(http_request));
    let (people, next) = find(deployment, &wanted).await.map_err(failed)?;
    let people = read(deployment, people).await.map_err(failed)?;
    let next = next.as_ref().map(|(shard, person)| (*shard, person.as_str()));
    Ok(admin::listed(oauth, &people, next))
}

async fn act(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    administrator: &Administrator,
    action: &Action,
) -> worker::Result<Reply> {
    let count = perform(request.deployment(), action).await?;
    admin::tell(oauth, action, administrator, count);
    Ok(admin::done(oauth, action))
}

async fn perform(deployment: Deployment<'_>, action: &Action) -> worker::Result<usize> {
    match action {
        Action::Grant(person, id) => end::grant(deployment, person, id).await.map(|()| 1),
        Action::Person(person) => end::person(deployment, person, None).await,
        Action::Client(key) => end::client(deployment, key).await.map(|()| 0),
        Action::All => end::everybody(deployment).await.map(|()| 0),
    }
}

async fn look(
    request: &RequestContext<'_>,
    oauth: &OAuthContext<'_>,
    http_request: &Request<Vec<u8>>,
    administrator: &Administrator,
) -> worker::Result<Reply> {
    let deployment = request.deployment();
    let wanted = admin::search(oauth, &Params::query(http_request));
    let (people, next) = find(deployment, &wanted).await?;
    let people = read(deployment, people).await?;
    let next = next.as_ref().map(|(shard, person)| (*shard, person.as_str()));
    Ok(admin::show(oauth, http_request, administrator, &people, next))
}

/// The people of a page, and where the next one begins.
async fn find(
    deployment: Deployment<'_>,
    search: &Search,
) -> worker::Result<(Vec<String>, Option<(u8, String)>)> {
    let (first, after) = match search {
        Search::Addresses(keys) => {
            return Ok((end::by_addresses(deployment, keys).await?, None));
        }
        Search::People(people) => {
            return Ok((end::by_pseudonyms(deployment, people).await?, None));
        }
        Search::Everybody(shard, after) | Search::Client(_, shard, after) => (*shard, after),
    };
    let mut people: Vec<String> = Vec::new();
    for shard in first..SHARDS {
        let after = if shard == first { after.clone() } else { String::new() };
        let query = match search {
            Search::Client(client, ..) => Query::Client(client.clone(), after),
            _ => Query::Everybody(after),
        };
        let found = end::find_in(deployment, shard, &query).await?;
        let room = PAGE - people.len();
        let has_more = found.has_more || found.people.len() > room;
        people.extend(found.people.into_iter().take(room));
        if has_more {
            let last = people.last().cloned().unwrap_or_default();
            return Ok((people, Some((shard, last))));
        }
        if people.len() == PAGE && shard + 1 < SHARDS {
            return Ok((people, Some((shard + 1, String::new()))));
        }
    }
    Ok((people, None))
}

/// The grants of each, out of the persons' own objects.
async fn read(
    deployment: Deployment<'_>,
    people: Vec<String>,
) -> worker::Result<Vec<PersonGrants>> {
    let mut read = Vec::new();
    for some in people.chunks(AT_ONCE) {
        let all = some.iter().map(|person| async {
            let found = deployment.app.store.list(deployment, person).await?;
            let address = |id| GrantKey { subject_key: person.clone(), id };
            let grants = found.into_iter().map(|(id, grant)| (address(id), grant)).collect();
            let accounts = match deployment.app.accounts {
                Some(accounts) => (accounts.count)(deployment, person).await?,
                None => 0,
            };
            Ok(PersonGrants { person: person.clone(), grants, accounts })
        });
        for one in join_all(all).await {
            let one: worker::Result<PersonGrants> = one;
            read.push(one?);
        }
    }
    Ok(read)
}

//! The link that a person is asked to open.

use futures_util::future::LocalBoxFuture;
use toolgate_config::Connection;
use toolgate_core::account::link::Link;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::grant::Grant;
use toolgate_core::paths;

use super::people;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{PlatformEntropy, now};
use crate::ports::app::{App, Deployment};
use crate::ports::principal::Principal;

/// See [`Accounts`](crate::ports::accounts::Accounts). A call does not know by which address its request came, and an
/// access token not what the client is called; the grant does, and a question is rare.
pub(super) fn link(
    app: &'static App,
    env: Env,
    principal: Principal,
    connection: &'static Connection,
    tool: &'static str,
) -> LocalBoxFuture<'static, Option<String>> {
    Box::pin(async move {
        let deployment = Deployment { app, env: &env };
        let grants = app.store.list(deployment, &principal.subject_key).await;
        let grants = grants
            .inspect_err(|error| log_error!("no link can be given: the storage: {error}"))
            .ok()?;
        let keys = app.keyring(&env)?;
        let now = now();
        let is_its = |(_, grant): &&(String, _)| is_of(grant, &principal, now);
        let (id, grant) = grants.iter().filter(is_its).max_by_key(|(_, grant)| grant.used)?;
        let subject = GrantSubject::open(&keys, id, &grant.sealed)?;
        let people = people(app, &env, &keys, &principal.caller);
        let names = (subject.client_name.as_str(), tool);
        let link = Link::new(people.first()?, &connection.name, names, now);
        Some(link.address(&keys, paths::origin(&subject.resource), &mut PlatformEntropy))
    })
}

/// True for a grant of the client that calls.
fn is_of(grant: &Grant, principal: &Principal, now: u64) -> bool {
    grant.is_live(now) && grant.client == principal.caller.client_id
}

//! The link that a person is asked to open.

use futures_util::future::LocalBoxFuture;
use toolgate_config::Connection;
use toolgate_core::account::link::{Asking, Link};
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::paths;

use super::asker::{find_grant, grant_of};
use super::people;
use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::{PlatformEntropy, now};
use crate::ports::accounts::AskingCall;
use crate::ports::app::{App, Deployment};
use crate::ports::principal::Principal;

/// See [`Accounts`](crate::ports::accounts::Accounts). A call does not know by which address its request came, and an
/// access token not what the client is called; the grant does, and a question is rare.
pub(super) fn link(
    app: &'static App,
    env: Env,
    principal: Principal,
    connection: &'static Connection,
    call: AskingCall,
) -> LocalBoxFuture<'static, Option<String>> {
    Box::pin(async move {
        let deployment = Deployment { app, env: &env };
        let id = grant_of(&principal)?;
        let grant = find_grant(deployment, std::slice::from_ref(&principal.subject_key), id).await;
        let grant = grant
            .inspect_err(|error| log_error!("no link can be given: the storage: {error}"))
            .ok()??;
        let keys = app.keyring(&env)?;
        let now = now();
        let subject = GrantSubject::open(&keys, id, &grant.sealed);
        let subject = subject.filter(|_| grant.is_live(now))?;
        let people = people(app, &env, &keys, &principal.caller);
        let asking = Asking {
            client: &subject.client_name,
            tool: call.tool,
            grant: id,
            session: call.session.as_deref(),
        };
        let link = Link::new(people.first()?, &connection.name, asking, now);
        Some(link.address(&keys, paths::origin(&subject.resource), &mut PlatformEntropy))
    })
}

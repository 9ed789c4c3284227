//! The client that asks for an account: whether the person approved it with the connection.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toolgate_config::Connection;
use toolgate_core::account::asker::has_approved;
use toolgate_core::oauth::callback::GrantSubject;
use toolgate_core::oauth::grant::{Grant, GrantKey};
use toolgate_core::seal::Keyring;

use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::now;
use crate::ports::accounts::NoAccount;
use crate::ports::app::{App, Deployment};
use crate::ports::principal::{Credential, Principal};

/// Grants that an isolate remembers: each takes some hundred bytes, and a call of one that is forgotten reads its record.
const MAX_APPROVED: usize = 1000;

thread_local! {
    /// Grants, and connections that were approved with them. What was approved with a grant never changes, and whether
    /// the grant stands is asked wherever its access token is.
    static APPROVED: RefCell<BTreeSet<(String, &'static str)>> =
        const { RefCell::new(BTreeSet::new()) };
}

/// See [`Accounts`](crate::ports::accounts::Accounts).
pub(super) fn credential(grant: Option<&(GrantKey, u64)>) -> Option<Credential> {
    let (address, issued) = grant?;
    Some(Credential::Grant([&issued.to_string(), " ", &address.id].concat().into()))
}

/// Id of the grant under which somebody calls.
pub(super) fn grant_of(principal: &Principal) -> Option<&str> {
    match &principal.credential {
        Some(Credential::Grant(text)) => text.split_once(' ').map(|(_, id)| id),
        _ => None,
    }
}

/// A grant of the person with these pseudonyms, as the storage has it.
pub(super) async fn find_grant(
    deployment: Deployment<'_>,
    people: &[String],
    id: &str,
) -> worker::Result<Option<Grant>> {
    for person in people {
        let grants = deployment.app.store.list(deployment, person).await?;
        if let Some((_, grant)) = grants.into_iter().find(|(known, _)| known == id) {
            return Ok(Some(grant));
        }
    }
    Ok(None)
}

/// Refuses a client that was approved before the connection, or while the approval page said something else of it. A
/// caller without a grant was never on that page.
pub(super) async fn admit(
    (app, env, keys): (&'static App, &Env, &Keyring),
    principal: &Principal,
    connection: &'static Connection,
) -> Result<(), NoAccount> {
    let id = grant_of(principal).ok_or(NoAccount::NotApproved)?;
    let known = (id.to_owned(), &*connection.name);
    if APPROVED.with_borrow(|all| all.contains(&known)) {
        return Ok(());
    }
    let deployment = Deployment { app, env };
    let people = std::slice::from_ref(&principal.subject_key);
    let grant = find_grant(deployment, people, id).await.map_err(|error| {
        log_error!("an account cannot be used: the storage: {error}");
        NoAccount::Unavailable
    })?;
    let grant = grant.filter(|grant| grant.is_live(now())).ok_or(NoAccount::NotApproved)?;
    let subject = GrantSubject::open(keys, id, &grant.sealed).ok_or(NoAccount::NotApproved)?;
    if !has_approved(&subject, connection) {
        return Err(NoAccount::NotApproved);
    }
    APPROVED.with_borrow_mut(|all| {
        if all.len() >= MAX_APPROVED {
            all.clear();
        }
        all.insert(known);
    });
    Ok(())
}

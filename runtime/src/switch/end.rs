//! Ends, wherever they come from: a page, a logout token, a signal.

use toolgate_config::StorageKind;
use toolgate_core::admin::index::{Found, Query, SHARDS, shard};
use toolgate_core::oauth::grant::{GrantKey, Operation};
use toolgate_core::revocation::{Notice, Scope};

use super::names::FIND;
use super::{client, d1, store};
use crate::auth::grants;
use crate::ports::app::Deployment;

/// Ends one grant.
///
/// # Errors
/// The storage or the feed does not answer: nobody knows whether it ended.
pub(super) async fn grant(
    deployment: Deployment<'_>,
    person: &str,
    id: &str,
) -> worker::Result<()> {
    let address = GrantKey { subject_key: person.to_owned(), id: id.to_owned() };
    let revoke = Operation::Revoke { client: None };
    deployment.app.store.perform(deployment, &address, revoke).await?;
    grants::forget(&address);
    Ok(())
}

/// Ends the grants of a person that were made until now, or until that was decided elsewhere; tells how many.
///
/// # Errors
/// As [`grant`].
pub(super) async fn person(
    deployment: Deployment<'_>,
    person: &str,
    decided: Option<u64>,
) -> worker::Result<usize> {
    match deployment.app.config.storage.kind {
        StorageKind::D1 => d1::end(deployment, person, decided).await,
        _ => store::end_in_object(deployment, person, decided).await,
    }
}

/// Ends the grants of a client.
///
/// # Errors
/// As [`grant`].
pub(super) async fn client(
    Deployment { app, env }: Deployment<'_>,
    key: &str,
) -> worker::Result<()> {
    client::tell((app, env), &[Notice::of(Scope::Client, key)]).await
}

/// Ends everybody's grants.
///
/// # Errors
/// As [`grant`].
pub(super) async fn everybody(Deployment { app, env }: Deployment<'_>) -> worker::Result<()> {
    client::tell((app, env), &[Notice::of(Scope::All, "")]).await
}

/// Finds people in one object of the index, or in the table.
pub(super) async fn find_in(
    deployment: Deployment<'_>,
    shard: u8,
    query: &Query,
) -> worker::Result<Found> {
    let Deployment { app, env } = deployment;
    match app.config.storage.kind {
        // The table has everybody: it is the first object, and the others are empty.
        StorageKind::D1 if shard > 0 => Ok(Found::default()),
        StorageKind::D1 => d1::find(deployment, query.clone()).await,
        _ => client::ask((app, env), &client::index_object(shard), FIND, query).await,
    }
}

/// Finds everybody with one of these hashes of an address.
///
/// # Errors
/// The index does not answer.
pub(super) async fn by_addresses(
    deployment: Deployment<'_>,
    keys: &[String],
) -> worker::Result<Vec<String>> {
    let query = Query::Addresses(keys.to_vec());
    let mut people = Vec::new();
    for shard in 0..SHARDS {
        people.extend(find_in(deployment, shard, &query).await?.people);
    }
    Ok(people)
}

/// Those of these people who have live grants.
///
/// # Errors
/// The index does not answer.
pub(super) async fn by_pseudonyms(
    deployment: Deployment<'_>,
    wanted: &[String],
) -> worker::Result<Vec<String>> {
    let query = Query::People(wanted.to_vec());
    let is_table = deployment.app.config.storage.kind == StorageKind::D1;
    let mut people = Vec::new();
    for one in 0..SHARDS {
        if is_table || wanted.iter().any(|person| shard(person) == one) {
            people.extend(find_in(deployment, one, &query).await?.people);
        }
    }
    Ok(people)
}

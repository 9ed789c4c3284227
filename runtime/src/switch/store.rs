//! Storages whose ends reach the feed.

use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};

use super::names::{ONE, PERSON};
use super::object::{OneRequest, PersonRequest};
use super::{client, d1, feed};
use crate::grants;
use crate::http::object_client;
use crate::ports::app::Deployment;
use crate::ports::store::{Store, Stored};

/// Grants in Durable Objects, with the feed.
pub static FED_DURABLE_OBJECT: FedDurableObject = FedDurableObject;

/// Grants in D1, with the feed.
pub static FED_D1: FedD1 = FedD1;

/// The backend.
#[derive(Debug)]
pub struct FedDurableObject;

/// The backend.
#[derive(Debug)]
pub struct FedD1;

impl Store for FedDurableObject {
    fn perform<'a>(
        &'a self,
        Deployment { app, env }: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome> {
        Box::pin(async move {
            let question =
                serde_json::to_string(&OneRequest { address: address.clone(), operation })?;
            let object = object(&address.subject_key);
            let answer = object_client::ask(app, env, &object, ONE, &question).await?;
            Ok(toolgate_core::from_json::read(&answer)?)
        })
    }

    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>> {
        Box::pin(list(deployment, &grants::DURABLE_OBJECT, subject_key))
    }

    fn purge<'a>(&'a self, deployment: Deployment<'a>) -> Stored<'a, ()> {
        grants::DURABLE_OBJECT.purge(deployment)
    }
}

impl Store for FedD1 {
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome> {
        Box::pin(d1::perform(deployment, address, operation))
    }

    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>> {
        Box::pin(list(deployment, &grants::D1, subject_key))
    }

    fn purge<'a>(&'a self, deployment: Deployment<'a>) -> Stored<'a, ()> {
        Box::pin(d1::purge(deployment))
    }
}

/// The grants of a person. Those that ended with their client or everybody are over, though their records do not say
/// so until they are used.
async fn list(
    deployment: Deployment<'_>,
    store: &dyn Store,
    person: &str,
) -> worker::Result<Vec<(String, Grant)>> {
    feed::read(deployment.app, deployment.env).await?;
    let mut grants = store.list(deployment, person).await?;
    for (_, grant) in &mut grants {
        grant.revoked |= grant.created <= feed::grants_before(&grant.client);
    }
    Ok(grants)
}

fn object(person: &str) -> String {
    ["grants:", person].concat()
}

/// Ends the grants of a person in the person's object.
pub(super) async fn end_in_object(
    Deployment { app, env }: Deployment<'_>,
    person: &str,
    decided: Option<u64>,
) -> worker::Result<usize> {
    let request = PersonRequest { person: person.to_owned(), decided };
    client::ask((app, env), &object(person), PERSON, &request).await
}

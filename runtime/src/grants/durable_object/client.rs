//! Grants in Durable Objects with SQLite: strongly consistent.

use toolgate_core::from_json::FromJson;
use toolgate_core::oauth::grant::{Grant, GrantKey, GrantOutcome, Operation};

use super::{GRANT, GrantRequest};
use crate::http::object_client;
use crate::ports::app::Deployment;
use crate::ports::store::{Store, Stored};

/// The backend. A person's grants live in one object, so no object serves everybody, and all of
/// one person's are found together.
#[derive(Debug)]
pub struct DurableObject;

impl Store for DurableObject {
    fn perform<'a>(
        &'a self,
        deployment: Deployment<'a>,
        address: &'a GrantKey,
        operation: Operation,
    ) -> Stored<'a, GrantOutcome> {
        let question = GrantRequest::Perform(address.id.clone(), operation);
        Box::pin(async move { ask(deployment, &address.subject_key, &question).await })
    }

    fn list<'a>(
        &'a self,
        deployment: Deployment<'a>,
        subject_key: &'a str,
    ) -> Stored<'a, Vec<(String, Grant)>> {
        Box::pin(async move { ask(deployment, subject_key, &GrantRequest::List).await })
    }

    /// Each object purges itself by its alarm.
    fn purge<'a>(&'a self, _: Deployment<'a>) -> Stored<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

async fn ask<T: FromJson>(
    Deployment { app, env }: Deployment<'_>,
    subject_key: &str,
    question: &GrantRequest,
) -> worker::Result<T> {
    let question = serde_json::to_string(question)?;
    let answer =
        object_client::ask(app, env, &format!("grants:{subject_key}"), GRANT, &question).await?;
    Ok(toolgate_core::from_json::read(&answer)?)
}

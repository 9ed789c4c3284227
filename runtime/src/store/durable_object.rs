//! Grants in Durable Objects with SQLite: strongly consistent.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use toolgate_core::oauth::grant::{Address, Grant, Operation, Outcome};
use worker::{Env, Error, Method, RequestInit};

use super::{Answer, Place, Store};

/// Binding of the Durable Object class, which sessions need even when grants are elsewhere.
pub(crate) const OBJECT_BINDING: &str = "TOOLGATE";

/// What the Durable Object is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GrantRequest {
    /// Apply an operation to the grant of this id.
    Perform(String, Operation),
    /// List all of the object's grants.
    List,
}

/// The backend. A person's grants live in one object, so no object serves everybody, and all of
/// one person's are found together.
#[derive(Debug)]
pub struct DurableObject;

impl Store for DurableObject {
    fn perform<'a>(
        &'a self,
        place: Place<'a>,
        address: &'a Address,
        operation: Operation,
    ) -> Answer<'a, Outcome> {
        let question = GrantRequest::Perform(address.id.clone(), operation);
        Box::pin(async move { ask(place.env, &address.shard, &question).await })
    }

    fn list<'a>(&'a self, place: Place<'a>, shard: &'a str) -> Answer<'a, Vec<(String, Grant)>> {
        Box::pin(ask(place.env, shard, &GrantRequest::List))
    }

    /// Each object purges itself by its alarm.
    fn purge<'a>(&'a self, _: Place<'a>) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

async fn ask<T: DeserializeOwned>(
    env: &Env,
    shard: &str,
    question: &GrantRequest,
) -> worker::Result<T> {
    let stub = env.durable_object(OBJECT_BINDING)?.get_by_name(&format!("grants:{shard}"))?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(serde_json::to_string(question)?.into()));
    let request = worker::Request::new_with_init("https://toolgate.internal/grant", &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    if response.status_code() != 200 {
        return Err(Error::RustError(format!("the object answered {}", response.status_code())));
    }
    Ok(serde_json::from_str(&response.text().await?)?)
}

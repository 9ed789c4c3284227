//! A Durable Object of the author's own.

use toolgate::bindings::Env;
use toolgate::prelude::*;
use worker::{DurableObject, State, wasm_bindgen};

/// It counts.
#[worker::durable_object]
pub struct Counter {
    state: State,
}

impl DurableObject for Counter {
    fn new(state: State, _: worker::Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, _: worker::Request) -> worker::Result<worker::Response> {
        let storage = self.state.storage();
        let count = storage.get::<u32>("count").await?.unwrap_or(0) + 1;
        storage.put("count", count).await?;
        worker::Response::ok(count.to_string())
    }
}

/// The next number.
pub(crate) async fn count(env: &Env) -> Result<u32> {
    let object = env.durable_object("COUNTER")?.get_by_name("the one")?;
    let mut answer = object.fetch_with_str("https://object/").await?;
    Ok(answer.text().await?.parse()?)
}

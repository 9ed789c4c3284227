//! From the Worker, or from the object of a person, to the feed and the index.

use serde::Serialize;
use toolgate_core::admin::index::Change;
use toolgate_core::from_json::FromJson;
use toolgate_core::revocation::{News, Notice};

use super::names::{FEED_OBJECT, PUT, SINCE, TELL};
use crate::http::object_client;
use crate::platform::bindings::Env;
use crate::platform::within::within;
use crate::ports::app::App;

/// Longest wait for the feed or the index, in seconds. One that is moved or starts anew answers within a second or
/// two.
const ANSWER_TIMEOUT: u64 = 5;

/// Asks an object, and waits for its answer as long as that makes sense.
pub(super) async fn ask<T: FromJson>(
    (app, env): (&App, &Env),
    object: &str,
    path: &str,
    question: &impl Serialize,
) -> worker::Result<T> {
    let question = serde_json::to_string(question)?;
    let asking = object_client::ask(app, env, object, path, &question);
    let answer = within(ANSWER_TIMEOUT, asking).await.ok_or("no answer in time")??;
    Ok(toolgate_core::from_json::read(&answer)?)
}

/// Tells the feed of ends.
pub(super) async fn tell(server: (&App, &Env), notices: &[Notice]) -> worker::Result<()> {
    ask::<bool>(server, FEED_OBJECT, TELL, &notices).await.map(drop)
}

/// The rows of the feed after this number.
pub(super) async fn since(server: (&App, &Env), cursor: u64) -> worker::Result<News> {
    ask(server, FEED_OBJECT, SINCE, &cursor).await
}

/// The object of the index with this number.
pub(super) fn index_object(shard: u8) -> String {
    format!("index:{shard}")
}

/// Puts an entry into the index.
pub(super) async fn put(server: (&App, &Env), shard: u8, change: &Change) -> worker::Result<()> {
    ask::<bool>(server, &index_object(shard), PUT, change).await.map(drop)
}

//! The directories that a person has opened in their client.

use std::future::IntoFuture;

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use toolgate_core::mcp::ask::InputRequest;

use super::refusal::Refusal;
use super::rounds;
use crate::tool::Context;

/// A directory or file that the person has opened in their client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its `file:` URI, as the client says; on the client's machine.
    pub uri: String,
    /// Its name for people.
    pub name: Option<String>,
}

/// A question for roots on its way; made by [`Context::roots`].
#[must_use = "nothing is asked before `.await`"]
pub struct AskingRoots<'a> {
    context: &'a Context,
    key: String,
}

impl Context {
    /// Asks which directories the person has opened in their client, and waits.
    ///
    /// The function runs again as with other questions; see [`ask`](Self::ask).
    /// MCP 2026-07-28 has deprecated roots; clients without them answer [`Refusal::Unsupported`].
    pub fn roots(&self) -> AskingRoots<'_> {
        AskingRoots { context: self, key: self.live().next_key() }
    }
}

impl AskingRoots<'_> {
    /// Names the question among those of its function.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl<'a> IntoFuture for AskingRoots<'a> {
    type Output = Result<Vec<Root>, Refusal>;
    type IntoFuture = LocalBoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { context, key } = self;
        Box::pin(async move {
            let answer = rounds::ask(context, key, InputRequest::Roots).await?;
            let roots = answer.as_array().ok_or(Refusal::Invalid)?;
            roots.iter().map(|root| read(root).ok_or(Refusal::Invalid)).collect()
        })
    }
}

fn read(root: &Value) -> Option<Root> {
    let name = root.get("name").and_then(Value::as_str).map(str::to_owned);
    Some(Root { uri: root.get("uri")?.as_str()?.to_owned(), name })
}

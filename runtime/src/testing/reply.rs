//! Answers to questions by the client of a test.

use serde_json::{Value, json};

/// An answer to a question of a function, see [`TestClient::answers`](super::TestClient::answers).
#[derive(Debug, Clone, PartialEq)]
pub struct Reply(pub(super) Value);

impl Reply {
    /// The person fills in the form of `ctx.ask()`; JSON alone stands for the same.
    #[must_use]
    pub fn form(content: Value) -> Self {
        Self(json!({ "action": "accept", "content": content }))
    }

    /// The person agrees to open the page of `ctx.ask_url()`.
    #[must_use]
    pub fn opened() -> Self {
        Self(json!({ "action": "accept" }))
    }

    /// The person says no.
    #[must_use]
    pub fn declined() -> Self {
        Self(json!({ "action": "decline" }))
    }

    /// The person closes the question without an answer.
    #[must_use]
    pub fn cancelled() -> Self {
        Self(json!({ "action": "cancel" }))
    }

    /// The model writes this, in answer to `ctx.sample()`.
    #[must_use]
    pub fn sampled(text: impl Into<String>) -> Self {
        let content = json!({ "type": "text", "text": text.into() });
        Self(json!({
            "role": "assistant", "content": content, "model": "test", "stopReason": "endTurn",
        }))
    }

    /// The client has these roots, in answer to `ctx.roots()`; URIs that begin with `file://`.
    #[must_use]
    pub fn roots(uris: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let roots = uris.into_iter().map(|uri| json!({ "uri": uri.into() }));
        Self(json!({ "roots": roots.collect::<Vec<_>>() }))
    }
}

impl From<Value> for Reply {
    fn from(content: Value) -> Self {
        Self::form(content)
    }
}

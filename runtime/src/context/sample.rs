//! Questions to the model at the client (sampling).

use std::future::IntoFuture;

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use toolgate_core::mcp::ask::InputRequest;
use toolgate_core::mcp::prompt::Role;

use super::refusal::Refusal;
use super::rounds;
use crate::tool::Context;

/// Tokens that the model may write unless it is said otherwise.
const DEFAULT_MAX_TOKENS: u32 = 1000;

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampling {
    messages: Vec<Value>,
    max_tokens: u32,
    system: Option<String>,
    temperature: Option<f64>,
    stop: Vec<String>,
}

/// The answer of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample(Value);

/// A question to a model on its way; made by [`Context::sample`].
#[must_use = "nothing is asked before `.await`"]
pub struct AskingSample<'a> {
    context: &'a Context,
    key: String,
    sampling: Sampling,
}

impl Sampling {
    /// A conversation that begins with this message of the user.
    #[must_use]
    pub fn text(prompt: impl Into<String>) -> Self {
        let empty = Self {
            messages: Vec::new(),
            max_tokens: DEFAULT_MAX_TOKENS,
            system: None,
            temperature: None,
            stop: Vec::new(),
        };
        empty.message(Role::User, prompt)
    }

    /// One more message of the conversation.
    #[must_use]
    pub fn message(mut self, role: Role, text: impl Into<String>) -> Self {
        let content = json!({ "type": "text", "text": text.into() });
        self.messages.push(json!({ "role": role.as_str(), "content": content }));
        self
    }

    /// The most that the model may write; 1000 unless said otherwise.
    #[must_use]
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = tokens;
        self
    }

    /// The system prompt; the client may change or leave it out.
    #[must_use]
    pub fn system(mut self, prompt: impl Into<String>) -> Self {
        self.system = Some(prompt.into());
        self
    }

    /// The variation of the answers.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Words that end the answer.
    #[must_use]
    pub fn stop(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.stop.extend(words.into_iter().map(Into::into));
        self
    }

    /// The params of `sampling/createMessage`.
    fn into_params(self) -> Value {
        let mut params = json!({ "messages": self.messages, "maxTokens": self.max_tokens });
        if let Some(system) = self.system {
            params["systemPrompt"] = Value::from(system);
        }
        if let Some(temperature) = self.temperature {
            params["temperature"] = Value::from(temperature);
        }
        if !self.stop.is_empty() {
            params["stopSequences"] = Value::from(self.stop);
        }
        params
    }
}

impl Sample {
    /// The text of the answer; empty if the model answered with something else.
    #[must_use]
    pub fn text(&self) -> String {
        let text = |block: &Value| block.get("text").and_then(Value::as_str).map(str::to_owned);
        match self.0.get("content") {
            Some(Value::Array(blocks)) => blocks.iter().filter_map(text).collect(),
            Some(block) => text(block).unwrap_or_default(),
            None => String::new(),
        }
    }

    /// The name of the model.
    #[must_use]
    pub fn model(&self) -> &str {
        self.0.get("model").and_then(Value::as_str).unwrap_or_default()
    }

    /// Why the model ended, for example `endTurn` or `maxTokens`, where the client tells.
    #[must_use]
    pub fn stop_reason(&self) -> Option<&str> {
        self.0.get("stopReason").and_then(Value::as_str)
    }

    /// The whole `CreateMessageResult`.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

impl Context {
    /// Asks the model at the client, and waits. The person at the client may see and change both the
    /// question and the answer, which is nothing to rely on.
    ///
    /// The function runs again as with other questions; see [`ask`](Self::ask).
    /// MCP 2026-07-28 has deprecated sampling; clients without it answer
    /// [`Refusal::Unsupported`].
    pub fn sample(&self, sampling: Sampling) -> AskingSample<'_> {
        AskingSample { context: self, key: self.live().next_key(), sampling }
    }
}

impl AskingSample<'_> {
    /// Names the question among those of its function.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

impl<'a> IntoFuture for AskingSample<'a> {
    type Output = Result<Sample, Refusal>;
    type IntoFuture = LocalBoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { context, key, sampling } = self;
        let question = InputRequest::Sampling(sampling.into_params());
        Box::pin(async move { rounds::ask(context, key, question).await.map(Sample) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_becomes_the_params_of_create_message() {
        let sampling = Sampling::text("Hello").message(Role::Assistant, "Hi").max_tokens(5);
        let expected = json!({
            "messages": [
                { "role": "user", "content": { "type": "text", "text": "Hello" } },
                { "role": "assistant", "content": { "type": "text", "text": "Hi" } },
            ],
            "maxTokens": 5,
            "systemPrompt": "Be brief",
            "temperature": 0.5,
            "stopSequences": ["END"],
        });
        assert_eq!(
            sampling.system("Be brief").temperature(0.5).stop(["END"]).into_params(),
            expected
        );
    }

    #[test]
    fn the_text_of_an_answer_is_in_one_block_or_in_several() {
        let one = json!({ "content": { "type": "text", "text": "a" }, "model": "m" });
        assert_eq!(Sample(one).text(), "a");
        let several = json!({ "content": [
            { "type": "text", "text": "a" },
            { "type": "image", "data": "", "mimeType": "image/png" },
            { "type": "text", "text": "b" },
        ] });
        assert_eq!(Sample(several).text(), "ab");
    }
}

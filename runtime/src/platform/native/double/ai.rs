//! Workers AI.

use std::fmt;
use std::fmt::Display;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use worker::{Error, Result};

use super::web::ByteStream;

/// Workers AI of a test: a function in place of the models.
#[derive(Clone)]
pub struct Ai(Rc<Script>);

/// From the name of a model and its input to what it answers.
type Script = dyn Fn(&str, Value) -> AiAnswer;

/// The answer of a model: JSON, bytes for [`Ai::run_bytes`], or an error with these words.
#[derive(Debug, Clone, PartialEq)]
pub enum AiAnswer {
    /// JSON for [`Ai::run`].
    Json(Value),
    /// Bytes for [`Ai::run_bytes`].
    Bytes(Vec<u8>),
    /// The model failed.
    Failed(String),
}

impl Ai {
    pub(crate) fn new<A: Into<AiAnswer>>(script: impl Fn(&str, Value) -> A + 'static) -> Self {
        Self(Rc::new(move |model, input| script(model, input).into()))
    }

    /// Asks the model.
    ///
    /// # Errors
    /// The input is no JSON, the script answers with an error or with bytes, or its answer is no `U`.
    pub async fn run<T: Serialize, U: DeserializeOwned>(
        &self,
        model: impl AsRef<str>,
        input: T,
    ) -> Result<U> {
        match self.answer(model.as_ref(), input)? {
            AiAnswer::Json(answer) => Ok(serde_json::from_value(answer)?),
            AiAnswer::Bytes(_) => {
                Err(Error::RustError("The AI model returned binary data.".into()))
            }
            AiAnswer::Failed(message) => Err(Error::JsError(message)),
        }
    }

    /// Asks a model that answers with bytes.
    ///
    /// # Errors
    /// The input is no JSON, or the script answers with an error or with JSON.
    pub async fn run_bytes<T: Serialize>(
        &self,
        model: impl AsRef<str>,
        input: T,
    ) -> Result<ByteStream> {
        match self.answer(model.as_ref(), input)? {
            AiAnswer::Bytes(bytes) => Ok(ByteStream::once(bytes)),
            AiAnswer::Json(_) => Err(Error::RustError(
                "AI model did not return binary data. Use run() for non-binary responses.".into(),
            )),
            AiAnswer::Failed(message) => Err(Error::JsError(message)),
        }
    }

    fn answer(&self, model: &str, input: impl Serialize) -> Result<AiAnswer> {
        Ok((self.0)(model, serde_json::to_value(input)?))
    }
}

impl From<Value> for AiAnswer {
    fn from(answer: Value) -> Self {
        Self::Json(answer)
    }
}

impl From<Vec<u8>> for AiAnswer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<AiAnswer>, E: Display> From<std::result::Result<T, E>> for AiAnswer {
    fn from(answer: std::result::Result<T, E>) -> Self {
        answer.map_or_else(|error| Self::Failed(error.to_string()), Into::into)
    }
}

impl fmt::Debug for Ai {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ai").finish_non_exhaustive()
    }
}

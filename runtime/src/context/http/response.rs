//! The answer to a request.

use std::fmt;

use serde::de::DeserializeOwned;

use super::error::{HttpError, HttpProblem};
use super::transport::Answer;

/// The answer of another server, with its whole body.
pub struct HttpResponse {
    host: String,
    answer: Answer,
}

impl HttpResponse {
    pub(super) fn new(host: String, answer: Answer) -> Self {
        Self { host, answer }
    }

    /// The status, such as 200.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The value of a header; several with the same name are joined by commas (RFC 9110 section 5.3).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        self.answer.header(name)
    }

    /// The body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.answer.body
    }

    /// The body, as its owner.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.answer.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// The body is not UTF-8.
    pub fn text(&self) -> Result<&str, HttpError> {
        std::str::from_utf8(self.bytes()).map_err(|_| self.problem(HttpProblem::NotText))
    }

    /// The body as text, as its owner.
    ///
    /// # Errors
    /// The body is not UTF-8.
    pub fn into_text(self) -> Result<String, HttpError> {
        let text = String::from_utf8(self.answer.body);
        text.map_err(|_| HttpError::new(&self.host, HttpProblem::NotText))
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// The body is not the JSON of a `T`. The error says where it differs, and quotes nothing of it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(self.bytes())
            .map_err(|error| self.problem(HttpProblem::NotJson(error.line(), error.column())))
    }

    fn problem(&self, problem: HttpProblem) -> HttpError {
        HttpError::new(&self.host, problem)
    }
}

impl fmt::Debug for HttpResponse {
    // Headers and body may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("host", &self.host)
            .field("status", &self.answer.status)
            .finish_non_exhaustive()
    }
}

//! `requestState`: what a call that asks its client gives it to keep until the answer (MCP
//! 2026-07-28, multi round-trip requests).
//!
//! The client could change it, so it is sealed; and bound to the caller, to what is called with
//! which arguments, and in time, so that it answers nothing else.

use serde::Serialize;
use serde_json::{Map, Value};

use super::fault::{Fault, INTERNAL_ERROR};
use crate::from_json::FromJson;
use crate::mcp::json::to_text;
use crate::seal::{Entropy, Keyring, Purpose, sha256};

/// Seconds that a client may take over one round: a person reads the question, perhaps looks
/// something up or signs in elsewhere. Each round renews it.
pub const REQUEST_STATE_TTL: u64 = 3600;

/// Bytes of the sealed text. It travels to the client and back with each round, and has to fit into a
/// body beside the arguments: the least that `max_body_bytes` can be set to is 64 KiB.
pub const MAX_REQUEST_STATE: usize = 48 * 1024;

/// State between the rounds of one call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, FromJson)]
pub struct RequestState {
    /// Answers of the client that were already accepted, by the keys of the questions.
    pub answers: Map<String, Value>,
    /// Results of what runs once over all rounds.
    pub memo: Map<String, Value>,
    /// Time of sealing, in seconds since 1970.
    pub issued_at: u64,
}

/// Owner and call that a state belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding(String);

impl Binding {
    /// `subject_key` names the caller, `method` and `name` what is called: `tools/call` and the name of the
    /// tool, `prompts/get` and that of the prompt, `resources/read` and the URI.
    #[must_use]
    pub fn new(
        subject_key: &str,
        method: &str,
        name: &str,
        arguments: &Map<String, Value>,
    ) -> Self {
        // The order of members means nothing, and a client may write them in another one next time.
        let mut arguments = Value::Object(arguments.clone());
        arguments.sort_all_objects();
        let parts = Value::from(vec![
            Value::from(subject_key),
            Value::from(method),
            Value::from(name),
            arguments,
        ]);
        Self(sha256(&to_text(&parts)))
    }
}

impl RequestState {
    /// The text for the client; `now` in seconds since 1970.
    ///
    /// # Errors
    /// More than [`MAX_REQUEST_STATE`] is kept.
    pub fn seal(
        &mut self,
        keys: &Keyring,
        binding: &Binding,
        now: u64,
        entropy: &mut dyn Entropy,
    ) -> Result<String, Fault> {
        self.issued_at = now;
        let sealed = keys.seal(Purpose::RequestState, &binding.0, self, entropy);
        if sealed.len() > MAX_REQUEST_STATE {
            return Err(Fault::new(INTERNAL_ERROR, "The call keeps too much between its rounds"));
        }
        Ok(sealed)
    }

    /// Opens the state that a client sent back; `now` in seconds since 1970.
    ///
    /// # Errors
    /// It was not sealed here, is too old, or belongs to another caller or other arguments. Which of
    /// these is not told.
    pub fn open(keys: &Keyring, binding: &Binding, sealed: &str, now: u64) -> Result<Self, Fault> {
        let state = if sealed.len() > MAX_REQUEST_STATE {
            None
        } else {
            keys.open::<Self>(Purpose::RequestState, &binding.0, sealed)
        };
        state.filter(|state| now.saturating_sub(state.issued_at) <= REQUEST_STATE_TTL).ok_or_else(
            || Fault::params("`requestState` is not, or no longer, one of this request"),
        )
    }
}

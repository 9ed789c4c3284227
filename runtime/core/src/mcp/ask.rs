//! Questions of a running call to its client: elicitation, sampling, roots.

use serde::Serialize;
use serde_json::Value;

use super::filled_in;
use super::json::{member, object, quote, to_text};
use super::peer::{ClientCapabilities, Peer};
use super::revision::Revision;
use crate::from_json::FromJson;

pub use super::form::elicitation_schema;
pub use super::given::ElicitationReply;

/// One question. In the legacy revisions it is a request of the server; in 2026-07-28 it is an entry
/// of `inputRequests` (MCP 2026-07-28, multi round-trip requests).
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct Ask {
    /// Names the question among those of one call; the same in every round.
    pub key: String,
    /// The request to the client.
    pub question: InputRequest,
}

/// Request that a client can be sent during a call.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum InputRequest {
    /// `elicitation/create`, form mode: a flat object of this schema.
    Form {
        /// For the person.
        message: String,
        /// `requestedSchema`, as [`elicitation_schema`] makes it.
        schema: Value,
    },
    /// `elicitation/create`, URL mode: the person is sent to a page.
    Url {
        /// For the person.
        message: String,
        /// An `https:` address without secrets.
        url: String,
        /// Names it to the client, where the client hears when the person has finished; else the request's id does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// `sampling/createMessage` with these params.
    Sampling(Value),
    /// `roots/list`.
    Roots,
}

impl Ask {
    /// True if a client with these capabilities can be asked.
    #[must_use]
    pub fn is_supported(&self, capabilities: &ClientCapabilities) -> bool {
        match &self.question {
            InputRequest::Form { .. } => capabilities.elicitation,
            InputRequest::Url { .. } => capabilities.elicitation_url,
            InputRequest::Sampling(_) => capabilities.sampling,
            InputRequest::Roots => capabilities.roots,
        }
    }

    /// True if this client can be asked: by its capabilities, and by what the forms of its revision
    /// can show.
    #[must_use]
    pub fn is_supported_by(&self, peer: &Peer) -> bool {
        self.is_supported(&peer.capabilities)
            && match &self.question {
                InputRequest::Form { schema, .. } => filled_in::fits(schema, peer.revision),
                _ => true,
            }
    }

    /// The `ClientCapabilities` that it takes.
    #[must_use]
    pub fn required(&self) -> Value {
        let (capability, mode) = match &self.question {
            InputRequest::Form { .. } => ("elicitation", None),
            InputRequest::Url { .. } => ("elicitation", Some("url")),
            InputRequest::Sampling(_) => ("sampling", None),
            InputRequest::Roots => ("roots", None),
        };
        let modes = mode.map(|mode| (mode, object(vec![]))).into_iter().collect();
        object(vec![(capability, object(modes))])
    }

    /// The request of a server of a legacy revision, as JSON text; `id` names it in the session.
    #[must_use]
    pub fn request(&self, id: &str, revision: Revision) -> String {
        let mut out = String::from("{");
        member(&mut out, "jsonrpc", &quote("2.0"));
        member(&mut out, "id", &quote(id));
        member(&mut out, "method", &quote(self.method()));
        if let Some(params) = self.params(revision, id) {
            member(&mut out, "params", &to_text(&params));
        }
        out.push('}');
        out
    }

    /// The entry of `inputRequests` (MCP 2026-07-28).
    #[must_use]
    pub fn input_request(&self) -> Value {
        let mut members = vec![("method", Value::from(self.method()))];
        let params = self.params(Revision::LATEST, "");
        members.extend(params.map(|params| ("params", params)));
        object(members)
    }

    const fn method(&self) -> &'static str {
        match &self.question {
            InputRequest::Form { .. } | InputRequest::Url { .. } => "elicitation/create",
            InputRequest::Sampling(_) => "sampling/createMessage",
            InputRequest::Roots => "roots/list",
        }
    }

    fn params(&self, revision: Revision, id: &str) -> Option<Value> {
        let has_modes = revision.has_url_elicitation();
        let mut members = Vec::with_capacity(4);
        match &self.question {
            InputRequest::Sampling(params) => return Some(params.clone()),
            InputRequest::Roots => return None,
            InputRequest::Form { message, schema } => {
                if has_modes {
                    members.push(("mode", Value::from("form")));
                }
                members.push(("message", Value::from(message.as_str())));
                members.push(("requestedSchema", filled_in::shape(schema, revision)));
            }
            InputRequest::Url { message, url, id: own } => {
                members.push(("mode", Value::from("url")));
                members.push(("message", Value::from(message.as_str())));
                members.push(("url", Value::from(url.as_str())));
                // Names the elicitation in `notifications/elicitation/complete`, of this one revision.
                if revision.has_elicitation_ids() {
                    let id = own.as_deref().unwrap_or(id);
                    members.push(("elicitationId", Value::from(id)));
                }
            }
        }
        Some(object(members))
    }
}

//! The span of a call: its name and attributes by OpenTelemetry's semantic conventions for MCP.
//!
//! Attributes have no arguments, results, addresses of resources or e-mail addresses: what they hold is for
//! the eyes of whoever may call.

use std::borrow::Cow;

use super::call::Target;
use super::method::Method;
use super::outcome::CallResult;
use super::peer::Peer;
use crate::audit::{CallOutcome, PSEUDONYM_LENGTH};

/// The name and the attributes of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanStart {
    /// The method, and the function that it is for.
    pub name: String,
    /// Attributes, by their names.
    pub attributes: Vec<(&'static str, Cow<'static, str>)>,
}

/// A call that begins.
#[derive(Debug, Clone, Copy)]
pub struct TracedCall<'a> {
    /// The target.
    pub target: &'a Target,
    /// The name of its function.
    pub name: &'static str,
    /// The JSON-RPC id, without the quotes of JSON.
    pub request_id: &'a str,
    /// The client.
    pub peer: &'a Peer,
    /// The person's subject key, of which the pseudonym of the audit trail is told.
    pub subject_key: &'a str,
}

impl SpanStart {
    /// The start of a call.
    #[must_use]
    pub fn of_call(call: TracedCall<'_>) -> Self {
        let TracedCall { target, name, request_id, peer, subject_key } = call;
        let method = match target {
            Target::Tool(_) => Method::CallTool,
            Target::Prompt(_) => Method::GetPrompt,
            Target::Resource { .. } => Method::ReadResource,
            Target::PromptCompletion { .. } | Target::ResourceCompletion { .. } => Method::Complete,
        };
        let user = &subject_key[..subject_key.floor_char_boundary(PSEUDONYM_LENGTH)];
        let mut attributes: Vec<(&str, Cow<str>)> = vec![
            ("mcp.method.name", method.name().into()),
            ("mcp.protocol.version", peer.revision.as_str().into()),
            ("network.protocol.name", "http".into()),
            ("network.transport", "tcp".into()),
            ("jsonrpc.request.id", request_id.to_owned().into()),
        ];
        match method {
            Method::CallTool => {
                attributes.push(("gen_ai.operation.name", "execute_tool".into()));
                attributes.push(("gen_ai.tool.name", name.into()));
            }
            Method::GetPrompt => attributes.push(("gen_ai.prompt.name", name.into())),
            _ => {}
        }
        if !user.is_empty() {
            attributes.push(("enduser.pseudo.id", user.to_owned().into()));
        }
        // The runtime takes no parent from outside, and a stranger's must not decide what is recorded.
        if let Some(trace) = &peer.trace
            && let [_, trace_id, span_id, ..] = trace.parent.split('-').collect::<Vec<_>>()[..]
        {
            attributes.push(("mcp.parent.trace_id", trace_id.to_owned().into()));
            attributes.push(("mcp.parent.span_id", span_id.to_owned().into()));
        }
        Self { name: [method.name(), " ", name].concat(), attributes }
    }
}

/// The end of a span that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanFailure {
    /// `error.type`: the code of a JSON-RPC error, or `tool_error` for a result that says that it failed.
    pub kind: Cow<'static, str>,
    /// `rpc.response.status_code`: the code of a JSON-RPC error.
    pub code: Option<i32>,
}

impl SpanFailure {
    /// The failure of a call; `None` for one that went well.
    #[must_use]
    pub fn of(result: &CallResult) -> Option<Self> {
        match result {
            Ok(result) => match result.outcome() {
                CallOutcome::Ok | CallOutcome::InputRequired | CallOutcome::Task => None,
                _ => Some(Self { kind: "tool_error".into(), code: None }),
            },
            Err(fault) => {
                let code = fault.code();
                Some(Self { kind: code.to_string().into(), code: Some(code) })
            }
        }
    }

    /// The failure of a call that was ended from outside: by its time, its client, or a panic.
    pub const ENDED: Self = Self { kind: Cow::Borrowed("_OTHER"), code: None };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::content::{FailureCause, ToolResult};
    use crate::mcp::peer::Trace;
    use crate::mcp::{Fault, INTERNAL_ERROR};

    fn start(target: &Target, peer: &Peer) -> SpanStart {
        let subject_key = "kG1c0Vd9xQ2mZr8T-and-the-rest";
        SpanStart::of_call(TracedCall { target, name: "add", request_id: "7", peer, subject_key })
    }

    fn attribute<'a>(start: &'a SpanStart, name: &str) -> Option<&'a str> {
        start.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    #[test]
    fn the_span_of_a_tool_has_the_names_of_the_conventions() {
        let start = start(&Target::Tool(0), &Peer::default());
        assert_eq!(start.name, "tools/call add");
        let expected = [
            ("mcp.method.name", "tools/call"),
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", "add"),
            ("jsonrpc.request.id", "7"),
            ("enduser.pseudo.id", "kG1c0Vd9xQ2mZr8T"),
        ];
        for (name, value) in expected {
            assert_eq!(attribute(&start, name), Some(value), "{name}");
        }
    }

    #[test]
    fn only_tools_execute() {
        let start = start(&Target::Prompt(0), &Peer::default());
        assert_eq!(attribute(&start, "gen_ai.prompt.name"), Some("add"));
        assert_eq!(attribute(&start, "gen_ai.operation.name"), None);
    }

    #[test]
    fn the_trace_of_the_client_is_named_and_not_joined() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned();
        let trace = Some(Trace { parent, state: Some("secret=1".to_owned()) });
        let start = start(&Target::Tool(0), &Peer { trace, ..Peer::default() });
        let id = attribute(&start, "mcp.parent.trace_id");
        assert_eq!(id, Some("0af7651916cd43dd8448eb211c80319c"));
        assert_eq!(attribute(&start, "mcp.parent.span_id"), Some("b7ad6b7169203331"));
        assert!(!format!("{start:?}").contains("secret"));
    }

    #[test]
    fn a_failure_has_its_kind_and_none_of_its_words() {
        let of = |result: ToolResult| SpanFailure::of(&Ok(Box::new(result)));
        assert_eq!(of(ToolResult::default()), None);
        let refused = ToolResult { cause: FailureCause::Declined, ..ToolResult::error("no") };
        assert_eq!(of(refused), Some(SpanFailure { kind: "tool_error".into(), code: None }));
        let fault = SpanFailure::of(&Err(Fault::new(INTERNAL_ERROR, "the disk")));
        assert_eq!(fault, Some(SpanFailure { kind: "-32603".into(), code: Some(-32603) }));
    }
}

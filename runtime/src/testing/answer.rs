//! Answers that a test looks at.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use toolgate_core::audit::{self, Event};
use toolgate_core::mcp::notify;
use toolgate_core::reply::Reply;

/// The answer to a call, with what was said on the way and what was decided.
#[derive(Debug)]
pub struct TestAnswer {
    called: Called,
    /// The result, or the JSON-RPC error object.
    outcome: Result<Value, Value>,
    notifications: Vec<Value>,
    events: Vec<Event>,
    internal: Vec<String>,
}

/// Why a policy did not allow a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Name of the policy.
    pub policy: &'static str,
    /// The code of `docs/reason-codes.md`, such as `policy_not_matched`.
    pub reason: &'static str,
    /// The claim or variable that the reason is about.
    pub detail: Option<String>,
}

/// The call and its caller.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) kind: CalledKind,
    pub(super) name: String,
    pub(super) who: String,
    /// The names that there are of the kind.
    pub(super) known: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CalledKind {
    Tool,
    Prompt,
    Resource,
    Method,
}

/// One request's answer.
pub(super) struct Round {
    pub(super) response: Reply,
    pub(super) said: Vec<String>,
    pub(super) events: Vec<Event>,
    /// The lines of the log about internal errors.
    pub(super) internal: Vec<String>,
}

impl TestAnswer {
    pub(super) fn new(called: Called) -> Self {
        Self {
            called,
            outcome: Ok(Value::Null),
            notifications: Vec::new(),
            events: Vec::new(),
            internal: Vec::new(),
        }
    }

    /// With this outcome.
    pub(super) fn of(called: Called, outcome: Result<Value, Value>) -> Self {
        Self { outcome, ..Self::new(called) }
    }

    /// Takes up the newest round of the call.
    pub(super) fn add(&mut self, round: Round) {
        let said = round.said.iter().filter_map(|text| serde_json::from_str(text).ok());
        self.notifications.extend(said);
        self.events.extend(round.events);
        self.internal.extend(round.internal);
        let (head, body) = round.response.into_parts();
        self.outcome = match serde_json::from_slice::<Map<String, Value>>(&body) {
            Ok(mut message) => match (message.remove("result"), message.remove("error")) {
                (Some(result), _) => Ok(result),
                (None, error) => Err(error.unwrap_or_else(|| Value::from(message))),
            },
            // Refused before it was read.
            Err(_) => Err(json!({
                "code": head.status.as_u16(),
                "message": String::from_utf8_lossy(&body),
            })),
        };
    }

    /// The questions, and the state to be given back with the answers.
    pub(super) fn required(&self) -> Option<(Map<String, Value>, Value)> {
        let result = self.outcome.as_ref().ok()?;
        (result.get("resultType")? == "input_required").then(|| {
            let requests = result["inputRequests"].as_object().cloned().unwrap_or_default();
            (requests, result["requestState"].clone())
        })
    }

    /// The id of the task that the call has become.
    pub(super) fn created_task(&self) -> Option<String> {
        let result = self.outcome.as_ref().ok()?;
        let is_task = result.get("resultType").is_some_and(|kind| kind == "task");
        result.get("taskId").filter(|_| is_task)?.as_str().map(str::to_owned)
    }

    /// The code of a JSON-RPC error.
    pub(super) fn code(&self) -> Option<i32> {
        let code = self.outcome.as_ref().err()?.get("code")?.as_i64()?;
        i32::try_from(code).ok()
    }
}

/// The content of the answer.
impl TestAnswer {
    /// Its text: of the content of a tool, of the messages of a prompt, or of the contents of a
    /// resource, the parts below each other.
    ///
    /// # Panics
    /// The call failed with a JSON-RPC error. A tool's own error is text.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        let texts = self.content().into_iter().filter_map(|part| {
            let text = part.get("text").or_else(|| part.get("resource")?.get("text"));
            text.and_then(Value::as_str)
        });
        texts.collect::<Vec<_>>().join("\n")
    }

    /// The structured result of a tool.
    ///
    /// # Panics
    /// There is none, or it is no `T`.
    #[must_use]
    #[track_caller]
    pub fn structured<T: DeserializeOwned>(&self) -> T {
        let Some(structured) = self.raw().get("structuredContent") else {
            panic!("{self} has no structured result: {}", self.brief())
        };
        match serde_json::from_value(structured.clone()) {
            Ok(value) => value,
            Err(error) => panic!("{self} answers {structured}, which is another type: {error}"),
        }
    }

    /// The parts of the content, as JSON: of a tool, of the messages of a prompt, or of a resource.
    ///
    /// # Panics
    /// The call failed with a JSON-RPC error.
    #[must_use]
    #[track_caller]
    pub fn content(&self) -> Vec<&Value> {
        let raw = self.raw();
        if let Some(messages) = raw.get("messages").and_then(Value::as_array) {
            return messages.iter().map(|message| &message["content"]).collect();
        }
        let content = raw.get("content").or(raw.get("contents")).and_then(Value::as_array);
        content.into_iter().flatten().collect()
    }

    /// The bytes of the first image, sound or binary resource.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    #[track_caller]
    pub fn bytes(&self) -> Vec<u8> {
        use base64::Engine as _;
        let data = self.content().into_iter().find_map(|part| {
            let data = part.get("data").or_else(|| part.get("blob"));
            data.or_else(|| part.get("resource")?.get("blob")).and_then(Value::as_str)
        });
        let Some(data) = data else { panic!("{self} has no bytes: {}", self.brief()) };
        let decoded = base64::engine::general_purpose::STANDARD.decode(data);
        decoded.unwrap_or_else(|error| panic!("{self} answers data that is no base64: {error}"))
    }

    /// The whole result.
    ///
    /// # Panics
    /// The call failed with a JSON-RPC error.
    #[must_use]
    #[track_caller]
    pub fn raw(&self) -> &Value {
        match &self.outcome {
            Ok(result) => result,
            Err(_) => panic!("{self} has failed: {}", self.brief()),
        }
    }

    /// True if it failed: by an error of the tool, or by one of JSON-RPC.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.error().is_some()
    }

    /// The message of the error, if there is one.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        match &self.outcome {
            Err(error) => Some(error["message"].as_str().unwrap_or_default().to_owned()),
            Ok(result) => (result.get("isError") == Some(&true.into())).then(|| self.text()),
        }
    }

    /// The lines of the server's log about errors of which the caller sees the id alone, in order.
    #[must_use]
    pub fn internal_errors(&self) -> &[String] {
        &self.internal
    }

    /// The policy that did not allow the call, and why. The client is not told this: for it there is
    /// no such tool.
    #[must_use]
    pub fn denial(&self) -> Option<Denial> {
        let event = self.events.iter().find(|event| is_denial(event))?;
        event.tool?;
        Some(Denial {
            policy: event.policy?,
            reason: event.reason.code(),
            detail: event.detail.clone(),
        })
    }

    /// The log messages of `ctx.info(…)` and the like, in order.
    #[must_use]
    pub fn logs(&self) -> Vec<&Value> {
        self.told(notify::MESSAGE).map(|params| &params["data"]).collect()
    }

    /// The progress that the call told, in order: `progress`, and where it was told `total` and
    /// `message`.
    #[must_use]
    pub fn progress(&self) -> Vec<&Value> {
        self.told(notify::PROGRESS).collect()
    }

    fn told(&self, method: &'static str) -> impl Iterator<Item = &Value> {
        let told = self.notifications.iter().filter(move |message| message["method"] == method);
        told.map(|message| &message["params"])
    }
}

/// Expectations of a test. Each gives the answer back, so that they can follow each other.
impl TestAnswer {
    /// Fails if the call failed.
    ///
    /// # Panics
    /// It did.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        assert!(!self.is_error(), "{self} has failed: {}", self.brief());
        self
    }

    /// Fails unless the call went well and this is its text.
    ///
    /// # Panics
    /// It is another one.
    #[track_caller]
    pub fn assert_text(&self, expected: &str) -> &Self {
        let found = self.assert_ok().text();
        assert!(found == expected, "{self} answers\n  {found:?}, not\n  {expected:?}");
        self
    }

    /// Fails unless the call went well and this is its structured result.
    ///
    /// # Panics
    /// It is another one.
    #[track_caller]
    pub fn assert_structured(&self, expected: Value) -> &Self {
        let found: Value = self.assert_ok().structured();
        assert!(found == expected, "{self} answers\n  {found}, not\n  {expected}");
        self
    }

    /// Fails unless the call was allowed and failed with an error that contains this.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn assert_error(&self, expected: &str) -> &Self {
        let is_it = self.error().is_some_and(|error| error.contains(expected));
        assert!(
            is_it && !self.events.iter().any(is_denial),
            "{self} was to fail with {expected:?}, and {}",
            self.brief()
        );
        self
    }

    /// Fails unless the call was allowed and failed with an internal error: the caller sees an id, and
    /// the log says what contains this.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn assert_internal_error(&self, expected: &str) -> &Self {
        assert!(
            self.is_error() && self.internal.iter().any(|line| line.contains(expected)),
            "{self} was to fail with the internal error {expected:?}, and {}; the log says {:?}",
            self.brief(),
            self.internal
        );
        self
    }

    /// Fails unless there is what was called, and its policy did not allow it. See
    /// [`denial`](Self::denial) for the reason.
    ///
    /// # Panics
    /// It was allowed, or does not exist.
    #[track_caller]
    pub fn assert_denied(&self) -> &Self {
        if self.denial().is_none() {
            panic!("{self} was to be denied, and {}", self.brief());
        }
        self
    }

    /// The answer in a few words.
    pub(super) fn brief(&self) -> String {
        if let Some(Denial { policy, reason, detail }) = self.denial() {
            let about = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            return format!("policy `{policy}` denied it: {reason}{about}");
        }
        if self.events.iter().any(is_denial) {
            return format!("the server does not have it, but {:?}", self.called.known);
        }
        match &self.outcome {
            Err(error) => format!("it was answered with the error {error}"),
            Ok(result) => format!("it was answered with {result}"),
        }
    }
}

fn is_denial(event: &Event) -> bool {
    use audit::EventKind::{PromptDenied, ResourceDenied, ToolDenied};
    matches!(event.kind, ToolDenied | PromptDenied | ResourceDenied)
}

/// The call and its caller.
impl fmt::Display for TestAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Called { kind, name, who, .. } = &self.called;
        let kind = match kind {
            CalledKind::Tool => "tool ",
            CalledKind::Prompt => "prompt ",
            CalledKind::Resource => "resource ",
            CalledKind::Method => "",
        };
        write!(f, "{kind}`{name}`, called by {who},")
    }
}

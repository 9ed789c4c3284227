//! The arguments of a call, taken one parameter at a time.

use serde_json::{Map, Value};
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::{Fault, INVALID_PARAMS};

/// The most violations one answer lists: a model repairs its call from the first few, and a call
/// with thousands of made-up arguments should not get them all back.
const MOST_LISTED: usize = 20;

/// The longest part of an argument's name that an answer repeats, in characters, for the same
/// reason.
const LONGEST_NAME: usize = 64;

/// The arguments of one call.
///
/// Expanded code takes each parameter by name; what is wrong is collected on the way, so that the
/// client hears of everything at once, and before the tool runs.
#[derive(Debug, Default)]
pub struct Arguments {
    given: Map<String, Value>,
    known: Vec<&'static str>,
    report: Report,
    /// What takes them, for the answer: `tool` where nothing else is said.
    taker: Option<&'static str>,
}

/// Makes a parameter of a JSON value, or reports why it cannot.
pub type Convert<T> = fn(Value, &mut Report) -> Option<T>;

impl Arguments {
    /// The `arguments` of a `tools/call`; an empty map when the key was absent.
    #[must_use]
    pub fn new(given: Map<String, Value>) -> Self {
        Self { given, ..Self::default() }
    }

    /// The arguments of something else than a tool, which the answer calls `taker`.
    #[must_use]
    pub fn of(taker: &'static str, given: Map<String, Value>) -> Self {
        Self { taker: Some(taker), ..Self::new(given) }
    }

    /// Takes an argument that must be there.
    pub fn required<T>(&mut self, name: &'static str, convert: Convert<T>) -> Option<T> {
        match self.take(name) {
            Some(value) => self.report.within(name, |report| convert(value, report)),
            None => {
                self.refuse(name, "is required");
                None
            }
        }
    }

    /// Takes an argument whose type the macro does not know. Where the type is an `Option` by another
    /// name it may be absent, which is as good as null.
    pub fn of_own_type<T>(
        &mut self,
        name: &'static str,
        convert: Convert<T>,
        is_required: bool,
    ) -> Option<T> {
        if is_required || self.given.contains_key(name) {
            return self.required(name, convert);
        }
        self.known.push(name);
        convert(Value::Null, &mut self.report)
    }

    /// Takes an argument that may be absent or null.
    pub fn optional<T>(&mut self, name: &'static str, convert: Convert<T>) -> Option<Option<T>> {
        match self.take(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => self.report.within(name, |report| convert(value, report)).map(Some),
        }
    }

    /// Takes an argument that has a default.
    pub fn defaulted<T>(
        &mut self,
        name: &'static str,
        convert: Convert<T>,
        default: fn() -> T,
    ) -> Option<T> {
        self.optional(name, convert).map(|value| value.unwrap_or_else(default))
    }

    /// Reports `violation` unless the value, where there is one, passes the test.
    pub fn check<T>(
        &mut self,
        name: &str,
        value: &Option<T>,
        passes: fn(&T) -> bool,
        violation: &str,
    ) {
        if value.as_ref().is_some_and(|value| !passes(value)) {
            self.refuse(name, violation);
        }
    }

    /// Whether the tool may run. Arguments that no parameter took are reported here.
    pub fn accepted(&mut self) -> bool {
        let taker = self.taker.unwrap_or("tool");
        for name in std::mem::take(&mut self.given).keys() {
            let known =
                if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
            let hint = format!("unknown argument; this {taker} takes {known}");
            self.refuse(&shortened(name), &hint);
        }
        self.report.violations.is_empty()
    }

    /// A tool's answer to arguments that were not accepted: something the model can repair.
    #[must_use]
    pub fn refusal(self) -> ToolResult {
        ToolResult::error(self.violations("invalid arguments"))
    }

    /// A prompt's answer to arguments that were not accepted.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn invalid_params(self) -> Outcome {
        Err(Fault::new(INVALID_PARAMS, self.violations("Invalid params")))
    }

    fn violations(self, title: &str) -> String {
        let violations = self.report.violations;
        let mut text = title.to_owned();
        for violation in violations.iter().take(MOST_LISTED) {
            text.push_str("\n- ");
            text.push_str(violation);
        }
        if let Some(more @ 1..) = violations.len().checked_sub(MOST_LISTED) {
            text.push_str(&format!("\n- and {more} more"));
        }
        text
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.given.remove(name)
    }

    fn refuse(&mut self, name: &str, reason: &str) {
        self.report.within(name, |report| report.violation(reason));
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// What was found wrong, and where in the arguments the reader is.
#[derive(Debug, Default)]
pub struct Report {
    path: String,
    violations: Vec<String>,
}

impl Report {
    /// Runs `read` one step deeper in the path: a name, or `[index]`.
    pub(crate) fn within<R>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(step);
        let result = read(self);
        self.path.truncate(length);
        result
    }

    /// Notes what is wrong here.
    pub(crate) fn violation(&mut self, reason: &str) {
        self.violations.push(format!("{}: {reason}", self.path));
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;
    use toolgate_core::mcp::content::Content;

    use super::*;
    use crate::tool::parameter::{json, plain};

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Filter {
        #[expect(dead_code, reason = "only its reading is looked at")]
        tags: Vec<String>,
    }

    fn arguments(value: Value) -> Arguments {
        match value {
            Value::Object(map) => Arguments::new(map),
            other => panic!("not an object: {other}"),
        }
    }

    fn refusal(arguments: Arguments) -> String {
        let result = arguments.refusal();
        assert!(result.is_error);
        match &result.content[..] {
            [Content::Text(text)] => text.clone(),
            other => panic!("not one text block: {other:?}"),
        }
    }

    #[test]
    fn arguments_of_the_right_types_are_accepted() {
        let mut given = arguments(json!({ "a": 1, "b": [2.5], "c": null, "d": "x" }));
        assert_eq!(given.required("a", plain::<f64>), Some(1.0));
        assert_eq!(given.required("b", plain::<Vec<f64>>), Some(vec![2.5]));
        assert_eq!(given.optional("c", plain::<bool>), Some(None));
        assert_eq!(given.optional("d", plain::<String>), Some(Some("x".to_owned())));
        assert_eq!(given.defaulted("e", plain::<u8>, || 4), Some(4));
        assert!(given.accepted());
    }

    #[test]
    fn everything_wrong_is_reported_at_once() {
        let mut given = arguments(json!({
            "b": "x", "list": [1, "2", null], "steps": 12, "filter": { "tags": ["x", 1] }, "colour": 1,
        }));
        assert_eq!(given.required("a", plain::<f64>), None);
        assert_eq!(given.required("b", plain::<f64>), None);
        assert_eq!(given.required("list", plain::<Vec<u8>>), None);
        let steps = given.defaulted("steps", plain::<u8>, || 4);
        given.check("steps", &steps, |steps| (4..=8).contains(steps), "must be between 4 and 8");
        assert!(given.required("filter", json::<Filter>).is_none());
        assert!(!given.accepted());
        assert_eq!(
            refusal(given),
            "invalid arguments\n\
             - a: is required\n\
             - b: must be a number, not text\n\
             - list[1]: must be a whole number, not text\n\
             - list[2]: must be a whole number, not null\n\
             - steps: must be between 4 and 8\n\
             - filter.tags[1]: invalid type: integer `1`, expected a string\n\
             - colour: unknown argument; this tool takes a, b, list, steps, filter"
        );
    }

    #[test]
    fn a_tool_without_parameters_says_so() {
        let mut given = arguments(json!({ "x": 1 }));
        assert!(!given.accepted());
        assert_eq!(
            refusal(given),
            "invalid arguments\n- x: unknown argument; this tool takes none"
        );
    }

    #[test]
    fn a_prompt_answers_with_invalid_params() {
        let Value::Object(map) = json!({ "x": "1" }) else { unreachable!() };
        let mut given = Arguments::of("prompt", map);
        assert_eq!(given.required("style", plain::<String>), None);
        assert!(!given.accepted());
        let fault = given.invalid_params().expect_err("a fault");
        let text = fault.response(None);
        assert!(text.contains("-32602"), "{text}");
        assert!(text.contains("style: is required"), "{text}");
        assert!(text.contains("x: unknown argument; this prompt takes style"), "{text}");
    }

    #[test]
    fn a_flood_of_unknown_arguments_gets_a_short_answer() {
        let flood = (0..1000).map(|n| (format!("{n:0100}"), Value::Null)).collect();
        let mut given = Arguments::new(flood);
        assert!(!given.accepted());
        let text = refusal(given);
        assert!(text.ends_with("\n- and 980 more"), "{text}");
        assert!(text.len() < 4096, "{}", text.len());
    }

    #[test]
    fn a_value_that_is_not_there_passes_every_check() {
        let mut given = arguments(json!({}));
        given.check("a", &None::<u8>, |_| false, "never");
        assert!(given.accepted());
    }
}

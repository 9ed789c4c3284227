//! The arguments of a call, taken one parameter at a time.

use std::borrow::Cow;
#[cfg(not(target_arch = "wasm32"))]
use std::{cell::RefCell, rc::Rc};

#[cfg(not(target_arch = "wasm32"))]
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::Outcome;
use toolgate_core::mcp::{Fault, INVALID_PARAMS};

/// The most violations that are written down: a model repairs its call from the first few. Those beyond
/// are counted, so that a call with thousands of made-up arguments costs no more than it weighs.
const MOST_LISTED: usize = 20;

/// The longest part of an argument's name, or of a path, that an answer repeats, in characters, for the
/// same reason.
const LONGEST_NAME: usize = 64;

/// The longest violation that an answer has, in characters: readers of other types repeat what they
/// were given, and a name of a megabyte would come back.
const LONGEST_VIOLATION: usize = 400;

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
    /// Why a policy refuses them, whatever their types.
    refusal: Option<String>,
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

    /// Arguments that a policy refuses: they are checked, and never accepted.
    #[must_use]
    pub(crate) fn refused_with(mut self, refusal: Option<String>) -> Self {
        self.refusal = refusal;
        self
    }

    /// Arguments that ask what else one of them is read from, see [`spellings`](super::spellings): the
    /// first name of the path is the argument's. They are never accepted; what is found is written down.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn asking(
        path: Vec<String>,
        texts: Vec<String>,
    ) -> (Self, Rc<RefCell<Vec<String>>>) {
        let found = Rc::default();
        let question = Question { path, texts, found: Rc::clone(&found) };
        let name = question.path.first().cloned().unwrap_or_default();
        let given = Map::from_iter([(name, Value::Bool(true))]);
        let mut arguments = Self::new(given).refused_with(Some(String::new()));
        arguments.report.question = Some(question);
        (arguments, found)
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
        self.report.within(name, |report| convert(Value::Null, report))
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
        let given = std::mem::take(&mut self.given);
        if !given.is_empty() {
            let taker = self.taker.unwrap_or("tool");
            let known =
                if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
            let hint = format!("unknown argument; this {taker} takes {known}");
            for name in given.keys() {
                self.refuse(name, &hint);
            }
        }
        self.refusal.is_none() && self.report.is_empty()
    }

    /// A tool's answer to arguments that were not accepted: something the model can repair.
    #[must_use]
    pub fn refusal(mut self) -> ToolResult {
        let refusal = self.refusal.take().filter(|_| self.report.is_empty());
        ToolResult::error(refusal.unwrap_or_else(|| self.violations("invalid arguments")))
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
        let Report { violations, unlisted, .. } = self.report;
        let mut text = title.to_owned();
        for violation in &violations {
            text.push_str("\n- ");
            text.push_str(violation);
        }
        if unlisted > 0 {
            text.push_str(&format!("\n- and {unlisted} more"));
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

/// The beginning of a text, so many characters long.
fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// What was found wrong, and where in the arguments the reader is.
#[derive(Debug, Default)]
pub struct Report {
    path: String,
    violations: Vec<String>,
    /// How many more there are.
    unlisted: usize,
    #[cfg(not(target_arch = "wasm32"))]
    question: Option<Question>,
}

/// See [`Arguments::asking`].
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
struct Question {
    path: Vec<String>,
    texts: Vec<String>,
    found: Rc<RefCell<Vec<String>>>,
}

impl Report {
    /// Runs `read` one step deeper in the path: a name, or `[index]`.
    pub(crate) fn within<R>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.path.len();
        if length > 0 && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(&shortened(step, LONGEST_NAME));
        let result = read(self);
        self.path.truncate(length);
        result
    }

    /// Notes what is wrong here.
    pub(crate) fn violation(&mut self, reason: &str) {
        if self.violations.len() < MOST_LISTED {
            let reason = shortened(reason, LONGEST_VIOLATION);
            self.violations.push(format!("{}: {reason}", self.path));
        } else {
            self.unlisted += 1;
        }
    }

    /// Whether only the names that the type knows are asked for, which are written down.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn asks_names_of<T: DeserializeOwned>(&self) -> bool {
        let Some(Question { path, texts, found }) = &self.question else { return false };
        let others = super::spellings::others::<T>(&path[1..], texts);
        found.borrow_mut().extend(others.into_iter().map(|other| match other.starts_with('"') {
            true => other,
            false => format!("`{}.{other}`", path[0]),
        }));
        true
    }

    fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn violations(&self) -> &[String] {
        &self.violations
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
    fn a_flood_is_counted_and_not_written_down() {
        let flood = (0..99_000).map(|n| (format!("a{n}"), Value::Null)).collect();
        let mut given = Arguments::new(flood);
        let known: &[&str] = &["one", "two"];
        for name in known {
            let _ = given.optional(name, plain::<f64>);
        }
        assert!(!given.accepted());
        assert_eq!(given.report.violations.len(), MOST_LISTED);
        assert!(refusal(given).ends_with("\n- and 98980 more"));

        let mut given = arguments(json!({ "list": vec!["x"; 100_000] }));
        assert_eq!(given.required("list", plain::<Vec<u8>>), None);
        assert!(!given.accepted());
        assert_eq!(given.report.violations.len(), MOST_LISTED);
        assert!(refusal(given).ends_with("\n- and 99980 more"));
    }

    #[test]
    fn an_answer_repeats_only_the_beginning_of_what_it_was_given() {
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is looked at")]
        struct Strict {
            kind: Kind,
        }
        #[derive(Debug, Deserialize, JsonSchema)]
        enum Kind {
            One,
        }
        let long = "x".repeat(1_000_000);
        for value in [json!({ "kind": long }), json!({ &*long: 1 }), json!(long)] {
            let mut given = arguments(json!({ "strict": value, "plain": 1 }));
            assert!(given.required("strict", json::<Strict>).is_none());
            assert!(!given.accepted());
            let text = refusal(given);
            assert!(text.len() < 1024, "{}", text.len());
        }
    }

    #[test]
    fn arguments_that_a_policy_refuses_are_checked_and_never_accepted() {
        let refused = |value| arguments(value).refused_with(Some("`a` is not allowed".to_owned()));
        let mut given = refused(json!({ "a": 1 }));
        assert_eq!(given.required("a", plain::<u8>), Some(1));
        assert!(!given.accepted());
        assert_eq!(refusal(given), "`a` is not allowed");
        let mut given = refused(json!({ "a": "x" }));
        assert_eq!(given.required("a", plain::<u8>), None);
        assert!(!given.accepted());
        let text = refusal(given);
        assert_eq!(text, "invalid arguments\n- a: must be a whole number, not text");
    }

    #[test]
    fn a_value_that_is_not_there_passes_every_check() {
        let mut given = arguments(json!({}));
        given.check("a", &None::<u8>, |_| false, "never");
        assert!(given.accepted());
    }
}

//! The arguments of a call, taken one parameter at a time.

use std::borrow::Cow;
#[cfg(not(target_arch = "wasm32"))]
use std::{cell::RefCell, rc::Rc};

#[cfg(not(target_arch = "wasm32"))]
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::outcome::CallResult;
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
    /// The kind of function that takes them, for the answer: `tool` where nothing else is said.
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
        let question = SpellingQuestion { path, texts, found: Rc::clone(&found) };
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

    /// True if the tool may run. Arguments that no parameter took are reported here.
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
    pub fn invalid_params(self) -> CallResult {
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

/// The violations that were found, and the place in the arguments where the reader is.
#[derive(Debug, Default)]
pub struct Report {
    path: String,
    violations: Vec<String>,
    /// The number of further ones.
    unlisted: usize,
    #[cfg(not(target_arch = "wasm32"))]
    question: Option<SpellingQuestion>,
}

/// See [`Arguments::asking`].
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
struct SpellingQuestion {
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

    /// True if only the names that the type knows are asked for, which are written down.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn asks_names_of<T: DeserializeOwned>(&self) -> bool {
        let Some(SpellingQuestion { path, texts, found }) = &self.question else { return false };
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
mod tests;

//! Conditions in words: the line of `mcp.toml` that says the same.

use std::fmt::{self, Write as _};

use crate::model::{Condition, List, Provider, Scalar, Str, Test};

impl Condition {
    /// The condition as `mcp.toml` has it, in one line; of a combination only its kind.
    #[must_use]
    pub fn in_words(&self) -> String {
        in_words(self)
    }
}

macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident($type:ty) in $key:literal = $kind:expr;
        $(($other:literal) => $shape:expr;)*
    )*) => {
        fn in_words(condition: &Condition) -> String {
            match condition {
                $(Condition::$name(value) => value.in_words($key),)*
                Condition::Everyone => "policy = \"everyone\"".to_owned(),
                Condition::Policy(name) => name.in_words("policy"),
                Condition::Claim { path, test } => tested("claims", path, test),
                Condition::Argument { path, test } => tested("args", path, test),
                Condition::Any(_) => "any".to_owned(),
                Condition::All(_) => "all".to_owned(),
                Condition::Not(_) => "not".to_owned(),
            }
        }
    };
}

crate::conditions!(words);

/// A value of a condition, as the line of its key.
trait InWords {
    fn in_words(&self, key: &str) -> String;
}

impl InWords for Str {
    fn in_words(&self, key: &str) -> String {
        format!("{key} = {self:?}")
    }
}

impl InWords for List<Str> {
    fn in_words(&self, key: &str) -> String {
        format!("{key} = {}", Shown(self.iter().map(|entry| format!("{entry:?}")).collect()))
    }
}

impl InWords for List<Provider> {
    fn in_words(&self, key: &str) -> String {
        let names: Vec<_> = self.iter().copied().map(Provider::name).collect();
        format!("{key} = {names:?}")
    }
}

/// The most entries that are shown of a list.
const MOST_SHOWN: usize = 5;

fn tested(key: &str, path: &[Str], test: &Test) -> String {
    let mut out = key.to_owned();
    for name in path {
        let is_bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        // Writing to a String cannot fail.
        let _ = if is_bare { write!(out, ".{name}") } else { write!(out, ".{name:?}") };
    }
    let test = match test {
        Test::OneOf(values) => values_shown(values),
        Test::Contains(values) => format!("{{ contains = {} }}", values_shown(values)),
        Test::Exists(wanted) => format!("{{ exists = {wanted} }}"),
        Test::Min(least) => format!("{{ min = {least} }}"),
        Test::Max(most) => format!("{{ max = {most} }}"),
        Test::Claim(path) => match path.as_ref() {
            [name] => format!("{{ claim = {name:?} }}"),
            path => format!("{{ claim = {path:?} }}"),
        },
    };
    format!("{out} = {test}")
}

fn values_shown(values: &[Scalar]) -> String {
    let texts: Vec<_> = values
        .iter()
        .map(|value| match value {
            Scalar::Str(text) => format!("{text:?}"),
            Scalar::Int(number) => number.to_string(),
            Scalar::Bool(flag) => flag.to_string(),
        })
        .collect();
    match <[String; 1]>::try_from(texts) {
        Ok([only]) => only,
        Err(texts) => Shown(texts).to_string(),
    }
}

/// A list, of which the first few are shown.
struct Shown(Vec<String>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(texts) = self;
        let shown = texts.iter().take(MOST_SHOWN).map(String::as_str).collect::<Vec<_>>();
        write!(f, "[{}", shown.join(", "))?;
        match texts.len().saturating_sub(MOST_SHOWN) {
            0 => f.write_str("]"),
            more => write!(f, ", … {more} more]"),
        }
    }
}

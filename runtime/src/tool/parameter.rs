//! From JSON to the types of parameters.

use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arguments::Report;
use super::expected::expected;
use super::{number, schema};

/// Reads one of the types whose schema the macro writes by itself.
pub fn plain<T: Plain>(value: Value, report: &mut Report) -> Option<T> {
    T::from_value(value, report)
}

/// Reads one of them that is sent as text: arguments of prompts and variables of templates are. Only the
/// text that the value prints as is taken: policies compare the text, and one value written in several
/// ways would pass where it is named.
pub fn parsed<T: Printed>(value: Value, report: &mut Report) -> Option<T> {
    let Value::String(text) = &value else { return T::from_value(value, report) };
    // JSON writes numbers, `true` and `false` as people do.
    let Ok(read) = toolgate_core::json::from_str(text) else { return T::from_value(value, report) };
    let read = T::from_value(read, report)?;
    let printed = read.printed();
    if printed == *text {
        return Some(read);
    }
    report.violation(&["must be written as ", &printed].concat());
    None
}

/// Reads any other type, by its own `Deserialize`.
pub fn json<T: Argument>(mut value: Value, report: &mut Report) -> Option<T> {
    #[cfg(not(target_arch = "wasm32"))]
    if report.asks_names_of::<T>() {
        return None;
    }
    without_needless_fractions(&mut value);
    match serde_path_to_error::deserialize(value) {
        Ok(value) => Some(value),
        Err(error) => {
            let path = error.path().to_string();
            let reason = match expected(&schema::input::<T>(), error.path()) {
                Some(what) => ["must be ", what].concat(),
                None => error.into_inner().to_string(),
            };
            match path.as_str() {
                "." => report.violation(&reason),
                path => report.within(path, |report| report.violation(&reason)),
            }
            None
        }
    }
}

/// A type of the user's that a parameter can have.
#[diagnostic::on_unimplemented(
    message = "a client cannot send `{Self}`",
    label = "not an argument of a tool",
    note = "an argument is `bool`, a number, `String`, a `Vec` or `Option` of one of them, or a \
            type of your own with `#[derive(serde::Deserialize, JsonSchema)]`"
)]
pub trait Argument: DeserializeOwned + JsonSchema {}

// Otherwise rustc would talk of one missing trait after the other, and not of what to do.
#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema> Argument for T {}

/// Says that two types are the same one.
///
/// The macro writes the schema of a `String` without asking the compiler what `String` is. This is
/// where a type that only shares the name is caught.
#[diagnostic::on_unimplemented(
    message = "`{Self}` shares its name with `{T}` but is another type",
    label = "not `{T}`",
    note = "the input schema of a built-in type is written from its name; give this type another \
            name, or write its path, as in `crate::{Self}`"
)]
pub trait Same<T> {
    /// The value itself.
    fn same(value: T) -> Self;
}

impl<T> Same<T> for T {
    fn same(value: T) -> Self {
        value
    }
}

/// True if an argument of the type has to be there. An `Option` has a constant of its own, which comes
/// before that of the trait, whatever the type is called where it is written.
#[derive(Debug)]
pub struct Presence<T>(PhantomData<T>);

impl<T> Presence<Option<T>> {
    /// It may be left out.
    pub const IS_REQUIRED: bool = false;
}

/// The answer of every other type.
pub trait Required {
    /// It has to be there.
    const IS_REQUIRED: bool = true;
}

impl<T> Required for Presence<T> {}

/// The value itself, where `A` and `B` are the same type.
pub fn same<A: Same<B>, B>(value: B) -> A {
    A::same(value)
}

/// A default or an example as the schema shows it.
pub fn shown<T: Serialize>(value: T) -> Value {
    // What cannot be written as JSON is left out of the schema by being null.
    serde_json::to_value(value).unwrap_or_default()
}

/// A type whose schema the macro writes by itself.
pub trait Plain: Sized {
    /// Makes one of a JSON value, or reports why it cannot.
    fn from_value(value: Value, report: &mut Report) -> Option<Self>;
}

/// A type that can be sent as text.
pub trait Printed: Plain {
    /// The one text that stands for the value.
    fn printed(&self) -> String;
}

impl Printed for bool {
    fn printed(&self) -> String {
        if *self { "true" } else { "false" }.to_owned()
    }
}

impl Printed for f64 {
    fn printed(&self) -> String {
        number::to_text(*self)
    }
}

impl Printed for f32 {
    fn printed(&self) -> String {
        number::f32_to_text(*self)
    }
}

impl Plain for bool {
    fn from_value(value: Value, report: &mut Report) -> Option<Self> {
        value.as_bool().or_else(|| mismatch("true or false", &value, report))
    }
}

impl Plain for String {
    fn from_value(value: Value, report: &mut Report) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            other => mismatch("text", &other, report),
        }
    }
}

impl Plain for f64 {
    fn from_value(value: Value, report: &mut Report) -> Option<Self> {
        value.as_f64().or_else(|| mismatch("a number", &value, report))
    }
}

impl Plain for f32 {
    fn from_value(value: Value, report: &mut Report) -> Option<Self> {
        let number = f64::from_value(value, report)? as f32;
        if number.is_finite() {
            Some(number)
        } else {
            report.violation("is too large");
            None
        }
    }
}

macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl Plain for $type {
            fn from_value(value: Value, report: &mut Report) -> Option<Self> {
                let number = whole(&value).or_else(|| mismatch("a whole number", &value, report))?;
                let number = number.try_into().ok();
                if number.is_none() {
                    report.violation(concat!("does not fit the range of ", stringify!($type)));
                }
                number
            }
        }

        impl Printed for $type {
            fn printed(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

whole_numbers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl<T: Plain> Plain for Vec<T> {
    fn from_value(value: Value, report: &mut Report) -> Option<Self> {
        let items = match value {
            Value::Array(items) => items,
            other => return mismatch("a list", &other, report),
        };
        // Not `collect` into an `Option`: it would stop at the first item that is wrong.
        let count = items.len();
        let mut read = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let item = report.within(&format!("[{index}]"), |report| T::from_value(item, report));
            read.extend(item);
        }
        (read.len() == count).then_some(read)
    }
}

/// A whole number. JSON Schema counts 4.0 among them, and clients whose numbers are all floats
/// send it.
fn whole(value: &Value) -> Option<i128> {
    let exact = toolgate_core::json::exact_integer(value);
    exact.map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

/// Writes 4.0 as 4 wherever it stands: `Deserialize` of a type of whole numbers takes no other way to
/// write them, and that of a type of fractions takes both.
pub(crate) fn without_needless_fractions(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(number) = toolgate_core::json::exact_integer(value) {
                *value = number.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_needless_fractions),
        Value::Object(members) => members.values_mut().for_each(without_needless_fractions),
        _ => {}
    }
}

fn mismatch<T>(expected: &str, value: &Value, report: &mut Report) -> Option<T> {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    report.violation(&format!("must be {expected}, not {found}"));
    None
}

#[cfg(test)]
#[path = "parameter_tests.rs"]
mod tests;

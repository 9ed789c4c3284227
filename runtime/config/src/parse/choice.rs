//! Keys that have one of a few values, by their names.

use serde_json::Value as Json;

use super::kind::{KeyKind, ValueKind};
use super::schema::shape;
use super::value::{Section, Value, names, shown};
use crate::diagnostic::{Code, Fault};

/// An enumeration whose values have names in the file.
pub(super) trait Choice: Copy + 'static {
    const ALL: &'static [Self];

    fn name(self) -> &'static str;
}

macro_rules! choices {
    ($(
        $(#[$about:meta])*
        $name:ident { $($(#[$doc:meta])* $value:ident = $text:literal,)* }
    )*) => {$(
        impl Choice for crate::model::$name {
            const ALL: &'static [Self] = &Self::ALL;

            fn name(self) -> &'static str {
                self.name()
            }
        }
    )*};
}

crate::choices!(choices);

/// The value of this name.
fn find<T: Choice>(text: &str) -> Option<T> {
    T::ALL.iter().copied().find(|value| value.name() == text)
}

fn all_names<T: Choice>() -> Vec<&'static str> {
    T::ALL.iter().map(|value| value.name()).collect()
}

/// All names, for a sentence.
fn supported<T: Choice>() -> String {
    names(&all_names::<T>())
}

/// Messages about a value that there is not.
#[derive(Clone, Copy, Default)]
struct Words {
    /// The noun for such values; the key without one.
    noun: Option<&'static str>,
    /// The help; all names without one.
    help: Option<&'static str>,
}

impl Words {
    fn read<T: Choice>(self, value: &Value<'_, '_>) -> Option<T> {
        value.text(|text| {
            find(text).ok_or_else(|| {
                let message = match self.noun {
                    Some(noun) => format!("unsupported {noun} `{}`", shown(text)),
                    None => format!("`{}` cannot be `{}`", value.path, shown(text)),
                };
                let help = match self.help {
                    Some(help) => help.to_owned(),
                    None => format!("supported: {}", supported::<T>()),
                };
                Fault::new(Code::UnsupportedValue, message, help)
            })
        })
    }
}

pub(super) struct WithDefault<T> {
    default: T,
    words: Words,
}

/// One of a few values, by default this one.
pub(super) fn choice<T: Choice>(default: T) -> WithDefault<T> {
    WithDefault { default, words: Words::default() }
}

impl<T> WithDefault<T> {
    /// Messages say that such a thing is not supported.
    pub(super) fn unsupported(mut self, noun: &'static str) -> Self {
        self.words.noun = Some(noun);
        self
    }

    /// Messages have this help.
    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.words.help = Some(help);
        self
    }
}

impl<T: Choice> ValueKind for WithDefault<T> {
    type Value = T;

    fn of(&self, value: &Value<'_, '_>) -> Option<T> {
        self.words.read(value)
    }

    fn shape(&self) -> Json {
        shape::one_of(&all_names::<T>())
    }
}

impl<T: Choice> KeyKind for WithDefault<T> {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<T> {
        Some(self.default)
    }
}

pub(super) struct OptionalChoice<T> {
    words: Words,
    choice: std::marker::PhantomData<T>,
}

/// One of a few values, or none.
pub(super) fn optional_choice<T: Choice>() -> OptionalChoice<T> {
    OptionalChoice { words: Words::default(), choice: std::marker::PhantomData }
}

impl<T> OptionalChoice<T> {
    /// As [`WithDefault::unsupported`].
    pub(super) fn unsupported(mut self, noun: &'static str) -> Self {
        self.words.noun = Some(noun);
        self
    }
}

impl<T: Choice> ValueKind for OptionalChoice<T> {
    type Value = Option<T>;

    fn of(&self, value: &Value<'_, '_>) -> Option<Option<T>> {
        self.words.read(value).map(Some)
    }

    fn shape(&self) -> Json {
        shape::one_of(&all_names::<T>())
    }
}

impl<T: Choice> KeyKind for OptionalChoice<T> {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Option<T>> {
        Some(None)
    }
}

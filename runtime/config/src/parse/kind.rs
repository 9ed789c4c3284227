//! Kinds of keys: how the value of each is read, what holds without it, and its shape in the JSON
//! Schema.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::form::Form;
use super::schema::shape;
use super::setting::secret_of;
use super::text;
use super::value::{Section, Value};
use crate::diagnostic::{Code, Fault};
use crate::model::{List, Str};

pub(super) const MINUTE: u32 = 60;
pub(super) const HOUR: u32 = 60 * MINUTE;
pub(super) const DAY: u32 = 24 * HOUR;

/// A kind of value. `None` stands for a fault that has been reported.
pub(super) trait ValueKind {
    type Value;

    /// The value that is written.
    fn of(&self, value: &Value<'_, '_>) -> Option<Self::Value>;

    fn shape(&self) -> Json;
}

/// A kind of key: of its value, and of what holds without one.
pub(super) trait KeyKind: ValueKind {
    /// The value that holds when none is written.
    fn absent(&self, section: &Section<'_, '_>, key: &str) -> Option<Self::Value>;

    fn read(&self, section: &Section<'_, '_>, key: &str) -> Option<Self::Value> {
        match section.get(key) {
            Some(value) => self.of(&value),
            None => self.absent(section, key),
        }
    }
}

/// A key without the section that messages do not name.
fn key_of<'v>(value: &'v Value<'_, '_>) -> &'v str {
    value.path.rsplit('.').next().unwrap_or_default()
}

pub(super) struct Flag(bool);

/// `true` or `false`.
pub(super) fn flag(default: bool) -> Flag {
    Flag(default)
}

impl ValueKind for Flag {
    type Value = bool;

    fn of(&self, value: &Value<'_, '_>) -> Option<bool> {
        value.boolean()
    }

    fn shape(&self) -> Json {
        shape::boolean()
    }
}

impl KeyKind for Flag {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<bool> {
        Some(self.0)
    }
}

pub(super) struct Duration {
    default: u32,
    range: (u32, u32),
}

/// A duration within limits; all three are in seconds.
pub(super) fn duration(default: u32, range: (u32, u32)) -> Duration {
    Duration { default, range }
}

impl ValueKind for Duration {
    type Value = u32;

    fn of(&self, value: &Value<'_, '_>) -> Option<u32> {
        if value.raw().is_str() {
            return value.text(|text| text::duration(text, self.range));
        }
        let help = "write a number and a unit in double quotes, for example `\"10m\"`";
        value.wrong_type("a duration", help)
    }

    fn shape(&self) -> Json {
        shape::duration(self.range)
    }
}

impl KeyKind for Duration {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<u32> {
        Some(self.default)
    }
}

pub(super) struct Integer {
    default: u32,
    range: (i64, i64),
    /// Messages name the key with its section.
    is_limit: bool,
    unit: &'static str,
}

/// A whole number within limits.
pub(super) fn integer(default: u32, range: (i64, i64)) -> Integer {
    Integer { default, range, is_limit: false, unit: "" }
}

/// Requests per minute: 0 would close the server, and what is above 100,000 limits nothing.
pub(super) fn per_minute(default: u32) -> Integer {
    Integer { default, range: (1, 100_000), is_limit: true, unit: " requests per minute" }
}

/// A number for one person: everybody needs one, and who has more than this is a program.
pub(super) fn per_person(default: u32) -> Integer {
    Integer { default, range: (1, 10_000), is_limit: true, unit: "" }
}

impl ValueKind for Integer {
    type Value = u32;

    fn of(&self, value: &Value<'_, '_>) -> Option<u32> {
        let number = value.integer()?;
        let (least, most) = self.range;
        let fits = (least..=most).contains(&number).then(|| u32::try_from(number).ok()).flatten();
        value.checked(fits.ok_or_else(|| {
            let name = if self.is_limit { &value.path } else { key_of(value) };
            let message = format!("`{name}` is {number}");
            let help = format!("choose from {least} to {most}{}", self.unit);
            Fault::new(Code::OutOfRange, message, help)
        }))
    }

    fn shape(&self) -> Json {
        shape::integer(self.range)
    }
}

impl KeyKind for Integer {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<u32> {
        Some(self.default)
    }
}

impl ValueKind for Form {
    type Value = Str;

    fn of(&self, value: &Value<'_, '_>) -> Option<Str> {
        value.text(self.check)
    }

    fn shape(&self) -> Json {
        (self.shape)()
    }
}

pub(super) struct Required {
    form: Form,
    help: &'static str,
}

/// Text that has to be there.
pub(super) fn required(form: Form, help: &'static str) -> Required {
    Required { form, help }
}

impl ValueKind for Required {
    type Value = Str;

    fn of(&self, value: &Value<'_, '_>) -> Option<Str> {
        self.form.of(value)
    }

    fn shape(&self) -> Json {
        self.form.shape()
    }
}

impl KeyKind for Required {
    fn absent(&self, section: &Section<'_, '_>, key: &str) -> Option<Str> {
        section.require(key, self.help)?;
        None
    }
}

pub(super) struct Text {
    form: Form,
    default: &'static str,
}

/// Text with a default.
pub(super) fn text(form: Form, default: &'static str) -> Text {
    Text { form, default }
}

impl ValueKind for Text {
    type Value = Str;

    fn of(&self, value: &Value<'_, '_>) -> Option<Str> {
        self.form.of(value)
    }

    fn shape(&self) -> Json {
        self.form.shape()
    }
}

impl KeyKind for Text {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Str> {
        Some(Cow::Borrowed(self.default))
    }
}

pub(super) struct Optional {
    form: Form,
    is_needed: bool,
}

/// Text that may be absent, and that nothing else is checked by: a fault leaves the section sound, so
/// that what depends on the rest of it is checked, too.
pub(super) fn optional(form: Form) -> Optional {
    Optional { form, is_needed: false }
}

/// Text that may be absent; without it, or with a sound one, the section is sound.
pub(super) fn sound(form: Form) -> Optional {
    Optional { form, is_needed: true }
}

impl ValueKind for Optional {
    type Value = Option<Str>;

    fn of(&self, value: &Value<'_, '_>) -> Option<Option<Str>> {
        let text = self.form.of(value);
        if self.is_needed { text.map(Some) } else { Some(text) }
    }

    fn shape(&self) -> Json {
        self.form.shape()
    }
}

impl KeyKind for Optional {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Option<Str>> {
        Some(None)
    }
}

pub(super) struct Texts(Form);

/// A list of different texts; none by default.
pub(super) fn texts(form: Form) -> Texts {
    Texts(form)
}

impl ValueKind for Texts {
    type Value = List<Str>;

    fn of(&self, value: &Value<'_, '_>) -> Option<List<Str>> {
        value.texts(self.0.check)
    }

    fn shape(&self) -> Json {
        shape::list(self.0.shape())
    }
}

impl KeyKind for Texts {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<List<Str>> {
        Some(List::default())
    }
}

pub(super) struct Secret(&'static str);

/// The name of a Worker secret, by default this one.
pub(super) fn secret(default_variable: &'static str) -> Secret {
    Secret(default_variable)
}

impl ValueKind for Secret {
    type Value = Str;

    fn of(&self, value: &Value<'_, '_>) -> Option<Str> {
        secret_of(value, key_of(value), self.0)
    }

    fn shape(&self) -> Json {
        shape::secret()
    }
}

impl KeyKind for Secret {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Str> {
        Some(Cow::Borrowed(self.0))
    }
}

pub(super) struct OptionalSecret(&'static str);

/// The name of a Worker secret, if there is one; the help of messages shows this one.
pub(super) fn optional_secret(example: &'static str) -> OptionalSecret {
    OptionalSecret(example)
}

impl ValueKind for OptionalSecret {
    type Value = Option<Str>;

    fn of(&self, value: &Value<'_, '_>) -> Option<Option<Str>> {
        secret_of(value, key_of(value), self.0).map(Some)
    }

    fn shape(&self) -> Json {
        shape::secret()
    }
}

impl KeyKind for OptionalSecret {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<Option<Str>> {
        Some(None)
    }
}

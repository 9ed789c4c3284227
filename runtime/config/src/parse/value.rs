//! Reading tables and values of the document, with a report for everything that does not fit.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use crate::diagnostic::{Code, Fault, Sink};
use crate::model::{List, Str};
use crate::suggest;

/// A table of the document. An absent section is an empty one.
pub(crate) struct Section<'a, 'i> {
    /// Its name in messages, for example `identity`; empty for the top level.
    pub(crate) path: String,
    /// Where a missing key is reported.
    pub(crate) span: Range<usize>,
    table: Option<&'a DeTable<'i>>,
    sink: &'a Sink,
}

impl<'a, 'i> Section<'a, 'i> {
    pub(crate) fn root(table: &'a DeTable<'i>, sink: &'a Sink) -> Self {
        let root = Self { path: String::new(), span: 0..0, table: Some(table), sink };
        root.refuse_unknown(keys::of(""));
        root
    }

    /// The section of this name, with its keys checked against the list of known ones.
    pub(crate) fn section(&self, name: &str) -> Section<'a, 'i> {
        let section = match self.entries().find(|entry| entry.key == name) {
            Some(entry) => entry.value.open(entry.key_span),
            None => None,
        };
        let absent = || Section { path: name.to_owned(), span: 0..0, table: None, sink: self.sink };
        let section = section.unwrap_or_else(absent);
        if !keys::of(name).is_empty() {
            section.refuse_unknown(keys::of(name));
        }
        section
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'a, 'i>> {
        self.table.into_iter().flatten().map(|(key, value)| {
            let key_text = key.get_ref().as_ref();
            let path = match self.path.as_str() {
                "" => key_text.to_owned(),
                path => format!("{path}.{key_text}"),
            };
            let value = Value { path, value, sink: self.sink };
            Entry { key: key_text, key_span: key.span(), value }
        })
    }

    pub(crate) fn entry(&self, key: &str) -> Option<Entry<'a, 'i>> {
        self.entries().find(|entry| entry.key == key)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Value<'a, 'i>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The value of a key that must be there.
    pub(crate) fn require(&self, key: &str, help: &str) -> Option<Value<'a, 'i>> {
        let value = self.get(key);
        if value.is_none() {
            let message = format!("missing key `{}.{key}`", self.path);
            self.report(self.span.clone(), Fault::new(Code::MissingKey, message, help));
        }
        value
    }

    /// Reports every key that is not among the known ones.
    pub(crate) fn refuse_unknown(&self, known: &[&str]) {
        for entry in self.entries().filter(|entry| !known.contains(&entry.key)) {
            let help = self.help_for_unknown(entry.key, known);
            let message = format!("unknown key `{}`", shown(entry.key));
            self.report(entry.key_span, Fault::new(Code::UnknownKey, message, help));
        }
    }

    fn help_for_unknown(&self, key: &str, known: &[&str]) -> String {
        if let Some(meant) = suggest::nearest(key, known.iter().copied()) {
            return format!("did you mean `{meant}`?");
        }
        match keys::home_of(key) {
            Some("") if key == keys::VERSION => {
                format!("`{key}` stands above the first `[section]`")
            }
            Some("") => format!("`[{key}]` stands at the top level"),
            Some(home) => format!("`{key}` belongs in `[{home}]`"),
            None => format!("known keys: {}", names(known)),
        }
    }

    pub(crate) fn report(&self, span: Range<usize>, fault: Fault) {
        self.sink.report(span, fault);
    }
}

/// A key and its value.
pub(crate) struct Entry<'a, 'i> {
    pub(crate) key: &'a str,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Value<'a, 'i>,
}

impl Entry<'_, '_> {
    /// Reports a fault of the key.
    pub(crate) fn report_key(&self, fault: Fault) {
        self.value.sink.report(self.key_span.clone(), fault);
    }
}

/// A value of the document, with the path that messages use for it.
#[derive(Clone)]
pub(crate) struct Value<'a, 'i> {
    pub(crate) path: String,
    value: &'a Spanned<DeValue<'i>>,
    sink: &'a Sink,
}

impl<'a, 'i> Value<'a, 'i> {
    pub(crate) fn raw(&self) -> &'a DeValue<'i> {
        self.value.get_ref()
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    pub(crate) fn report(&self, fault: Fault) {
        self.sink.report(self.span(), fault);
    }

    /// Reports a value of the wrong type; `expected` with its article.
    pub(crate) fn wrong_type<T>(&self, expected: &str, help: &str) -> Option<T> {
        let found = match self.raw() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` must be {expected}, but is {found}", self.path);
        self.report(Fault::new(Code::WrongType, message, help));
        None
    }

    /// The table, if it is one; `span` is where its missing keys are reported.
    pub(crate) fn open(&self, span: Range<usize>) -> Option<Section<'a, 'i>> {
        let DeValue::Table(table) = self.raw() else {
            return self
                .wrong_type("a table", &format!("write `[{}]` on a line of its own", self.path));
        };
        Some(Section { path: self.path.clone(), span, table: Some(table), sink: self.sink })
    }

    /// Text that is not empty and passes a check.
    pub(crate) fn text<T>(&self, check: impl Fn(&str) -> Result<T, Fault>) -> Option<T> {
        let DeValue::String(text) = self.raw() else {
            return self.wrong_type("a string", "put the value in double quotes");
        };
        if text.trim().is_empty() {
            let message = format!("`{}` is empty", self.path);
            let help = "write something, or leave the key out";
            self.report(Fault::new(Code::EmptyValue, message, help));
            return None;
        }
        self.checked(check(text))
    }

    /// The result of a check; a fault is reported at this value.
    pub(crate) fn checked<T>(&self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.report(fault)).ok()
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.raw() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong_type("`true` or `false`", "write it without quotes"),
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        let DeValue::Integer(integer) = self.raw() else {
            return self.wrong_type("a whole number", "write it without quotes");
        };
        let digits = integer.as_str().replace('_', "");
        let value = i64::from_str_radix(&digits, integer.radix());
        self.checked(value.map_err(|_| {
            let message = format!("`{}` does not fit in 64 bits", self.path);
            Fault::new(Code::OutOfRange, message, "write a smaller number")
        }))
    }

    /// The elements of an array.
    pub(crate) fn items(&self) -> Option<Vec<Value<'a, 'i>>> {
        let DeValue::Array(array) = self.raw() else {
            return self
                .wrong_type("an array", "put the values in square brackets, even a single one");
        };
        let item = |(index, value)| {
            let path = format!("{}[{index}]", self.path);
            Value { path, value, sink: self.sink }
        };
        Some(array.iter().enumerate().map(item).collect())
    }

    /// As [`Value::items`], with a report when there are none.
    pub(crate) fn some_items(&self) -> Option<Vec<Value<'a, 'i>>> {
        let items = self.items()?;
        if items.is_empty() {
            let message = format!("`{}` is an empty list", self.path);
            let help = "list at least one value, or leave the key out";
            self.report(Fault::new(Code::EmptyValue, message, help));
            return None;
        }
        Some(items)
    }

    /// A list of different texts that each pass a check.
    pub(crate) fn texts(&self, check: impl Fn(&str) -> Result<Str, Fault>) -> Option<List<Str>> {
        let mut texts: Vec<Str> = Vec::new();
        let mut sound = true;
        for item in self.some_items()? {
            match item.text(&check) {
                Some(text) if texts.contains(&text) => {
                    let message = format!("`{}` lists `{}` twice", self.path, shown(&text));
                    item.report(Fault::new(Code::DuplicateValue, message, "remove one of them"));
                }
                Some(text) => texts.push(text),
                None => sound = false,
            }
        }
        sound.then(|| texts.into())
    }
}

/// A value as messages quote it: short, and without characters that disturb a terminal.
pub(crate) fn shown(text: &str) -> String {
    /// Longer values are visible in the excerpt below the message.
    const LONGEST: usize = 60;
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let mut shown: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

/// Names in backticks, for a sentence.
pub(crate) fn names(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

//! A list of names, with the comments in it.

use std::mem;
use std::ops::Range;

use toml::de::{DeArray, DeValue};

/// A list of names, with the comments in it.
#[derive(Default)]
pub(super) struct List {
    items: Vec<Item>,
    /// Comments behind the last name.
    below: Vec<String>,
}

struct Item {
    /// Comments on lines of their own.
    above: Vec<String>,
    /// Nothing where the name needs no entry.
    name: Option<String>,
    /// A comment on the same line.
    beside: Option<String>,
}

impl List {
    /// The list between two brackets; `None` where an item is not a name.
    pub(super) fn of(text: &str, names: &DeArray<'_>, brackets: Range<usize>) -> Option<Self> {
        let mut list = Self::default();
        let mut at = brackets.start + 1;
        for name in names.iter() {
            let DeValue::String(text_of_name) = name.get_ref() else { return None };
            list.gap(text.get(at..name.span().start)?);
            let above = mem::take(&mut list.below);
            let name_text = Some(text_of_name.clone().into_owned());
            list.items.push(Item { above, name: name_text, beside: None });
            at = name.span().end;
        }
        list.gap(text.get(at..brackets.end - 1)?);
        Some(list)
    }

    /// Takes over the comments between two names: one on the line of the first is about that one.
    fn gap(&mut self, gap: &str) {
        let mut comments = gap.split('\n').map(comment);
        let first = comments.next().flatten();
        match self.items.last_mut() {
            Some(item) => item.beside = first,
            None => self.below.extend(first),
        }
        self.below.extend(comments.flatten());
    }

    /// Takes out the names that need no entry, and those that stand twice. Their comments stay.
    pub(super) fn drop_names(&mut self, known: &[String]) {
        let mut seen = known.to_vec();
        for name in self.items.iter_mut().map(|item| &mut item.name) {
            match name {
                Some(text) if seen.contains(text) => *name = None,
                Some(text) => seen.push(text.clone()),
                None => {}
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| item.name.as_deref())
    }

    /// Each name with a purpose, which the author has to say better.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, String)> {
        self.names().map(|name| (name, format!("{name}, a secret of this server")))
    }

    /// Each name with its purpose, as TOML has it.
    pub(super) fn assignments(&self) -> impl Iterator<Item = String> {
        self.entries().map(|(name, purpose)| assignment(name, &purpose))
    }

    pub(super) fn comments(&self) -> impl Iterator<Item = &str> {
        let items = self.items.iter().flat_map(|item| item.above.iter().chain(&item.beside));
        items.chain(&self.below).map(String::as_str)
    }

    /// Entries and comments, each on a line; `lead` stands before every entry.
    pub(super) fn lines(&self, lead: &str) -> Vec<String> {
        let indent = &lead[..lead.len() - lead.trim_start().len()];
        let mut lines = Vec::new();
        let mut entries = self.assignments();
        for Item { above, name, beside } in &self.items {
            lines.extend(above.iter().map(|comment| format!("{indent}{comment}")));
            let entry = name.as_ref().and_then(|_| entries.next());
            match (entry, beside) {
                (Some(entry), Some(comment)) => lines.push(format!("{lead}{entry} {comment}")),
                (Some(entry), None) => lines.push(format!("{lead}{entry}")),
                (None, comment) => {
                    lines.extend(comment.iter().map(|comment| format!("{indent}{comment}")));
                }
            }
        }
        lines.extend(self.below.iter().map(|comment| format!("{indent}{comment}")));
        lines
    }
}

/// The comment on a line that has nothing before it but blanks, commas and brackets.
pub(super) fn comment(line: &str) -> Option<String> {
    line.find('#').map(|at| line[at..].trim_end().to_owned())
}

fn assignment(name: &str, purpose: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    // What JSON escapes, TOML escapes in the same way.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let key =
        if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) };
    format!("{key} = {}", quoted(purpose))
}

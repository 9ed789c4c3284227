//! A client's file with one more server, and everything else as it was.

use serde_json::{Map, Value};

use super::entry::{Entry, Form};
use super::json_text::{Layout, Object, is_relaxed_json, newline, space};
use crate::{Error, Result};

/// Change that a file needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// It says so already.
    Nothing,
    /// The server is new in this text.
    Add(String),
    /// The server was another one.
    Replace(String),
}

/// A file that gets an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merger<'a> {
    pub(super) entry: &'a Entry,
    /// Name of the file in messages.
    pub(super) path: &'a str,
    /// True if another entry of the same name may be replaced.
    pub(super) replace: bool,
}

impl Merger<'_> {
    /// The change for a file with this text; `None` is a file that does not exist.
    ///
    /// # Errors
    ///
    /// When it cannot be read, has another entry of this name, or cannot be changed without losing
    /// something.
    pub(super) fn merge(&self, old: Option<&str>) -> Result<Merge> {
        let old = old.unwrap_or_default();
        // Editors of Windows put it there; it is not part of the text.
        let (mark, text) = match old.strip_prefix('\u{feff}') {
            Some(text) => ("\u{feff}", text),
            None => ("", old),
        };
        let merged = match self.entry.form {
            Form::Json(_) if text.trim().is_empty() => {
                Merge::Add(format!("{}\n", self.entry.fragment()))
            }
            Form::Json(servers) => self.json(text, servers)?,
            Form::Toml(servers) => self.toml(text, servers)?,
        };
        Ok(match merged {
            Merge::Nothing => Merge::Nothing,
            Merge::Add(new) => Merge::Add(format!("{mark}{new}")),
            Merge::Replace(new) => Merge::Replace(format!("{mark}{new}")),
        })
    }

    fn json(&self, text: &str, servers: &str) -> Result<Merge> {
        let before = self.parse_json(text)?;
        let Entry { name, value, .. } = self.entry;
        let start = space(text.as_bytes(), 0);
        let root = Object::at(text, start)
            .ok_or_else(|| self.fault(text, start, "an object is expected here"))?;
        let layout = Layout::of(text, &root);
        let merged = match root.member(servers) {
            None => {
                let servers_value = Map::from_iter([(name.clone(), value.clone())]).into();
                Merge::Add(layout.insert(text, &root, 0, (servers, &servers_value))?)
            }
            Some(member) => {
                let start = member.value.start;
                let not_object =
                    || self.fault(text, start, &format!("`{servers}` is not an object"));
                let inner = Object::at(text, start).ok_or_else(not_object)?;
                match inner.member(name) {
                    None => Merge::Add(layout.insert(text, &inner, 1, (name, value))?),
                    Some(_) if before[servers][name] == *value => return Ok(Merge::Nothing),
                    Some(_) if !self.replace => {
                        return Err(self.other(&format!("{:#}", before[servers][name])));
                    }
                    Some(there) => Merge::Replace(layout.replace(text, there, value)?),
                }
            }
        };
        let (Merge::Add(new) | Merge::Replace(new)) = &merged else { return Ok(merged) };
        let mut expected = before;
        expected[servers][name] = value.clone();
        if serde_json::from_str::<Value>(new).is_ok_and(|found| found == expected) {
            Ok(merged)
        } else {
            Err(self.by_hand("cannot be changed without changing something else"))
        }
    }

    fn parse_json(&self, text: &str) -> Result<Value> {
        serde_json::from_str(text).map_err(|error| {
            if is_relaxed_json(text) {
                return self.by_hand("has comments or trailing commas: only you can change it");
            }
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = error.to_string();
            let message = message.strip_suffix(&place).unwrap_or(&message);
            self.broken(error.line(), error.column(), message)
        })
    }

    fn toml(&self, text: &str, key: &str) -> Result<Merge> {
        let Entry { name, value, .. } = self.entry;
        let mut expected: toml::Table = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            self.fault(text, start, error.message())
        })?;
        let servers = expected
            .entry(key)
            .or_insert_with(|| toml::Table::new().into())
            .as_table_mut()
            .ok_or_else(|| self.by_hand(&format!("has a `{key}` that is no table")))?;
        if let Some(there) = servers.get(name) {
            if serde_json::to_value(there).is_ok_and(|there| there == *value) {
                return Ok(Merge::Nothing);
            }
            return Err(self.other(&there.to_string()));
        }
        let url = value["url"].as_str().unwrap_or_default();
        servers
            .insert(name.clone(), toml::Table::from_iter([("url".to_owned(), url.into())]).into());
        let newline = newline(text);
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        let gap = if text.trim().is_empty() { "" } else { newline };
        let section = self.entry.fragment().replace('\n', newline);
        let new = format!("{text}{end}{gap}{section}{newline}");
        // It is not a section where the servers are written in one line.
        if toml::from_str::<toml::Table>(&new).is_ok_and(|found| found == expected) {
            Ok(Merge::Add(new))
        } else {
            Err(self.by_hand(&format!("has its `{key}` in a form that takes no section")))
        }
    }

    /// A fault at a byte of the file.
    fn fault(&self, text: &str, at: usize, message: &str) -> Error {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        self.broken(line, column, message)
    }

    fn broken(&self, line: usize, column: usize, message: &str) -> Error {
        let column = column.max(1);
        let message = message.trim_end().replace('\n', " ");
        Error::new(format!("{}:{line}:{column}: {message}", self.path))
            .help("nothing was written; correct the file, then run this again")
    }

    fn other(&self, there: &str) -> Error {
        let Entry { form, name, value } = self.entry;
        let (new, change) = match form {
            Form::Json(_) => (format!("{value:#}"), "replace it with `--replace`"),
            // Comments within it would be lost.
            Form::Toml(_) => (self.entry.fragment(), "change it yourself"),
        };
        Error::new(format!("{} has another `{name}`", self.path))
            .output(format!("there: {there}\nnew: {new}"))
            .help(format!("{change}, or choose another name with `--name`"))
    }

    fn by_hand(&self, why: &str) -> Error {
        Error::new(format!("{} {why}", self.path))
            .output(self.entry.fragment())
            .help("nothing was written; put this into it yourself")
    }
}

#[cfg(test)]
mod tests;

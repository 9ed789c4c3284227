//! The place of the old list in the text, and the new section.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::list::{List, comment};
use crate::upgrade::migration::line_break;

/// The place of the old list.
pub(super) struct Place<'a> {
    text: &'a str,
    /// The keys that lead to `required`, from the outermost, each with its value.
    steps: Vec<Step<'a>>,
}

struct Step<'a> {
    key: Range<usize>,
    value: &'a Spanned<DeValue<'a>>,
}

/// The way in which a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `[a.b]`
    Header,
    /// `b = { … }`
    Inline,
    /// `b.c = …`
    Dotted,
}

impl<'a> Place<'a> {
    /// The list of a file or an environment, where `wrangler.secrets` has nothing else.
    pub(super) fn find(text: &'a str, file: &'a DeTable<'a>, home: &[&str]) -> Option<Self> {
        let steps = steps(file, &[home, &["wrangler", "secrets", "required"]].concat())?;
        let place = Self { text, steps };
        (place.table().value.get_ref().as_table()?.len() == 1).then_some(place)
    }

    fn table(&self) -> &Step<'a> {
        &self.steps[self.steps.len() - 2]
    }

    fn required(&self) -> &Step<'a> {
        &self.steps[self.steps.len() - 1]
    }

    pub(super) fn names(&self) -> &'a DeValue<'a> {
        self.required().value.get_ref()
    }

    pub(super) fn brackets(&self) -> Range<usize> {
        self.required().value.span()
    }

    /// The text with the new section in the place of the old one; `None` where that has no header.
    pub(super) fn renamed(&self, target: &[&str], list: &List) -> Option<String> {
        let header = self.table().value.span();
        if form(self.text, self.table().value) != Form::Header {
            return None;
        }
        let (key, end) = (self.required().key.start, self.brackets().end);
        let lead = &self.text[line_start(self.text, key)..key];
        let mut lines = list.lines(lead);
        let mut rest = &self.text[end..];
        let behind = rest.lines().next().unwrap_or_default();
        // It is about the list, which has a line for each name now.
        if let Some(comment) = comment(behind).filter(|_| lines.len() > 1) {
            lines.insert(0, format!("{lead}{comment}"));
            rest = &rest[behind.len()..];
        }
        if lines.is_empty() && behind.trim().is_empty() {
            let line_break = line_break(self.text);
            rest = rest[behind.len()..].strip_prefix(line_break).unwrap_or(rest);
        }
        let lines = lines.join(line_break(self.text));
        // The indentation of the first line is there.
        let lines = lines.strip_prefix(lead).unwrap_or(&lines);
        let (before, between) = (&self.text[..header.start], &self.text[header.end..key]);
        Some(format!("{before}[{}]{between}{lines}{rest}", target.join(".")))
    }

    /// The text without the old list and with its names in a section elsewhere.
    pub(super) fn moved(&self, target: &[&str], list: &List) -> Option<String> {
        let range = self.range();
        let (before, after) = (&self.text[..range.start], &self.text[range.end..]);
        let is_gap = |text: &str| text.starts_with(['\n', '\r']);
        let ends_open = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        let after = if ends_open && is_gap(after) {
            after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after)
        } else {
            after
        };
        let rest = format!("{before}{after}");
        let comments = self.comments(&range);
        if list.names().next().is_none() && comments.is_empty() && list.comments().next().is_none()
        {
            return Some(rest);
        }
        added(&rest, target, comments, list)
    }

    /// All that goes when the list does.
    fn range(&self) -> Range<usize> {
        let table = self.steps.len() - 2;
        let is_inline = |index: &usize| form(self.text, self.steps[*index].value) == Form::Inline;
        let end = match form(self.text, self.table().value) {
            Form::Inline => self.table().value.span().end,
            Form::Header | Form::Dotted => self.brackets().end,
        };
        match (0..table).rev().find(is_inline) {
            Some(outer) => self.with_comma(self.steps[outer + 1].key.start..end),
            None => {
                let start = match form(self.text, self.table().value) {
                    Form::Header => self.table().value.span().start,
                    Form::Inline | Form::Dotted => self.table().key.start,
                };
                comments_start(self.text, line_start(self.text, start))..next_line(self.text, end)
            }
        }
    }

    /// An entry of an inline table, and the comma that separates it from another.
    fn with_comma(&self, Range { start, end }: Range<usize>) -> Range<usize> {
        let after = &self.text[end..];
        if let Some(rest) = after.trim_start().strip_prefix(',') {
            return start..self.text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        match self.text[..start].trim_end().strip_suffix(',') {
            Some(before) => before.len()..end,
            None => start..end,
        }
    }

    /// The comments that go with the list and are not in it.
    fn comments(&self, range: &Range<usize>) -> Vec<String> {
        let brackets = self.brackets();
        let behind =
            if range.end > brackets.end { &self.text[brackets.end..range.end] } else { "" };
        // Nothing but keys, brackets and comments stands before the list.
        let before = self.text[range.start..brackets.start].split('\n');
        before.chain([behind]).filter_map(comment).collect()
    }
}

/// The text with the names in the section `target`, below what it has already.
fn added(text: &str, target: &[&str], mut above: Vec<String>, list: &List) -> Option<String> {
    let line_break = line_break(text);
    let in_lines = |lines: &[String]| -> String {
        lines.iter().map(|line| format!("{line}{line_break}")).collect()
    };
    let document = DeTable::parse(text).ok()?;
    let Some(steps) = steps(document.get_ref(), target) else {
        let gap = match text {
            "" => "",
            text if text.ends_with('\n') => line_break,
            _ => &line_break.repeat(2),
        };
        let (above, lines) = (in_lines(&above), in_lines(&list.lines("")));
        return Some(format!("{text}{gap}{above}[{}]{line_break}{lines}", target.join(".")));
    };
    let table = steps.last()?;
    let last = table.value.get_ref().as_table()?.iter().max_by_key(|(_, value)| value.span().end);
    let last_end = last.map(|(_, value)| value.span().end);
    if form(text, table.value) == Form::Inline {
        let at = last_end.unwrap_or(table.value.span().start + 1);
        let entries: Vec<_> = list.assignments().collect();
        let comma = if last.is_some() && !entries.is_empty() { ", " } else { "" };
        above.extend(list.comments().map(str::to_owned));
        let line = line_start(text, table.key.start);
        let (before, own, after) = (&text[..line], &text[line..at], &text[at..]);
        return Some(format!(
            "{before}{}{own}{comma}{}{after}",
            in_lines(&above),
            entries.join(", ")
        ));
    }
    let at = next_line(text, last_end.unwrap_or(table.value.span().end));
    let lead =
        last.map_or("", |(key, _)| &text[line_start(text, key.span().start)..key.span().start]);
    above.extend(list.lines(lead));
    let (before, after) = text.split_at(at);
    let open = if before.ends_with('\n') { "" } else { line_break };
    Some(format!("{before}{open}{}{after}", in_lines(&above)))
}

fn steps<'a>(file: &'a DeTable<'a>, keys: &[&str]) -> Option<Vec<Step<'a>>> {
    let mut table = Some(file);
    let step = |key: &&str| {
        let (key, value) = table?.get_key_value(*key)?;
        table = value.get_ref().as_table();
        Some(Step { key: key.span(), value })
    };
    keys.iter().map(step).collect()
}

fn form(text: &str, table: &Spanned<DeValue<'_>>) -> Form {
    match text.as_bytes().get(table.span().start) {
        Some(b'[') => Form::Header,
        Some(b'{') => Form::Inline,
        _ => Form::Dotted,
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// The start of the comments that stand directly above a line.
fn comments_start(text: &str, mut line: usize) -> usize {
    while line > 0 {
        let above = line_start(text, line - 1);
        let comment = text[above..line].trim_start_matches('\u{feff}').trim();
        if !comment.starts_with('#') || comment.starts_with("#:schema") {
            break;
        }
        line = above;
    }
    line
}

//! Files of variables as wrangler reads them: `.dev.vars`, in the format of dotenv.

use std::collections::BTreeMap;

/// Every variable with its value; of several with one name the last counts.
pub(crate) fn parse(text: &str) -> BTreeMap<String, String> {
    let text = unix(text);
    entries(&text).map(|entry| (entry.name.to_owned(), entry.value)).collect()
}

/// The text with another value of a variable, everything else as it is; `None` where the variable is
/// not in the text, or the value cannot be written.
pub(crate) fn replace(text: &str, name: &str, value: &str) -> Option<String> {
    let lines = unix(text);
    let last = entries(&lines).filter(|entry| entry.name == name).last()?;
    let mark = MARKS.into_iter().find(|mark| !value.contains([*mark, '\\', '\n', '\r']))?;
    let start = lines.len() - last.tail.len();
    let (before, old) = lines.split_at(start);
    let changed = format!("{before}{mark}{value}{mark}{}", &old[last.length..]);
    Some(if text.contains("\r\n") { changed.replace('\n', "\r\n") } else { changed })
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let found = entry(rest);
            // Otherwise a comment, an empty line, or nothing that dotenv understands.
            rest = found.as_ref().map_or_else(|| line(rest).1, |entry| entry.after);
            if found.is_some() {
                return found;
            }
        }
        None
    })
}

struct Entry<'a> {
    name: &'a str,
    value: String,
    /// The text from the value on, as it is written.
    tail: &'a str,
    /// Length of the value in bytes.
    length: usize,
    /// The text from the next line on.
    after: &'a str,
}

/// The `NAME=value` that a text starts with.
fn entry(text: &str) -> Option<Entry<'_>> {
    let text = without_blanks(text);
    let exported = text.strip_prefix("export").filter(|rest| rest.starts_with(BLANKS));
    let text = exported.map_or(text, without_blanks);
    let is_other = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-');
    let (name, rest) = text.split_at(text.find(is_other)?);
    if name.is_empty() {
        return None;
    }
    let tail = without_blanks(without_blanks(rest).strip_prefix('=')?);
    if let Some((value, length, after)) = quoted(tail) {
        return Some(Entry { name, value, tail, length, after });
    }
    let (value, after) = line(tail);
    let value = value.split('#').next().unwrap_or_default().trim_end();
    Some(Entry { name, value: value.to_owned(), tail, length: value.len(), after })
}

/// A value in quotation marks, which may have several lines; nothing but a comment may follow it.
/// With the number of bytes that it takes, and the text from the next line on.
fn quoted(text: &str) -> Option<(String, usize, &str)> {
    let mark = text.chars().next().filter(|first| MARKS.contains(first))?;
    let inner = &text[1..];
    let end =
        inner.match_indices(mark).map(|(end, _)| end).find(|&end| !inner[..end].ends_with('\\'))?;
    let (comment, after) = line(&inner[end + 1..]);
    let comment = comment.trim_start();
    if !comment.is_empty() && !comment.starts_with('#') {
        return None;
    }
    let value = &inner[..end];
    let is_escaped = mark == '"';
    let value =
        if is_escaped { value.replace("\\n", "\n").replace("\\r", "\r") } else { value.into() };
    Some((value, end + 2, after))
}

const BLANKS: [char; 2] = [' ', '\t'];

/// Quotation marks, the usual ones first.
const MARKS: [char; 3] = ['"', '\'', '`'];

fn without_blanks(text: &str) -> &str {
    text.trim_start_matches(BLANKS)
}

/// The first line, and what follows it.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, name: &str) -> Option<String> {
        parse(text).get(name).cloned()
    }

    #[test]
    fn values_are_read_as_wrangler_reads_them() {
        for (text, expected) in [
            ("A=one", "one"),
            ("  A = one two  # three", "one two"),
            ("export A=one\r\n", "one"),
            ("A=\"one # two\" # three", "one # two"),
            ("A='one\\ntwo'", "one\\ntwo"),
            ("A=\"one\\ntwo\"", "one\ntwo"),
            ("A=`one`", "one"),
            ("A=\"one\ntwo\"\nB=3", "one\ntwo"),
            ("A=\"one", "\"one"),
            ("A=", ""),
            ("A=\"\"", ""),
            ("A=one\nA=two", "two"),
            ("# B=1\n\nnothing\nA=one=two", "one=two"),
            ("\u{feff}A=one", "one"),
        ] {
            assert_eq!(value(text, "A").as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(value("A=\"one\ntwo\"\nB=3", "B").as_deref(), Some("3"));
        assert_eq!(value("A", "A"), None);
        assert_eq!(value("=A\n", ""), None);
    }

    #[test]
    fn a_value_is_replaced_and_nothing_else() {
        for (text, expected) in [
            ("# A=1\nA=one # three\nB=2\n", "# A=1\nA=\"new\" # three\nB=2\n"),
            ("export A = 'one'\r\nB=2\r\n", "export A = \"new\"\r\nB=2\r\n"),
            ("A=\"one\ntwo\"\nB=2", "A=\"new\"\nB=2"),
            ("A=one\nA=two", "A=one\nA=\"new\""),
            ("A=", "A=\"new\""),
            ("\u{feff}A=one", "\u{feff}A=\"new\""),
        ] {
            assert_eq!(replace(text, "A", "new").as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(replace("B=1", "A", "new"), None);
        assert_eq!(replace("A=1", "A", "a\"b").as_deref(), Some("A='a\"b'"));
        assert_eq!(replace("A=1", "A", "a\nb"), None);
    }
}

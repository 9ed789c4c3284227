//! The edge to the terminal: nothing that comes from elsewhere steers it.
//!
//! A server's words can hold escape sequences, which move the cursor, write to the clipboard or make a
//! line look like another program's. `call` writes through here only; clippy refuses any other way.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::io::{self, IsTerminal, Write, stderr, stdout};

use crate::{Doing, Error, Result};

/// The text as it may be shown: line breaks and tabs stay, escape sequences go, and any other
/// character that is not shown as itself is replaced.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\u{1b}' if rest.next_if_eq(&'[').is_some() => skip_sequence(&mut rest),
            '\u{9b}' => skip_sequence(&mut rest),
            c if is_hidden(c) => shown.push(char::REPLACEMENT_CHARACTER),
            c => shown.push(c),
        }
    }
    shown
}

/// Parameters and the letter that ends a control sequence (ECMA-48 section 5.4).
fn skip_sequence(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while rest.next_if(|c| (' '..='?').contains(c)).is_some() {}
    rest.next_if(|c| ('@'..='~').contains(c));
}

/// Control characters, and those that change the direction of what follows.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// JSON that a program reads as it was: what would not be shown is escaped.
pub(crate) fn json_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // The others are escaped already, or lay it out.
        if is_hidden(c) && c != '\n' {
            shown.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A line for people.
pub(crate) fn note(text: &str) {
    eprintln!("{}", printable(text));
}

/// A question; the answer follows on the same line.
pub(crate) fn ask(text: &str) -> Result<()> {
    eprint!("{}", printable(text));
    stderr().flush().doing(|| "write to the terminal".to_owned())
}

/// A line of the answer.
pub(crate) fn line(text: &str) -> Result<()> {
    write(&printable(text))
}

/// The same, byte for byte where a program reads it.
pub(crate) fn content(text: &str) -> Result<()> {
    if stdout().is_terminal() { line(text) } else { write(text) }
}

/// JSON on stdout.
pub(crate) fn json(value: &serde_json::Value) -> Result<()> {
    let text = serde_json::to_string_pretty(value).doing(|| "write JSON".to_owned())?;
    write(&json_text(&text))
}

/// Whoever closed stdout has read enough.
fn write(text: &str) -> Result<()> {
    match writeln!(stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(format!("cannot write the answer: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_escape_sequence_and_no_hidden_character_is_left() {
        for (text, expected) in [
            ("plain\n\ttext", "plain\n\ttext"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hx", "x"),
            ("\u{9b}2Jx", "x"),
            ("\u{1b}]52;c;cGF5\u{7}x", "\u{fffd}]52;c;cGF5\u{fffd}x"),
            ("a\rb\r\nc", "a\u{fffd}b\nc"),
            ("\u{202e}gpj.exe", "\u{fffd}gpj.exe"),
            ("\u{1b}", "\u{fffd}"),
            ("\u{1b}[", ""),
            ("zoë ✓ 日本", "zoë ✓ 日本"),
        ] {
            assert_eq!(printable(text), expected, "{text:?}");
        }
    }

    #[test]
    fn json_says_the_same_without_hidden_characters() {
        let value = serde_json::json!({"a": "\u{1b}[2J\u{9b}\u{7f}\u{202e}é\n"});
        let text = json_text(&serde_json::to_string_pretty(&value).expect("JSON"));
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }
}

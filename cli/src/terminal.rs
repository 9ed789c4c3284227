//! The edge to the terminal: nothing that comes from elsewhere steers it.
//!
//! A server's words can hold escape sequences, which move the cursor, write to the clipboard or make a
//! line look like another program's. `call` writes through here only; clippy refuses any other way.
#![allow(clippy::print_stderr, clippy::print_stdout)]

use std::any::Any;
use std::io::{self, IsTerminal, Write, stderr, stdout};
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use crate::printable::{is_hidden, printable};
use crate::{Doing, Error, Result};

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

fn write(text: &str) -> Result<()> {
    print(&format!("{text}\n"))
}

/// Text on stdout as it is. Whoever closed stdout has read enough.
pub(crate) fn print(text: &str) -> Result<()> {
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Message of the standard library's macros where they cannot print.
const NOT_PRINTED: &str = "failed printing to stdout: ";

/// Runs a command. One whose stdout is closed while it prints, as by `| head -1`, ends without a word.
pub fn until_stdout_is_closed(command: impl FnOnce() -> ExitCode) -> ExitCode {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !is_unprinted(info.payload()) {
            hook(info);
        }
    }));
    panic::catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|payload| {
        if !is_unprinted(&*payload) {
            panic::resume_unwind(payload);
        }
        // As a shell tells of a program that ended by SIGPIPE.
        ExitCode::from(141)
    })
}

fn is_unprinted(payload: &(dyn Any + Send)) -> bool {
    payload.downcast_ref::<String>().is_some_and(|text| text.starts_with(NOT_PRINTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_the_same_without_hidden_characters() {
        let value = serde_json::json!({"a": "\u{1b}[2J\u{9b}\u{7f}\u{202e}é\n"});
        let text = json_text(&serde_json::to_string_pretty(&value).expect("JSON"));
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }
}

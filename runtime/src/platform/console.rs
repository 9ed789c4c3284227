//! The Worker's log, apart from the audit trail. What is logged may hold text from outside: the error of
//! an identity provider, the words of a panic. So each line begins with words of ours, and none can pass
//! for a line of the audit trail.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// Logs an error, in the manner of `format!`.
macro_rules! log_error {
    ($($argument:tt)*) => {
        $crate::platform::console::error(format_args!($($argument)*))
    };
}

pub(crate) use log_error;

const PREFIX: &str = "toolgate: ";

/// The beginning of the lines of a text after the first.
const INDENT: &str = "\n  | ";

/// Logs an error.
pub(crate) fn error(text: fmt::Arguments<'_>) {
    let line = prefixed(&text.to_string());
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    crate::platform::native::console::error(&line);
}

/// Logs an event as one line of JSON, which nothing in its texts can end.
pub(crate) fn event(event: &Value) {
    let line = one_line(&event.to_string());
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    crate::platform::native::console::error(&line);
}

/// The JSON with all control characters escaped: JSON itself leaves some as they are.
fn one_line(json: &str) -> String {
    let mut line = String::new();
    for character in json.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            let _ = write!(line, "\\u{:04x}", u32::from(character));
        } else {
            line.push(character);
        }
    }
    line
}

fn prefixed(text: &str) -> String {
    let mut line = String::from(PREFIX);
    for character in text.chars() {
        match character {
            '\n' => line.push_str(INDENT),
            '\t' => line.push(' '),
            // Terminals obey these, and some viewers take a carriage return for a new line.
            control if control.is_control() || matches!(control, '\u{2028}' | '\u{2029}') => {
                let _ = write!(line, "{}", control.escape_default());
            }
            character => line.push(character),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_of_json_whatever_its_texts_say() {
        let event = serde_json::json!({ "error": "a\nb\r\u{2028}c\u{7f}\u{85}d" });
        let line = one_line(&event.to_string());
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{2028}'), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).ok(), Some(event));
    }

    #[test]
    fn no_line_of_a_text_passes_for_one_of_the_audit_trail() {
        let forged = "{\"toolgate\":\"audit\"}";
        for text in ["", "x\n", "x\r", "x\r\n", "x\u{2028}", "\u{1b}[2K\r"] {
            let logged = prefixed(&format!("{text}{forged}"));
            let lines = logged.split(['\n', '\r', '\u{2028}']);
            assert!(lines.clone().all(|line| !line.starts_with('{')), "{logged}");
            assert!(!logged.contains(['\r', '\u{1b}', '\u{2028}']), "{logged}");
        }
        assert_eq!(prefixed("one\ntwo"), "toolgate: one\n  | two");
    }
}

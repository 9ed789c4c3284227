//! Text that does not steer a terminal.

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
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
}

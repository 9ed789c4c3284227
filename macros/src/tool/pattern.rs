//! `pattern = "…"` of `#[arg]`: a regular expression that clients and the server read alike.
//!
//! The schema has it as it is written: ECMA-262 with the flag `u`, as JSON Schema recommends. The
//! server matches with `regex-lite`. What only one of them knows is refused; what the two read in
//! different ways is rewritten for the server.

use std::iter::Peekable;
use std::str::Chars;

use regex_lite::Regex;

use crate::errors::Errors;
use crate::function::types::Plain;
use crate::options::Entry;

/// `.` of ECMA-262: anything but an end of a line.
const ANY: &str = r"[^\n\r\u{2028}\u{2029}]";

/// `\s` of ECMA-262, inside of brackets.
const SPACE: &str =
    r"\t\n\v\f\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// `\S` of ECMA-262, inside of brackets.
const NOT_SPACE: &str = r"\x00-\x08\x0e-\x1f\x21-\u{9f}\u{a1}-\u{167f}\u{1681}-\u{1fff}\u{200b}-\u{2027}\u{202a}-\u{202e}\u{2030}-\u{205e}\u{2060}-\u{2fff}\u{3001}-\u{fefe}\u{ff00}-\u{10ffff}";

const HELP: &str = "write it with `. [a-z] [^a-z] \\d \\w \\s \\b ^ $ | (…) (?:…) * + ? {2,5}`, \
                    which clients and the server read alike; it matches anywhere in the text \
                    unless it has `^` and `$`";

/// A checked pattern.
pub(crate) struct Pattern {
    /// As clients read it.
    pub(crate) written: String,
    /// As `regex-lite` reads it.
    pub(crate) matched: String,
    regex: Regex,
}

/// Reads the option.
pub(crate) fn check(entry: &Entry, plain: Option<Plain<'_>>, errors: &Errors) -> Option<Pattern> {
    let text = entry.text(errors)?;
    if !matches!(plain, Some(Plain::Text)) {
        let help = "it is for `String`; numbers have `range`";
        errors.report(&entry.key, "this parameter cannot have a pattern", help);
        return None;
    }
    match Pattern::new(text.value()) {
        Ok(pattern) => Some(pattern),
        Err(message) => {
            errors.report(&text, message, HELP);
            None
        }
    }
}

impl Pattern {
    fn new(written: String) -> Result<Self, String> {
        if written.is_empty() {
            return Err("this pattern allows everything".to_owned());
        }
        let mut reader = Reader { rest: written.chars().peekable(), out: String::new() };
        reader.alternatives()?;
        let matched = reader.out;
        let regex = Regex::new(&matched).map_err(|error| format!("this is no pattern: {error}"))?;
        Ok(Self { written, matched, regex })
    }

    /// True if a text is allowed.
    pub(crate) fn allows(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Message for the caller.
    pub(crate) fn violation(&self) -> String {
        format!("must match the pattern {}", self.written)
    }
}

/// Reads a pattern as ECMA-262 does, and writes it for `regex-lite`, which reports what is not in
/// balance.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Result<(), String> {
        // Whether something stands before that can be repeated.
        let mut repeatable = false;
        while let Some(c) = self.rest.next() {
            repeatable = match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' | '{' if !repeatable => {
                    return Err(format!("`{c}` repeats nothing here; itself it is `\\{c}`"));
                }
                '*' | '+' | '?' | '{' => self.repetition(c)?,
                ']' | '}' => {
                    return Err(format!("`{c}` closes nothing here; itself it is `\\{c}`"));
                }
                '.' => self.atom(ANY),
                c => {
                    self.out.push(c);
                    !matches!(c, '^' | '$' | '|')
                }
            };
        }
        Ok(())
    }

    fn atom(&mut self, text: &str) -> bool {
        self.out.push_str(text);
        true
    }

    fn group(&mut self) -> Result<bool, String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_some() {
            if self.rest.next_if_eq(&':').is_none() {
                return Err("of the groups with `(?` only `(?:…)` is known everywhere".to_owned());
            }
            self.out.push_str("?:");
        }
        Ok(false)
    }

    fn repetition(&mut self, begin: char) -> Result<bool, String> {
        self.out.push(begin);
        if begin == '{' {
            let mut counts = String::new();
            while let Some(c) = self.rest.next_if(|c| c.is_ascii_digit() || *c == ',') {
                counts.push(c);
            }
            let (first, more) = counts.split_once(',').unwrap_or((&counts, ""));
            if first.is_empty() || more.contains(',') || self.rest.next_if_eq(&'}').is_none() {
                return Err("a repetition is `{2}`, `{2,}` or `{2,5}`; `{` itself is `\\{`".into());
            }
            self.out.push_str(&counts);
            self.out.push('}');
        }
        // As few times as possible.
        self.out.extend(self.rest.next_if_eq(&'?'));
        Ok(false)
    }

    /// Reads what follows a backslash outside of brackets. True if it can be repeated.
    fn escape(&mut self) -> Result<bool, String> {
        match self.rest.next() {
            Some('s') => Ok(self.atom(&format!("[{SPACE}]"))),
            Some('S') => Ok(self.atom(&format!("[^{SPACE}]"))),
            Some('b') => {
                self.out.push_str("\\b");
                Ok(false)
            }
            Some(c @ ('d' | 'D' | 'w' | 'W')) => Ok(self.atom(&format!("\\{c}"))),
            c => self.character(c, false).map(|()| true),
        }
    }

    /// A backslash and one character, which stand for a character.
    fn character(&mut self, escaped: Option<char>, in_class: bool) -> Result<(), String> {
        let Some(c) = escaped else {
            return Err("a pattern cannot end with a backslash".to_owned());
        };
        match c {
            '/' => self.out.push('/'),
            '-' if in_class => self.out.push_str("\\-"),
            't' | 'n' | 'r' | 'f' | 'v' => self.out.extend(['\\', c]),
            c if "^$\\.*+?()[]{}|".contains(c) => self.out.extend(['\\', c]),
            'x' => return self.code(c, 2),
            'u' => return self.code(c, 4),
            c => return Err(format!("`\\{c}` does not mean the same everywhere")),
        }
        Ok(())
    }

    fn code(&mut self, kind: char, digits: usize) -> Result<(), String> {
        self.out.extend(['\\', kind]);
        for _ in 0..digits {
            let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) else {
                return Err(format!("`\\{kind}` has {digits} hexadecimal digits"));
            };
            self.out.push(digit);
        }
        Ok(())
    }

    /// Reads what follows `[`. True if it can be repeated.
    fn class(&mut self) -> Result<bool, String> {
        self.out.push('[');
        self.out.extend(self.rest.next_if_eq(&'^'));
        if self.rest.peek() == Some(&']') {
            return Err("there is nothing in these brackets; `]` itself is `\\]`".to_owned());
        }
        let mut is_range = false;
        while let Some(c) = self.rest.next() {
            if c == ']' {
                self.out.push(']');
                return Ok(true);
            }
            let is_set = self.member(c)?;
            // `-` at an end of the brackets is itself; elsewhere it stands between two characters.
            let dash = self.rest.peek() == Some(&'-') && {
                let mut ahead = self.rest.clone();
                ahead.next();
                ahead.next() != Some(']')
            };
            if is_set && (is_range || dash) {
                return Err("`-` stands between two characters; itself it is `\\-`".to_owned());
            }
            is_range = dash && !is_range;
            if is_range {
                self.out.extend(self.rest.next());
            } else if dash {
                return Err("`-` after a range is written `\\-`".to_owned());
            }
        }
        Err("`[` is not closed; itself it is `\\[`".to_owned())
    }

    /// One member of a class; whether it stands for several characters.
    fn member(&mut self, c: char) -> Result<bool, String> {
        match c {
            '\\' => match self.rest.next() {
                Some('s') => return Ok(self.atom(SPACE)),
                Some('S') => return Ok(self.atom(NOT_SPACE)),
                Some(c @ ('d' | 'D' | 'w' | 'W')) => return Ok(self.atom(&format!("\\{c}"))),
                c => self.character(c, true)?,
            },
            '[' => return Err("`[` in brackets is written `\\[`".to_owned()),
            // Doubled they mean something to `regex-lite`, and to the `v` flag of ECMA-262.
            '&' | '~' | '-' => {
                if self.rest.peek() == Some(&c) {
                    return Err(format!(
                        "`{c}{c}` in brackets means nothing; leave one of them out"
                    ));
                }
                self.out.extend((c != '&').then_some('\\').into_iter().chain([c]));
            }
            c => self.out.push(c),
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[&str] = &[
        "",
        "(",
        ")",
        "[",
        "a)",
        "[a",
        "*a",
        "a**",
        "a+*",
        "^*",
        "(*a)",
        "|+",
        "a{",
        "a{,2}",
        "a{1",
        "a{ 1 }",
        "a{1,2,3}",
        "a{2,1}",
        "]",
        "}",
        "[]",
        "[]a]",
        "[^]",
        "[[:alpha:]]",
        "[a&&b]",
        "[a--b]",
        "[a~~b]",
        "[z-a]",
        r"[\d-z]",
        r"[a-\d]",
        r"[a-\s]",
        r"[\s-a]",
        "[a-c-e]",
        r"[\b]",
        "(?i)a",
        "(?i:a)",
        "(?P<n>a)",
        "(?<n>a)",
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        r"\1",
        r"\0",
        r"\A",
        r"\z",
        r"\B",
        r"\pL",
        r"\p{L}",
        r"\x{41}",
        r"\u{41}",
        r"\U00000041",
        r"\ud83d",
        r"\u12",
        r"\xg0",
        r"\a",
        r"\-",
        r"\ ",
        r"\#",
        r"\<",
        r"\b+",
        r"\b{start}",
        "a\\",
    ];

    fn allows(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern.to_owned()).unwrap_or_else(|e| panic!("{pattern}: {e}")).allows(text)
    }

    #[test]
    fn a_pattern_matches_as_in_ecma_262() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("^[a-z]+$", &["abc"], &["", "aB", "abc\n"]),
            ("b", &["abc"], &["ac"]),
            (r"^[A-Z]{2}-\d{4,}$", &["AB-1234"], &["AB-123", "ab-1234", "AB-١٢٣٤"]),
            ("^a.c$", &["abc", "a😀c"], &["a\nc", "a\rc", "a\u{2028}c"]),
            (r"^\s+$", &[" \t\u{a0}\u{feff}\u{3000}"], &["\u{85}", "a"]),
            (r"^\S$", &["a", "\u{85}", "😀"], &["\u{feff}", " "]),
            (r"^[\S]$", &["a", "\u{85}", "😀", "\u{ff01}"], &["\u{feff}", " ", "\u{2003}"]),
            (r"^[^\s@]+@[^\s@]+$", &["a@b"], &["a b@c", "a@"]),
            (r"^\w+$", &["a_1"], &["ä"]),
            (r"\bcat\b", &["a cat", "ätcät cat"], &["cats"]),
            (r"^(?:ab|cd)+?$", &["abcd"], &["abc"]),
            (r"^(a|b)?[-.\-\]^]{1,2}$", &["a-", ".^", "]"], &["", "a---"]),
            (r"^[a-]$", &["a", "-"], &["b"]),
            (r"^[~&]$", &["~", "&"], &["a"]),
            (r"^\u00e9\x41\/\t$", &["éA/\t"], &["eA/\t"]),
            ("^$", &[""], &["\n", "a"]),
        ];
        for (pattern, matching, others) in cases {
            for text in *matching {
                assert!(allows(pattern, text), "{pattern} {text:?}");
            }
            for text in *others {
                assert!(!allows(pattern, text), "{pattern} {text:?}");
            }
        }
    }

    #[test]
    fn what_clients_and_server_would_read_in_different_ways_is_refused() {
        for pattern in REFUSED {
            assert!(Pattern::new((*pattern).to_owned()).is_err(), "{pattern} was taken");
        }
    }
}

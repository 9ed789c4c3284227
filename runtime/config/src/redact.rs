//! Finds the values of secret-looking keys, so that no excerpt of a file ever shows one.
//!
//! The file may be anything, including broken TOML, so this is a tokenizer of its own that errs
//! towards hiding: a value is hidden unless it is a plain variable name.

use std::ops::Range;

use crate::names::is_variable_name;

/// Endings and parts of key names whose values are not for the screen.
const ENDINGS: &[&str] = &["_key", "_token", "secret", "password", "passwd", "credential"];
const PARTS: &[&str] = &["secret_", "password_", "credential", "private_key"];

/// Parts of names of keys that are meant to be seen, for example of a CAPTCHA's site key.
const PUBLIC_PARTS: &[&str] = &["public", "publishable", "site_key"];

/// The section of the server's own secrets. It has their purposes, and somebody may take it for the place
/// of their values.
const SECRETS: &str = "secrets";

/// True where a key of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    if PUBLIC_PARTS.iter().any(|part| name.contains(part)) {
        return false;
    }
    matches!(name.as_str(), "key" | "token")
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
        || PARTS.iter().any(|part| name.contains(part))
}

/// Byte ranges of a TOML source that hold the values of secret-looking keys.
pub(crate) fn secrets(source: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut secret: Option<Secret> = None;
    let mut depth = 0_usize;
    let mut is_in_secrets = false;
    let mut at = 0;
    while let Some((kind, end)) = next_token(source, at) {
        let text = &source[at..end];
        match kind {
            Token::Open => {
                if depth == 0 && begins_line(source, at) {
                    is_in_secrets = is_header_of_secrets(&source[at..]);
                }
                depth += 1;
            }
            Token::Close => depth = depth.saturating_sub(1),
            Token::Assign => secret = secret.map(|secret| Secret { assigned: true, ..secret }),
            Token::Newline => secret = secret.filter(|secret| depth > secret.depth),
            Token::Comma => secret = secret.filter(|secret| depth != secret.depth),
            Token::Comment if is_comment_on_secret(text) => found.push(at..end),
            Token::Word if has_credentials(text) => found.push(at..end),
            Token::Word => match secret {
                None if is_key(source, end) && (is_in_secrets || names_secrets(unquoted(text))) => {
                    secret = Some(Secret { depth, assigned: false });
                }
                Some(secret)
                    if secret.is_value(depth, source, end) && !is_variable_name(unquoted(text)) =>
                {
                    found.push(at..end);
                }
                _ => {}
            },
            Token::Comment | Token::Blank => {}
        }
        secret = secret.filter(|secret| depth >= secret.depth);
        at = end;
    }
    found
}

/// The secret-looking key whose value is being read.
#[derive(Clone, Copy)]
struct Secret {
    /// The number of brackets around the key.
    depth: usize,
    /// Set once its `=` has been read.
    assigned: bool,
}

impl Secret {
    /// True where the word that ends at `end` is (part of) the value, not a key of an inline table.
    fn is_value(self, depth: usize, source: &str, end: usize) -> bool {
        self.assigned && (depth == self.depth || !is_key(source, end))
    }
}

#[derive(Clone, Copy)]
enum Token {
    Comment,
    Newline,
    Comma,
    Assign,
    Open,
    Close,
    /// A quoted text (to the end of the line when the closing quote is missing), or anything else
    /// without blanks: a bare key, a number, an unquoted value.
    Word,
    Blank,
}

/// The token at `at` and where it ends.
fn next_token(source: &str, at: usize) -> Option<(Token, usize)> {
    let rest = &source[at..];
    let first = rest.chars().next()?;
    let (kind, length) = match first {
        '#' => (Token::Comment, line_length(rest)),
        '\n' => (Token::Newline, 1),
        ',' => (Token::Comma, 1),
        '[' | '{' => (Token::Open, 1),
        ']' | '}' => (Token::Close, 1),
        '"' | '\'' => (Token::Word, text_length(rest, first)),
        '=' => (Token::Assign, 1),
        '.' | ' ' | '\t' | '\r' => (Token::Blank, 1),
        _ => (Token::Word, rest.find(|c| " \t\r\n=,[]{}#\"'.".contains(c)).unwrap_or(rest.len())),
    };
    Some((kind, at + length))
}

/// Length of the quoted text that `rest` begins with.
fn text_length(rest: &str, quote: char) -> usize {
    let triple: String = [quote; 3].iter().collect();
    if let Some(body) = rest.strip_prefix(&triple) {
        return body.find(&triple).map_or(rest.len(), |end| end + 2 * triple.len());
    }
    let mut escaped = false;
    for (offset, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return offset,
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return offset + 1,
            _ => {}
        }
    }
    rest.len()
}

/// True for a key that holds a secret, and for that of a table of secrets.
fn names_secrets(key: &str) -> bool {
    key == SECRETS || is_secret_name(key)
}

fn begins_line(source: &str, at: usize) -> bool {
    let before = source[..at].trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\u{feff}'])
}

/// `[secrets]`, alone or in an environment.
fn is_header_of_secrets(rest: &str) -> bool {
    let header = rest[..line_length(rest)].split(']').next().unwrap_or_default();
    header.rsplit(['.', '[']).next().is_some_and(|last| unquoted(last.trim()) == SECRETS)
}

fn line_length(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// True where the token that ends here is followed by `=`, or by `.` and so is part of a key.
fn is_key(source: &str, end: usize) -> bool {
    source[end..].trim_start_matches([' ', '\t']).starts_with(['=', '.'])
}

/// `https://user:password@host`.
fn has_credentials(text: &str) -> bool {
    let after_scheme = text.split_once("://").map(|(_, rest)| rest);
    after_scheme
        .is_some_and(|rest| rest.split(['/', '?', '#']).next().unwrap_or(rest).contains('@'))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// `# client_secret = "…"`: somebody kept the old value.
fn is_comment_on_secret(comment: &str) -> bool {
    comment.trim_start_matches(['#', ' ']).split_once('=').is_some_and(|(key, value)| {
        let value = unquoted(value.trim());
        is_secret_name(key.trim()) && !value.starts_with('{') && !is_variable_name(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(source: &str) -> Vec<&str> {
        secrets(source).into_iter().map(|range| &source[range]).collect()
    }

    #[test]
    fn values_of_secret_keys_are_found() {
        assert_eq!(hidden("client_secret = \"abc\"\nname = \"x\""), ["\"abc\""]);
        assert_eq!(hidden("[a]\nAPI_TOKEN = 'abc' # c"), ["'abc'"]);
        assert_eq!(hidden("a = { encryption_key = \"x y\", name = \"z\" }"), ["\"x y\""]);
        assert_eq!(hidden("password = 123"), ["123"]);
        assert_eq!(hidden("api_key = [\"a\", \"b\"]\nb = \"c\""), ["\"a\"", "\"b\""]);
    }

    #[test]
    fn everything_in_a_section_of_secrets_is_found() {
        for header in
            ["[secrets]", "[env.preview.secrets]", "\u{feff} [ env . \"a\" . 'secrets' ] # c"]
        {
            let source =
                format!("{header}\nWEATHER = \"abc\"\n\"b c\" = 1 # d\n[server]\nname = \"x\"");
            assert_eq!(hidden(&source), ["\"abc\"", "1"], "{source}");
        }
        assert_eq!(hidden("secrets = { WEATHER = \"a b\" }\nname = \"x\""), ["\"a b\""]);
        assert_eq!(hidden("env.preview.secrets.WEATHER = \"abc\""), ["\"abc\""]);
        assert_eq!(hidden("[server]\nlist = [\n[ \"secrets\" ],\n]\nname = \"x\""), [""; 0]);
    }

    #[test]
    fn broken_and_multi_line_values_are_found() {
        assert_eq!(hidden("client_secret = \"abc\nname = \"x\""), ["\"abc"]);
        assert_eq!(hidden("client_secret = \"\"\"a\nb\"\"\"\nc = \"d\""), ["\"\"\"a\nb\"\"\""]);
        assert_eq!(hidden("client_secret = \"a\\\"b\""), ["\"a\\\"b\""]);
        assert_eq!(hidden("client_secret = abc def"), ["abc", "def"]);
        assert_eq!(hidden("client_secret = abc=="), ["abc"]);
        assert_eq!(hidden("client_secret = abc.def"), ["abc", "def"]);
    }

    #[test]
    fn names_of_variables_stay_readable() {
        assert_eq!(hidden("client_secret = { var = \"ACCESS_CLIENT_SECRET\" }"), [""; 0]);
        assert_eq!(hidden("client_secret.var = \"ACCESS_CLIENT_SECRET\""), [""; 0]);
        assert_eq!(hidden("client_secret = { var = \"hunter2\" }"), ["\"hunter2\""]);
    }

    #[test]
    fn addresses_with_credentials_are_found() {
        assert_eq!(hidden("url = \"https://u:p@a.b/c\""), ["\"https://u:p@a.b/c\""]);
        assert_eq!(hidden("url = \"https://a.b/c@d\""), [""; 0]);
    }

    #[test]
    fn public_keys_stay_readable() {
        assert_eq!(hidden("TURNSTILE_SITE_KEY = \"abc\"\nPUBLIC_KEY = \"abc\""), [""; 0]);
    }

    #[test]
    fn other_keys_stay_readable() {
        let source = "token_url = \"https://x\"\naccess_token_ttl = \"1h\"\n[tokens]\n# don't = 'x'\nname = \"y\"";
        assert_eq!(hidden(source), [""; 0]);
    }

    #[test]
    fn a_secret_in_a_comment_is_found() {
        assert_eq!(hidden("a = 1 # client_secret = \"abc\""), ["# client_secret = \"abc\""]);
        assert_eq!(hidden("# client_secret = { var = \"X\" }"), [""; 0]);
    }

    #[test]
    fn dotted_and_quoted_keys_are_recognised() {
        assert_eq!(hidden("vars.SESSION_KEY = \"abc\""), ["\"abc\""]);
        assert_eq!(hidden("\"client_secret\" = \"abc\""), ["\"abc\""]);
    }
}

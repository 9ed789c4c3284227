//! `WWW-Authenticate: Bearer …` (RFC 6750 section 3, RFC 9728 section 5.1).

use super::http::HttpAnswer;

/// Challenge of the server.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) error: Option<String>,
    pub(super) scope: Option<String>,
    pub(super) resource_metadata: Option<String>,
}

impl Challenge {
    pub(super) fn of(answer: &HttpAnswer) -> Self {
        let values = answer.headers.get_all("www-authenticate").iter();
        let bearer = values.filter_map(|value| value.to_str().ok()).find_map(|value| {
            let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value, ""));
            scheme.eq_ignore_ascii_case("bearer").then_some(rest)
        });
        bearer.map(Self::parse).unwrap_or_default()
    }

    fn parse(mut text: &str) -> Self {
        let mut challenge = Self::default();
        while let Some((name, rest)) = text.split_once('=') {
            let (value, rest) = value(rest);
            match name.trim().trim_start_matches([',', ' ']).to_ascii_lowercase().as_str() {
                "error" => challenge.error = Some(value),
                "scope" => challenge.scope = Some(value),
                "resource_metadata" => challenge.resource_metadata = Some(value),
                _ => {}
            }
            text = rest;
        }
        challenge
    }
}

/// A token or a quoted string, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            _ => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_names_scopes_and_metadata_in_any_order() {
        let text = r#"realm="a \"b\", c", error=insufficient_scope, scope="mcp files:read", resource_metadata="https://a.example/x?y=1""#;
        let expected = Challenge {
            error: Some("insufficient_scope".to_owned()),
            scope: Some("mcp files:read".to_owned()),
            resource_metadata: Some("https://a.example/x?y=1".to_owned()),
        };
        assert_eq!(Challenge::parse(text), expected);
    }
}

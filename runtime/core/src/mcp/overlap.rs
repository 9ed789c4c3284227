//! Templates that can match the same URI. For tests and tools of the host; a Worker does not contain it.

use std::collections::{HashMap, VecDeque};

use super::template;

/// A URI that both templates match, where there is one.
#[must_use]
pub fn shared_uri(one: &str, other: &str) -> Option<String> {
    let (ones, others) = (one.split('/'), other.split('/'));
    if ones.clone().count() != others.clone().count() {
        return None;
    }
    // One character for each variable would do, but for `.` and `..`, which are not values.
    [2, 1].into_iter().find_map(|shortest| {
        let segments = ones.clone().zip(others.clone());
        let segments =
            segments.map(|(one, other)| common(&tokens(one, shortest)?, &tokens(other, shortest)?));
        let uri = segments.collect::<Option<Vec<String>>>()?.join("/");
        let matches = |pattern| template::read(pattern, &uri).is_some();
        (matches(one) && matches(other)).then_some(uri)
    })
}

/// A part of a pattern for one segment.
#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// This character.
    Literal(char),
    /// Any character.
    One,
    /// Any characters, or none.
    Many,
}

/// The pattern of a segment, whose variables have at least so many characters. `None` for one that is
/// no pattern.
fn tokens(segment: &str, shortest: usize) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = segment;
    while let Some((literal, tail)) = rest.split_once('{') {
        tokens.extend(template::decoded(literal).chars().map(Token::Literal));
        tokens.extend(std::iter::repeat_n(Token::One, shortest));
        tokens.push(Token::Many);
        rest = tail.split_once('}')?.1;
    }
    tokens.extend(template::decoded(rest).chars().map(Token::Literal));
    Some(tokens)
}

/// Positions in the two patterns.
type State = (usize, usize);

/// The predecessor of each state, and the character that led from it.
type Ways = HashMap<State, (State, Option<char>)>;

/// The shortest text that fits both, escaped as in a URI.
fn common(one: &[Token], other: &[Token]) -> Option<String> {
    let mut before = Ways::new();
    let mut next = VecDeque::from([(0, 0)]);
    while let Some(state) = next.pop_front() {
        if state == (one.len(), other.len()) {
            return Some(escaped(&text(&before, state)));
        }
        for (step, character) in steps(one, other, state) {
            if step != (0, 0) && !before.contains_key(&step) {
                before.insert(step, (state, character));
                next.push_back(step);
            }
        }
    }
    None
}

/// The states that one more character, or none, leads to.
fn steps(one: &[Token], other: &[Token], (left, right): State) -> Vec<(State, Option<char>)> {
    let mut steps = Vec::new();
    let (first, second) = (one.get(left).copied(), other.get(right).copied());
    if first == Some(Token::Many) {
        steps.push(((left + 1, right), None));
    }
    if second == Some(Token::Many) {
        steps.push(((left, right + 1), None));
    }
    let (Some(first), Some(second)) = (first, second) else { return steps };
    let character = match (first, second) {
        (Token::Literal(one), Token::Literal(other)) if one != other => return steps,
        (Token::Literal(character), _) | (_, Token::Literal(character)) => character,
        _ => 'x',
    };
    let advance = |token| usize::from(token != Token::Many);
    steps.push(((left + advance(first), right + advance(second)), Some(character)));
    steps
}

fn text(before: &Ways, end: State) -> String {
    let mut characters: Vec<char> = Vec::new();
    let mut at = end;
    while let Some((previous, character)) = before.get(&at) {
        characters.extend(character);
        at = *previous;
    }
    characters.iter().rev().collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            byte if template::is_unescaped(byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_that_overlap_share_a_uri() {
        for (one, other, uri) in [
            ("docs://{name}", "docs://{id}", "docs://xx"),
            ("docs://report-{id}", "docs://{name}", "docs://report-xx"),
            ("docs://{a}/{b}", "docs://public/{b}", "docs://public/xx"),
            ("docs://{a}-{b}", "docs://{name}.txt", "docs://xx-.txt"),
            ("x:{a}.", "x:.{b}", "x:.x."),
            ("x:{a}", "x:5", "x:5"),
            ("x:gr%C3%B6{a}", "x:{b}", "x:gr%C3%B6xx"),
        ] {
            assert_eq!(shared_uri(one, other).as_deref(), Some(uri), "{one} {other}");
            assert!(shared_uri(other, one).is_some(), "{other} {one}");
        }
    }

    #[test]
    fn templates_apart_share_none() {
        for (one, other) in [
            ("docs://{name}", "docs://{a}/{b}"),
            ("docs://a-{id}", "docs://b-{id}"),
            ("docs://{id}.json", "docs://{id}.txt"),
            ("docs://{id}", "notes://{id}"),
            // A value is never `.`.
            ("x:{a}", "x:."),
            ("x:{a}/y", "x:%2F/y"),
        ] {
            assert_eq!(shared_uri(one, other), None, "{one} {other}");
            assert_eq!(shared_uri(other, one), None, "{other} {one}");
        }
    }
}

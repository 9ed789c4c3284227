//! Names for a server: those that cargo, Rust and Cloudflare all take.

use crate::{Error, Result};

/// A label of `<name>.<account>.workers.dev`.
const LONGEST: usize = 63;

/// Crates that every server has already.
const TAKEN: [&str; 8] =
    ["alloc", "core", "proc-macro", "serde", "std", "test", "toolgate", "worker"];

/// Words of Rust: a crate is named like something in a program.
const KEYWORDS: [&str; 50] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while",
];

/// For a name that is neither given nor asked for.
pub(super) fn missing() -> Error {
    Error::new("the new server needs a name")
        .help("name it, as in `cargo toolgate new my-server`; nobody is asked here")
}

/// Refuses a name that cannot be that of the package and the Worker.
///
/// # Errors
///
/// The fault, with a name that is right.
pub(super) fn check(name: &str) -> Result<()> {
    let Some(fault) = fault(name) else {
        return Ok(());
    };
    let message = format!("`{}` cannot be the name of a server: {fault}", name.escape_debug());
    Err(Error::new(message).help(format!(
        "use a-z, 0-9 and `-`, a letter first, up to {LONGEST} of them: `{}`",
        suggestion(name)
    )))
}

fn fault(name: &str) -> Option<String> {
    let mut strange: Vec<char> = name.chars().filter(|c| !is_allowed(*c)).collect();
    strange.sort_unstable();
    strange.dedup();
    if name.is_empty() {
        Some("it is empty".to_owned())
    } else if !strange.is_empty() {
        let shown: Vec<_> =
            strange.iter().take(5).map(|c| format!("`{}`", c.escape_debug())).collect();
        Some(format!("it has {}", shown.join(", ")))
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("it begins with no letter".to_owned())
    } else if name.ends_with('-') {
        Some("it ends with `-`".to_owned())
    } else if name.len() > LONGEST {
        Some(format!("it has {} characters", name.len()))
    } else if TAKEN.contains(&name) {
        Some("a crate of that name is part of every server".to_owned())
    } else if KEYWORDS.contains(&name) {
        Some("it is a word of Rust".to_owned())
    } else {
        None
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

/// The nearest name that is right.
fn suggestion(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        let c = if is_allowed(c) { c } else { '-' };
        if c != '-' || !plain.ends_with('-') {
            plain.push(c);
        }
    }
    plain.truncate(LONGEST);
    let plain = plain.trim_matches('-').trim_start_matches(|c: char| !c.is_ascii_lowercase());
    match fault(plain) {
        None => plain.to_owned(),
        Some(_) => format!("my-{}", if plain.is_empty() { "server" } else { plain }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_and_cloudflare_take_are_taken() {
        for name in ["a", "my-server", "weather2", &"a".repeat(LONGEST)] {
            check(name).expect(name);
        }
    }

    #[test]
    fn another_name_is_refused_with_its_fault_and_a_name_that_is_right() {
        let long = "a".repeat(LONGEST + 1);
        for (name, fault, suggested) in [
            ("", "it is empty", "my-server"),
            ("My Server!", "it has ` `, `!`, `M`, `S`", "my-server"),
            ("../etc", "it has `.`, `/`", "etc"),
            ("Grüße\n", "it has `\\n`, `G`, `ß`, `ü`", "gr-e"),
            ("2fast", "it begins with no letter", "fast"),
            ("tail-", "it ends with `-`", "tail"),
            (&long, "it has 64 characters", &long[1..]),
            ("toolgate", "a crate of that name", "my-toolgate"),
            ("match", "a word of Rust", "my-match"),
        ] {
            let error = check(name).expect_err(name).to_string();
            assert!(error.contains(fault), "{error}");
            assert!(error.ends_with(&format!(": `{suggested}`")), "{error}");
            check(suggested).expect(suggested);
        }
    }
}

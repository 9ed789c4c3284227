//! The reference `mcp.toml`: it has every key, with its default.

#![cfg(feature = "parse")]

mod support;

use support::{reference, with_example};
use toolgate_config::{Checked, Code, SECTIONS, check};

const SMALLEST: &str = "[server]\nname = \"Test\"\n";

fn checked(source: &str) -> Checked {
    check(source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

#[test]
fn the_reference_shows_the_defaults() {
    let (shown, default) = (checked(&reference()).config, checked(SMALLEST).config);
    assert_eq!(shown.identity, default.identity);
    assert_eq!(shown.storage, default.storage);
    assert_eq!(shown.transport, default.transport);
    assert_eq!(shown.tokens, default.tokens);
    assert_eq!(shown.consent, default.consent);
    assert_eq!(shown.registration, default.registration);
    assert_eq!(shown.limits, default.limits);
    assert_eq!(shown.audit, default.audit);
}

/// Whether a header is that of a section; `*` stands for any name.
fn is_section(header: &str, section: &str) -> bool {
    let (names, wanted) = (header.split('.'), section.split('.'));
    names.clone().count() == wanted.clone().count()
        && names.zip(wanted).all(|(name, wanted)| wanted == "*" || name == wanted)
}

/// Whether a line shows a key: as a header, at its start, behind `#`, or in an inline table. A comment
/// that mentions one does not.
fn shows(line: &str, section: &str, key: &str) -> bool {
    if line.trim_start().starts_with("# ") {
        return false;
    }
    if line.starts_with('[') {
        let path = line.trim_matches(['[', ']']);
        return match section {
            "" => path.split('.').next() == Some(key),
            section => is_section(path, &format!("{section}.{key}")),
        };
    }
    let is_boundary = |c: char| matches!(c, '#' | '{' | ' ');
    let starts = |at: usize| at == 0 || line[..at].ends_with(is_boundary);
    line.match_indices(&format!("{key} = ")).any(|(at, _)| starts(at))
}

#[test]
fn the_reference_has_every_key() {
    let reference = reference();
    for (section, keys) in SECTIONS {
        let mut found = vec![false; keys.len()];
        let mut header = "";
        for line in reference.lines() {
            // A section that is absent by default is behind `#` as a whole.
            let line = line.strip_prefix('#').filter(|rest| rest.starts_with('[')).unwrap_or(line);
            if line.starts_with('[') {
                header = line.trim_matches(['[', ']']);
            }
            for (key, found) in keys.iter().zip(&mut found) {
                *found |= (is_section(header, section) || line.starts_with('['))
                    && shows(line, section, key);
            }
        }
        let missing: Vec<_> = keys.iter().zip(found).filter(|(_, found)| !found).collect();
        assert!(missing.is_empty(), "mcp.toml does not explain, in `[{section}]`: {missing:?}");
    }
}

#[test]
fn the_examples_in_the_reference_are_sound() {
    let reference = reference();
    for line in reference.lines().filter(|line| line.starts_with("#") && !line.starts_with("# ")) {
        let Some(example) = line
            .strip_prefix('#')
            .filter(|example| !example.is_empty() && !example.starts_with(':'))
        else {
            continue;
        };
        // The other examples stay comments: `team`, for one, excludes keys that the file has.
        let source = with_example(&reference, line, example);
        let faults = check(&source).err().unwrap_or_default();
        let real: Vec<_> =
            faults.iter().filter(|fault| fault.code != Code::ConflictingKeys).collect();
        assert!(real.is_empty(), "{example}: {real:?}");
    }
}

//! Everybody can read what they approve: contrast of the colours in the style (WCAG 2.2, success
//! criteria 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

use toolgate_core::page::STYLE;

/// Text, what is behind it, and the least contrast.
const PAIRS: [(&str, &str, f64); 15] = [
    ("ink", "paper", 4.5),
    ("ink", "back", 4.5),
    ("ink", "warnback", 4.5),
    ("ink", "goodback", 4.5),
    ("soft", "paper", 4.5),
    ("soft", "back", 4.5),
    ("main", "paper", 4.5),
    ("paper", "main", 4.5),
    ("good", "goodback", 4.5),
    ("warn", "warnback", 4.5),
    ("bad", "paper", 4.5),
    // Edges of buttons, and the ring around what has the focus.
    ("edge", "paper", 3.0),
    ("main", "back", 3.0),
    ("warn", "paper", 3.0),
    ("good", "paper", 3.0),
];

fn colors(block: &str) -> BTreeMap<&str, &str> {
    block
        .split(['{', ';', '}'])
        .filter_map(|declaration| declaration.trim().strip_prefix("--")?.split_once(':'))
        .collect()
}

fn luminance(color: &str) -> f64 {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6).expect(color);
    let channel = |at: usize| {
        let channel = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_in_both_modes() {
    let mut roots = STYLE.split(":root").skip(1).map(|rest| rest.split_once('}').unwrap().0);
    let light = colors(roots.next().unwrap());
    let dark = colors(roots.next().unwrap());
    assert!(roots.next().is_none());
    assert!(light.keys().eq(dark.keys()), "{light:?} {dark:?}");
    for (mode, colors) in [("light", light), ("dark", dark)] {
        for (text, back, least) in PAIRS {
            let found = contrast(colors[text], colors[back]);
            assert!(found >= least, "{mode}: {text} on {back}: {found:.2}");
        }
    }
}

/// The parser of `mcp.toml` measures the owner's colours against these two.
#[test]
fn the_owners_colours_are_measured_against_the_pages_own_background() {
    let papers: Vec<&str> = STYLE
        .split("--paper:")
        .skip(1)
        .map(|rest| rest.split_once([';', '}']).unwrap().0)
        .collect();
    assert_eq!(papers, ["#ffffff", "#161b22"]);
    for (key, background) in [("color", "white"), ("color_dark", "dark")] {
        let source = format!("[server]\nname = \"x\"\n[consent]\n{key} = \"#777777\"\n");
        let faults = toolgate_config::check(&source).unwrap_err();
        let found = faults.iter().any(|fault| fault.message.contains(background));
        assert!(found, "{key}: {faults:?}");
    }
}

#[test]
fn every_colour_is_one_of_the_measured() {
    let rules = STYLE.rsplit_once("}}").unwrap().1;
    let literal: Vec<&str> =
        rules.split('#').skip(1).map(|rest| rest.get(..4).unwrap_or(rest)).collect();
    // Shadows carry nothing to read.
    assert!(literal.iter().all(|color| *color == "0001"), "{literal:?}");
}

//! Colours of the approval page: everybody must be able to read what they approve.

use super::text::owned;
use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;

/// A background of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Background {
    channels: [u8; 3],
    name: &'static str,
    other_shade: &'static str,
}

/// The background of the page.
pub(crate) const LIGHT: Background = Background {
    channels: [0xff, 0xff, 0xff],
    name: "the white background `#ffffff`",
    other_shade: "darker",
};

/// The background of the page in dark mode.
pub(crate) const DARK: Background = Background {
    channels: [0x16, 0x1b, 0x22],
    name: "the dark background `#161b22`",
    other_shade: "lighter",
};

/// Least contrast of text (WCAG 2.2 success criterion 1.4.3, level AA).
const LEAST_CONTRAST: f64 = 4.5;

/// A colour `#rrggbb` in which text can be read on a background.
pub(crate) fn readable(text: &str, background: Background) -> Result<Str, Fault> {
    let Some(color) = channels(text) else {
        let message = format!("`{}` is not a colour", shown(text));
        let help = "write red, green and blue as six hexadecimal digits, for example `#0b5cad`";
        return Err(Fault::new(Code::InvalidColor, message, help));
    };
    let contrast = contrast(color, background.channels);
    if contrast < LEAST_CONTRAST {
        // Cut off, so that 4.499 is not shown as 4.50.
        let shown = (contrast * 100.0).floor() / 100.0;
        let message = format!("`{text}` has a contrast of {shown:.2} to {}", background.name);
        let help = format!(
            "choose a {} shade: text needs a contrast of at least {LEAST_CONTRAST} to be readable \
             (WCAG 2.2, 1.4.3)",
            background.other_shade
        );
        return Err(Fault::new(Code::LowContrast, message, help));
    }
    Ok(owned(text))
}

fn channels(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |from: usize| u8::from_str_radix(&digits[from..from + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

/// Contrast ratio (WCAG 2.2, definitions): 1 for the same colour, 21 for black on white.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance (WCAG 2.2, definitions).
fn luminance(channels: [u8; 3]) -> f64 {
    let [red, green, blue] = channels.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(one: &str, other: &str) -> f64 {
        let colors = [one, other].map(|text| channels(text).expect("a colour"));
        contrast(colors[0], colors[1])
    }

    #[test]
    fn contrasts_are_those_of_known_pairs() {
        for (one, other, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#ff0000", "#ffffff", 3.998),
            ("#0000ff", "#FFFFFF", 8.592),
            ("#777777", "#ffffff", 4.478),
            ("#767676", "#ffffff", 4.542),
        ] {
            let found = measured(one, other);
            assert!((found - expected).abs() < 0.001, "{one} {other}: {found}");
            assert!((measured(other, one) - found).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn the_first_grey_that_can_be_read_is_the_limit() {
        assert!(readable("#767676", LIGHT).is_ok());
        let fault = readable("#777777", LIGHT).expect_err("it is too light");
        assert_eq!(fault.code, Code::LowContrast);
        assert!(fault.message.contains("4.47 to the white background"), "{}", fault.message);
        assert!(readable("#777777", DARK).is_err() && readable("#58a6ff", DARK).is_ok());
    }

    #[test]
    fn other_notations_are_refused() {
        for text in ["", "#", "red", "#fff", "0b5cad", "#0b5cag", "#0b5cad0", "#+11111", "#ä1111"]
        {
            let fault = readable(text, LIGHT).expect_err(text);
            assert_eq!(fault.code, Code::InvalidColor, "{text}");
        }
    }
}

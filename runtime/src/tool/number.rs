//! Numbers as text, the way JavaScript writes them.

/// The text of a floating-point number as `String(number)` gives it in JavaScript, so that 42.0
/// is `42`: a tool answers as its TypeScript counterpart did.
pub(crate) fn to_text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        lay_out(&shortest(&number))
    }
}

/// As [`to_text`], with the digits that an `f32` needs and no more.
pub(crate) fn f32_to_text(number: f32) -> String {
    if number.is_finite() { lay_out(&shortest(&number)) } else { to_text(number.into()) }
}

/// The shortest digits that read back as the same number. JSON needs them as well, so its writer
/// is in the Worker anyway, and the one of `core::fmt` is not.
fn shortest<T: serde::Serialize>(number: &T) -> String {
    // Writing a finite number to memory cannot fail.
    serde_json::to_string(number).unwrap_or_default()
}

/// Rearranges the digits by ECMAScript's `Number::toString`.
fn lay_out(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);

    let all = [whole, fraction].concat();
    let digits = all.trim_start_matches('0');
    // How many of the digits stand before the point; negative for 0.00…
    let point = whole.len() as i32 + exponent - (all.len() - digits.len()) as i32;
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return "0".to_owned();
    }
    let count = digits.len() as i32;
    let body = match point {
        // 1e21 is where JavaScript goes over to exponents, and 1e-7 at the other end.
        1..=21 if count <= point => format!("{digits}{}", "0".repeat((point - count) as usize)),
        1..=21 => {
            let (before, after) = digits.split_at(point as usize);
            format!("{before}.{after}")
        }
        -5..=0 => format!("0.{}{digits}", "0".repeat(-point as usize)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let plus = if point > 0 { "+" } else { "" };
            format!("{first}{dot}{rest}e{plus}{}", point - 1)
        }
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_javascript() {
        // Left: what `String(…)` prints in Node.
        for (expected, number) in [
            ("42", 42.0),
            ("0", 0.0),
            ("0", -0.0),
            ("-1", -1.0),
            ("0.1", 0.1),
            ("0.30000000000000004", 0.1 + 0.2),
            ("123456.789", 123_456.789),
            ("-0.000001", -1e-6),
            ("1e-7", 1e-7),
            ("1.5e-9", 1.5e-9),
            ("100000000000000000000", 1e20),
            ("123456789012345680000", 123_456_789_012_345_680_000.0),
            ("1e+21", 1e21),
            ("-1.25e+30", -1.25e30),
            ("1.7976931348623157e+308", f64::MAX),
            ("5e-324", 5e-324),
            ("NaN", f64::NAN),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert_eq!(to_text(number), expected);
        }
    }

    #[test]
    fn a_single_precision_number_shows_its_own_digits() {
        assert_eq!(f32_to_text(0.1), "0.1");
        assert_eq!(f32_to_text(16_777_216.0), "16777216");
        assert_eq!(f32_to_text(f32::NEG_INFINITY), "-Infinity");
    }
}

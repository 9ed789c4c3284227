//! Checks of single values. Pure: text in, value or fault out.

use std::borrow::Cow;

use super::value::shown;
use crate::diagnostic::{Code, Fault};
use crate::model::Str;
use crate::names::{EVERYONE, is_variable_name};

/// Longest e-mail address (RFC 3696 erratum 1690).
pub(super) const LONGEST_EMAIL: usize = 254;

/// Longest domain name (RFC 1035 section 2.3.4, without the root's dot).
pub(super) const LONGEST_DOMAIN: usize = 253;

/// Longest label of a domain name (RFC 1035 section 2.3.4).
pub(crate) const LONGEST_LABEL: usize = 63;

/// Longest purpose of a secret, in characters: a prompt and a comment have one line for it.
pub(super) const LONGEST_PURPOSE: usize = 200;

/// The text as the model keeps it.
pub(crate) fn owned(text: &str) -> Str {
    Cow::Owned(text.to_owned())
}

/// Text for people; line breaks and tabs are the only control characters.
pub(crate) fn prose(text: &str) -> Result<Str, Fault> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let message = format!("`{}` has control characters", shown(text));
        return Err(Fault::new(Code::InvalidText, message, "remove them"));
    }
    Ok(owned(text.trim()))
}

/// Text that is compared or sent: on one line, and exactly as written.
pub(crate) fn exact(text: &str) -> Result<Str, Fault> {
    if text.trim() != text {
        let message = format!("`{}` has blanks around it", shown(text));
        return Err(Fault::new(
            Code::InvalidText,
            message,
            format!("write `{}`", shown(text.trim())),
        ));
    }
    if text.chars().any(char::is_control) {
        let message = format!("`{}` has control characters", shown(text));
        return Err(Fault::new(Code::InvalidText, message, "write it on one line, without tabs"));
    }
    Ok(owned(text))
}

/// Name of a Worker variable or binding.
pub(crate) fn variable_name(text: &str) -> Result<Str, Fault> {
    if is_variable_name(text) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a name of a Worker variable", shown(text));
    let help = "names are upper-case letters, digits and `_`, for example `ALLOWED_EMAILS`";
    Err(Fault::new(Code::InvalidVariableName, message, help))
}

/// OAuth scope (RFC 6749 section 3.3).
pub(crate) fn scope(text: &str) -> Result<Str, Fault> {
    if !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not an OAuth scope", shown(text));
    let help =
        "a scope is one word of printable ASCII without `\"` and `\\`; list several one by one";
    Err(Fault::new(Code::InvalidScope, message, help))
}

/// The scopes that every server has, which say nothing of a policy.
pub(crate) const OWN_SCOPES: [&str; 3] = ["mcp", "offline_access", "openid"];

/// OAuth scope that a policy asks for.
pub(crate) fn policy_scope(text: &str) -> Result<Str, Fault> {
    if OWN_SCOPES.contains(&text) {
        let message = format!("the scope `{text}` is built in");
        let help = "name the policy's own scope, for example `images` or `reports:write`";
        return Err(Fault::new(Code::InvalidScope, message, help));
    }
    scope(text)
}

/// Name of a policy.
pub(crate) fn policy_name(text: &str) -> Result<Str, Fault> {
    if text == EVERYONE {
        let message = "policy `everyone` is built in: every signed-in user passes it";
        let help = "give this policy another name";
        return Err(Fault::new(Code::ReservedPolicyName, message, help));
    }
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !text.is_empty()
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
    {
        return Ok(owned(text));
    }
    let message = format!("`{}` is not a policy name", shown(text));
    let help = "policy names are lower-case letters, digits and `-`, for example `image-makers`";
    Err(Fault::new(Code::InvalidPolicyName, message, help))
}

/// An e-mail address in the form in which addresses are compared: ASCII, lower case.
pub(crate) fn email(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidEmail, message, help))
    };
    if !text.is_ascii() {
        return fault(
            "has characters outside ASCII, which never match",
            "write the address in ASCII; use `groups` or `claims` for people without one",
        );
    }
    if text.starts_with("*@") {
        return fault("is a pattern, not an address", "use `domains` for everybody of a domain");
    }
    let Some((local, host)) = text.rsplit_once('@') else {
        return fault(
            "is not an e-mail address",
            "write a whole address, for example `ada@example.com`",
        );
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let sound = !local.is_empty() && local.bytes().all(allowed) && text.len() <= LONGEST_EMAIL;
    if !sound || domain(&host.to_ascii_lowercase()).is_err() {
        return fault(
            "is not an e-mail address",
            "write one whole address, for example `ada@example.com`",
        );
    }
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        let help =
            format!("addresses are compared in lower case: write `{}`", text.to_ascii_lowercase());
        return fault("is not in lower case", &help);
    }
    Ok(owned(text))
}

/// A domain in the form in which domains are compared: ASCII, lower case, no wildcard.
pub(crate) fn domain(text: &str) -> Result<Str, Fault> {
    let fault = |problem: &str, help: &str| {
        let message = format!("`{}` {problem}", shown(text));
        Err(Fault::new(Code::InvalidDomain, message, help))
    };
    if let Some((_, host)) = text.rsplit_once('@') {
        let help = format!("write only what follows the `@`: `{}`", shown(host));
        return fault("is not a domain", &help);
    }
    if text.starts_with("*.") || text.starts_with('.') {
        return fault("is a pattern, not a domain", "list every sub-domain by itself");
    }
    if !text.is_ascii() {
        return fault("has characters outside ASCII", "write the domain in its `xn--` form");
    }
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        let help =
            format!("domains are compared in lower case: write `{}`", text.to_ascii_lowercase());
        return fault("is not in lower case", &help);
    }
    let labels = text.split('.').all(is_label);
    if !labels || !text.contains('.') || text.len() > LONGEST_DOMAIN {
        return fault("is not a domain", "write a whole domain, for example `example.com`");
    }
    Ok(owned(text))
}

/// A label of a host name: `a-z`, `0-9` and inner `-`.
pub(crate) fn is_label(label: &str) -> bool {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A duration such as `90s`, `10m`, `12h` or `30d`, within limits in seconds.
pub(crate) fn duration(text: &str, limits: (u32, u32)) -> Result<u32, Fault> {
    let Some(seconds) = seconds(text) else {
        let message = format!("`{}` is not a duration", shown(text));
        let help = "write a whole number and a unit: `s`, `m`, `h` or `d`, for example `10m`";
        return Err(Fault::new(Code::InvalidDuration, message, help));
    };
    let (least, most) = limits;
    match u32::try_from(seconds) {
        Ok(seconds) if (least..=most).contains(&seconds) => Ok(seconds),
        _ => {
            let side = if seconds < u64::from(least) { "short" } else { "long" };
            let message = format!("`{text}` is too {side}");
            let help = format!("choose from `{}` to `{}`", spoken(least), spoken(most));
            Err(Fault::new(Code::OutOfRange, message, help))
        }
    }
}

fn seconds(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Seconds in the largest unit that divides them.
fn spoken(seconds: u32) -> String {
    match seconds {
        0 => "0s".to_owned(),
        days if days % 86_400 == 0 => format!("{}d", days / 86_400),
        hours if hours % 3_600 == 0 => format!("{}h", hours / 3_600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(result: Result<T, Fault>) -> Option<Code> {
        result.err().map(|fault| fault.code)
    }

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, seconds) in
            [("0s", 0), ("90s", 90), ("10m", 600), ("12h", 43_200), ("30d", 2_592_000)]
        {
            assert_eq!(duration(text, (0, u32::MAX)).ok(), Some(seconds), "{text}");
        }
        for text in
            ["", "s", "10", "1.5h", "-1s", "1 h", "10M", "1h30m", "99999999999999999999d", "١s"]
        {
            assert_eq!(code(duration(text, (0, u32::MAX))), Some(Code::InvalidDuration), "{text}");
        }
        for text in ["59s", "25h", "99999999999d"] {
            assert_eq!(code(duration(text, (60, 86_400))), Some(Code::OutOfRange), "{text}");
        }
    }

    #[test]
    fn addresses_that_can_match_are_accepted() {
        for text in ["ada@example.com", "a.b+c@mail.example.co.uk", "o'neill@x-y.org", "1@a.b"] {
            assert_eq!(code(email(text)), None, "{text}");
        }
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "a@b@example.com",
            "ada@example.com.",
            "ada@.example.com",
            "Ada@example.com",
            "ada@EXAMPLE.com",
            "*@example.com",
            "ädä@example.com",
            "ada@exämple.com",
            "a,b@example.com",
            "ada@-x.com",
            " ada@example.com",
        ] {
            assert_eq!(code(email(text)), Some(Code::InvalidEmail), "{text}");
        }
    }

    #[test]
    fn domains_that_can_match_are_accepted() {
        for text in ["example.com", "a.b.c", "xn--bcher-kva.example"] {
            assert_eq!(code(domain(text)), None, "{text}");
        }
        for text in [
            "",
            "com",
            "@example.com",
            "ada@example.com",
            "*.example.com",
            ".example.com",
            "example.com.",
            "Example.com",
            "exämple.com",
            "a..b",
            "https://example.com",
            "example.com/",
        ] {
            assert_eq!(code(domain(text)), Some(Code::InvalidDomain), "{text}");
        }
    }
}

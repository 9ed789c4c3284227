//! Requests that are too large to look at, or that take too long to arrive, whatever they ask for.

use http::header::{CONTENT_LENGTH, SET_COOKIE};
use http::{HeaderMap, StatusCode};

use crate::audit::{self, Reason};
use crate::limits::{BODY_SILENCE, BODY_TIMEOUT, HEADER_OVERHEAD, MAX_HEADERS, MAX_URL};
use crate::oauth::attempts;
use crate::oauth::error::OAuthError;
use crate::reply::{self, Reply};

/// Judges the length of the whole address, before it is parsed.
///
/// # Errors
/// `414 URI Too Long` (RFC 9110 section 15.5.15).
pub fn check_url(url: &str) -> Result<(), Box<Reply>> {
    if url.len() <= MAX_URL {
        return Ok(());
    }
    let text = format!("The address is longer than {MAX_URL} bytes (url_too_long).");
    Err(refuse(StatusCode::URI_TOO_LONG, &text, Reason::UrlTooLong))
}

/// Judges all headers together.
///
/// # Errors
/// `431 Request Header Fields Too Large` (RFC 6585 section 5).
pub fn check_headers(url: &str, headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD)
        .sum();
    if size <= MAX_HEADERS {
        return Ok(());
    }
    // Cookies of attempts are what an honest browser can have too many of: pages that were opened at
    // the same moment knew nothing of each other.
    let text = format!(
        "The headers are larger than {MAX_HEADERS} bytes (headers_too_large). If you have begun \
         many sign-ins, the oldest are given up now: try again. If that does not help, delete the \
         cookies of this site."
    );
    let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    let mut reply = refuse(status, &text, Reason::HeadersTooLarge);
    for cookie in attempts::give_up(url, headers, size - MAX_HEADERS) {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
    Err(reply)
}

/// Why the body of a request was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It is larger than this many bytes.
    TooLarge(usize),
    /// It stopped arriving, or took too long.
    Stalled,
    /// The connection failed, or the length is not a number.
    Unreadable,
}

impl BodyError {
    fn words(self) -> (StatusCode, String, Reason) {
        match self {
            Self::TooLarge(limit) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The body is larger than the {limit} bytes that this address accepts"),
                Reason::BodyTooLarge,
            ),
            Self::Stalled => (
                StatusCode::REQUEST_TIMEOUT,
                format!(
                    "The body did not arrive: send it within {BODY_TIMEOUT} s, and without a pause \
                     of {BODY_SILENCE} s"
                ),
                Reason::BodyTimeout,
            ),
            Self::Unreadable => (
                StatusCode::BAD_REQUEST,
                "The body could not be read; send it again".to_owned(),
                Reason::BodyUnreadable,
            ),
        }
    }

    /// The answer in words.
    #[must_use]
    pub fn into_reply(self) -> Reply {
        let (status, text, reason) = self.words();
        audit::because(reply::text(status, &format!("{text} ({}).", reason.code())), reason)
    }

    /// The answer of the endpoints whose clients read OAuth's errors.
    #[must_use]
    pub fn into_oauth_reply(self) -> Reply {
        let (status, text, reason) = self.words();
        OAuthError::invalid_request(text).because(reason).reply_with(status)
    }
}

/// Judges the length that a request says its body has; `None` where it says none.
///
/// # Errors
/// The length is above the limit, whatever its number of digits, or is not a number.
pub fn check_length(headers: &HeaderMap, limit: usize) -> Result<Option<u64>, BodyError> {
    let Some(value) = headers.get(CONTENT_LENGTH) else { return Ok(None) };
    let digits = value.as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BodyError::Unreadable);
    }
    let length = value.to_str().ok().and_then(|text| text.parse::<u64>().ok());
    match length.filter(|length| usize::try_from(*length).is_ok_and(|length| length <= limit)) {
        Some(length) => Ok(Some(length)),
        None => Err(BodyError::TooLarge(limit)),
    }
}

fn refuse(status: StatusCode, text: &str, reason: Reason) -> Box<Reply> {
    Box::new(audit::because(reply::text(status, text), reason))
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;
    use crate::limits::{MAX_ATTEMPTS, MAX_COOKIE};

    fn cookies(value: usize, number: usize) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for _ in 0..number {
            headers.append(COOKIE, "c".repeat(value).parse().unwrap());
        }
        headers
    }

    #[test]
    fn an_address_may_have_its_limit_and_no_byte_more() {
        assert!(check_url(&"a".repeat(MAX_URL)).is_ok());
        let refusal = check_url(&"a".repeat(MAX_URL + 1)).unwrap_err();
        assert_eq!(refusal.status(), 414);
        assert_eq!(audit::reason_of(&refusal), Some(Reason::UrlTooLong));
    }

    const URL: &str = "https://mcp.example.com/mcp";

    #[test]
    fn the_longest_attempts_and_approvals_fit_the_headers_with_room_for_others() {
        let mut headers = cookies(MAX_COOKIE, MAX_ATTEMPTS + 1);
        headers.append("x-others", "o".repeat(3000).parse().unwrap());
        assert!(check_headers(URL, &headers).is_ok());
    }

    #[test]
    fn attempts_that_were_begun_at_the_same_moment_are_given_up_from_the_oldest() {
        let mut headers = HeaderMap::new();
        let names: Vec<_> = (0..20)
            .map(|n| format!("{}{:08x}{}", crate::cookie::CONSENT, 100 - n, "r".repeat(22)))
            .collect();
        let cookies: Vec<_> =
            names.iter().map(|name| format!("{name}={}", "v".repeat(2000))).collect();
        headers.insert(COOKIE, format!("lang=x; {}", cookies.join("; ")).parse().unwrap());
        let refusal = check_headers(URL, &headers).unwrap_err();
        let cleared: Vec<_> = refusal.headers().get_all(SET_COOKIE).iter().collect();
        assert_eq!(cleared.len(), 5, "5 of 2059 bytes are needed for 40 KiB to become 32");
        for (cookie, name) in cleared.iter().zip(names.iter().rev()) {
            assert_eq!(*cookie, crate::cookie::clear(name));
        }
        let left: Vec<_> = cookies[..15].to_vec();
        headers.insert(COOKIE, format!("lang=x; {}", left.join("; ")).parse().unwrap());
        assert!(check_headers(URL, &headers).is_ok());
    }

    #[test]
    fn a_length_beyond_the_limit_is_too_large_however_many_digits_it_has() {
        let check = |length: &str| {
            let value = length.parse().unwrap();
            check_length(&HeaderMap::from_iter([(CONTENT_LENGTH, value)]), 100)
        };
        assert_eq!(check_length(&HeaderMap::new(), 100), Ok(None));
        assert_eq!(check("100"), Ok(Some(100)));
        for large in [
            "101",
            "4294967295",
            "4294967296",
            "4294967396",
            "18446744073709551616",
            "99999999999999999999999",
        ] {
            assert_eq!(check(large), Err(BodyError::TooLarge(100)), "{large}");
        }
        for junk in ["", "+5", "-1", "5, 5", "0x5", "1e2"] {
            assert_eq!(check(junk), Err(BodyError::Unreadable), "{junk}");
        }
    }

    #[test]
    fn a_body_that_is_not_read_is_told_in_words_or_as_oauth_json() {
        for (error, status) in
            [(BodyError::TooLarge(5), 413), (BodyError::Stalled, 408), (BodyError::Unreadable, 400)]
        {
            let (text, json) = (error.into_reply(), error.into_oauth_reply());
            assert_eq!((text.status(), json.status()), (status.try_into().unwrap(), text.status()));
            assert_eq!(audit::reason_of(&text), audit::reason_of(&json));
            let value: serde_json::Value = serde_json::from_slice(json.body()).unwrap();
            assert_eq!(value["error"], "invalid_request");
        }
    }

    #[test]
    fn headers_count_together() {
        let each = MAX_HEADERS / 2 - COOKIE.as_str().len() - HEADER_OVERHEAD;
        assert!(check_headers(URL, &cookies(each, 2)).is_ok());
        let refusal = check_headers(URL, &cookies(each + 1, 2)).unwrap_err();
        assert_eq!(refusal.status(), 431);
        assert_eq!(audit::reason_of(&refusal), Some(Reason::HeadersTooLarge));
    }
}

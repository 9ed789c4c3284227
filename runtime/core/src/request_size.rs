//! Requests that are too large to look at, whatever they ask for.

use http::{HeaderMap, StatusCode};

use crate::audit::{self, Reason};
use crate::limits::{HEADER_OVERHEAD, MAX_HEADERS, MAX_URL};
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
pub fn check_headers(headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + HEADER_OVERHEAD)
        .sum();
    if size <= MAX_HEADERS {
        return Ok(());
    }
    // Cookies of attempts are what an honest browser can have too many of, and they go by
    // themselves.
    let text = format!(
        "The headers are larger than {MAX_HEADERS} bytes (headers_too_large). If you have begun \
         many sign-ins, wait ten minutes, or delete the cookies of this site."
    );
    let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    Err(refuse(status, &text, Reason::HeadersTooLarge))
}

fn refuse(status: StatusCode, text: &str, reason: Reason) -> Box<Reply> {
    Box::new(audit::because(reply::text(status, text), reason))
}

#[cfg(test)]
mod tests {
    use http::header::COOKIE;

    use super::*;

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

    #[test]
    fn twenty_ordinary_attempts_fit_the_headers() {
        assert!(check_headers(&cookies(1250, 20)).is_ok());
    }

    #[test]
    fn headers_count_together() {
        let each = MAX_HEADERS / 2 - COOKIE.as_str().len() - HEADER_OVERHEAD;
        assert!(check_headers(&cookies(each, 2)).is_ok());
        let refusal = check_headers(&cookies(each + 1, 2)).unwrap_err();
        assert_eq!(refusal.status(), 431);
        assert_eq!(audit::reason_of(&refusal), Some(Reason::HeadersTooLarge));
    }
}

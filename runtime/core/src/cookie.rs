//! `__Host-` cookies (RFC 6265bis section 4.1.3.2): Secure, Path=/, no Domain, so that no sibling
//! host can plant them.
//!
//! Safari refuses `Secure` cookies on `http://localhost`, where `cargo toolgate dev` serves, and the
//! prefix requires `Secure`. There, and nowhere else, the cookies have neither: see [`name_at`].

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::host::is_loopback;
use crate::limits::MAX_COOKIE;

/// Cookie of an open consent page; the attempt's id follows.
pub const CONSENT: &str = "__Host-toolgate-consent-";
/// Cookie of a login under way; the attempt's id follows.
pub const LOGIN: &str = "__Host-toolgate-login-";
/// Cookie of a person who looks at their own connections.
pub const PERSON: &str = "__Host-toolgate-person";
/// Who is signed in at the page of connections, for tokens that they make.
pub const CALLER: &str = "__Host-toolgate-caller";
/// Cookie of remembered approvals.
pub const APPROVALS: &str = "__Host-toolgate-approvals";

const HOST_PREFIX: &str = "__Host-";

/// The name of one of these cookies at an address of the server: without the prefix on plain HTTP
/// of this very machine, which no deployed server is reached by.
#[must_use]
pub fn name_at<'a>(url: &str, cookie: &'a str) -> &'a str {
    if is_loopback_http(url) { cookie.trim_start_matches(HOST_PREFIX) } else { cookie }
}

fn is_loopback_http(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if is_port(port) => host,
        _ => authority,
    };
    is_loopback(host)
}

/// Name and value of each cookie, as bytes: others may hold any, and must not hide ours.
pub fn all(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|b| *b == b';'))
        .filter_map(|pair| {
            let pair = pair.trim_ascii();
            let equals = pair.iter().position(|b| *b == b'=')?;
            Some((&pair[..equals], &pair[equals + 1..]))
        })
}

/// The value of the first cookie of this name; ours are plain ASCII. Values are compared with nothing
/// here: each is sealed and proves itself when it is opened.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let (_, value) = all(headers).find(|(found, _)| *found == name.as_bytes())?;
    std::str::from_utf8(value).ok().filter(|value| value.is_ascii())
}

/// A `Set-Cookie` that lives for `max_age` seconds. `SameSite=Lax` lets it come back with the
/// redirect from the identity provider, and with nothing else from another site.
#[must_use]
pub fn set(name: &str, value: &str, max_age: u64) -> HeaderValue {
    let secure = if name.starts_with(HOST_PREFIX) { "Secure; " } else { "" };
    let text = format!("{name}={value}; Path=/; {secure}HttpOnly; SameSite=Lax; Max-Age={max_age}");
    HeaderValue::try_from(text).expect("names and sealed values are plain ASCII")
}

/// A `Set-Cookie` that removes the cookie.
#[must_use]
pub fn clear(name: &str) -> HeaderValue {
    set(name, "", 0)
}

/// Length in bytes of a `Set-Cookie` that browsers would drop for its length.
pub(crate) fn oversize(set: &HeaderValue) -> Option<usize> {
    Some(set.len()).filter(|length| *length > MAX_COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_bytes(value).unwrap());
        headers
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers(b"a=1; __Host-toolgate-approvals=xyz; b=2");
        assert_eq!(read(&headers, APPROVALS), Some("xyz"));
        assert_eq!(read(&headers, "__Host-toolgate"), None);
        assert_eq!(read(&headers, "c"), None);
    }

    #[test]
    fn cookies_of_others_may_hold_any_bytes_and_hide_none_of_ours() {
        for others in ["lang=é".as_bytes(), b"theme=\xff\xfe", b"\x80\x80", b"=", b"x"] {
            let mine = b"__Host-toolgate-approvals=xyz".as_slice();
            for both in [[others, mine].join(&b"; "[..]), [mine, others].join(&b"; "[..])] {
                assert_eq!(read(&headers(&both), APPROVALS), Some("xyz"), "{both:?}");
            }
        }
        assert_eq!(read(&headers(b"__Host-toolgate-approvals=x\xff"), APPROVALS), None);
    }

    #[test]
    fn every_cookie_is_host_bound_secure_and_hidden_from_scripts() {
        let set = set(APPROVALS, "v", 60);
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-toolgate-approvals=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        assert!(clear(APPROVALS).to_str().unwrap().ends_with("Max-Age=0"));
    }

    #[test]
    fn only_plain_http_of_this_machine_has_cookies_that_safari_keeps_there() {
        for url in
            ["http://localhost", "http://localhost:8787", "http://127.0.0.1:1/x", "http://[::1]:2"]
        {
            let name = name_at(url, PERSON);
            assert_eq!(
                set(name, "v", 1),
                "toolgate-person=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=1",
                "{url}"
            );
        }
        for url in [
            "https://localhost:8787",
            "http://mcp.example.com",
            "http://localhost.example.com",
            "http://localhost@mcp.example.com",
            "http://mcp.example.com/http://localhost",
            "http://192.168.0.2:8787",
            "http://",
            "localhost",
        ] {
            assert_eq!(name_at(url, PERSON), PERSON, "{url}");
        }
    }
}

//! `__Host-` cookies (RFC 6265bis section 4.1.3.2): Secure, Path=/, no Domain, so that no sibling
//! host can plant them.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// Cookie of an open consent page; the attempt's id follows.
pub const CONSENT: &str = "__Host-toolgate-consent-";
/// Cookie of a login under way; the attempt's id follows.
pub const LOGIN: &str = "__Host-toolgate-login-";
/// Cookie of a person who looks at their own connections.
pub const PERSON: &str = "__Host-toolgate-person";
/// Cookie of remembered approvals.
pub const APPROVALS: &str = "__Host-toolgate-approvals";

/// The value of the first cookie of this name. Values are compared with nothing here: each is
/// sealed and proves itself when it is opened.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A `Set-Cookie` that lives for `max_age` seconds. `SameSite=Lax` lets it come back with the
/// redirect from the identity provider, and with nothing else from another site.
#[must_use]
pub fn set(name: &str, value: &str, max_age: u64) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age}");
    HeaderValue::try_from(text).expect("names and sealed values are plain ASCII")
}

/// A `Set-Cookie` that removes the cookie.
#[must_use]
pub fn clear(name: &str) -> HeaderValue {
    set(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, value.parse().unwrap());
        headers
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers("a=1; __Host-toolgate-approvals=xyz; b=2");
        assert_eq!(read(&headers, APPROVALS), Some("xyz"));
        assert_eq!(read(&headers, "__Host-toolgate"), None);
        assert_eq!(read(&headers, "c"), None);
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
}

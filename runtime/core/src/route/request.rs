//! What the function of a route sees of a request, and what keeps a request out whoever sends it.

use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use http::{Method, StatusCode};

use super::answer::is_own_cookie;
use crate::audit::{Reason, because};
use crate::cookie;
use crate::reply::{self, Reply};

/// Headers that name a person to this server, and are good at others.
const CREDENTIALS: [HeaderName; 4] = [
    AUTHORIZATION,
    HeaderName::from_static("cf-access-jwt-assertion"),
    HeaderName::from_static("cf-access-token"),
    HeaderName::from_static("cf-access-client-secret"),
];

/// The headers without the server's own cookies and, where a policy `is_guarded`, without what signed
/// the sender in.
#[must_use]
pub fn visible(headers: &HeaderMap, is_guarded: bool) -> HeaderMap {
    let mut visible = headers.clone();
    let kept: Vec<Vec<u8>> = cookie::all(headers)
        .filter(|(name, _)| !is_own_cookie(name))
        .map(|(name, value)| [name, b"=", value].concat())
        .collect();
    visible.remove(COOKIE);
    if !kept.is_empty()
        && let Ok(value) = HeaderValue::from_bytes(&kept.join(&b"; "[..]))
    {
        visible.insert(COOKIE, value);
    }
    for name in CREDENTIALS {
        if is_guarded || name != AUTHORIZATION {
            visible.remove(name);
        }
    }
    visible
}

/// The refusal of a browser that fetches a route as the script of a service worker, which would answer
/// for every page of the origin (Service Workers, section 4.4 "Service-Worker").
#[must_use]
pub fn refuse_worker(headers: &HeaderMap) -> Option<Reply> {
    headers.contains_key("service-worker").then(|| {
        let text = "A route cannot be the script of a service worker.";
        because(reply::text(StatusCode::FORBIDDEN, text), Reason::OriginForeign)
    })
}

/// The refusal of a request that a page of another origin sends, where the browser has proven by itself
/// who the sender is: by a cookie, or to what signs people in before the Worker. It does so on every
/// request, whoever's page sends it. Pages of routes have an opaque origin, so they are others, too.
///
/// Following a link from there is no such request: it shows the address, and changes nothing.
#[must_use]
pub fn refuse_page(method: &Method, headers: &HeaderMap, origin: &str) -> Option<Reply> {
    let own = |value: &HeaderValue| value.as_bytes() == origin.as_bytes();
    let is_foreign = !headers.get_all(ORIGIN).iter().all(own);
    let is_by_another = headers
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"));
    let is_link = is_navigation(method, headers);
    (is_foreign || (is_by_another && !is_link)).then(|| {
        let text = "A page of another origin may not send this without an access token.";
        because(reply::text(StatusCode::FORBIDDEN, text), Reason::OriginForeign)
    })
}

/// True if the request is a browser's that shows what is answered, and not one of a page that fetches, embeds
/// or frames it.
#[must_use]
pub fn is_navigation(method: &Method, headers: &HeaderMap) -> bool {
    let is = |name: &str, wanted: &str| {
        headers.get(name).is_none_or(|value| value.as_bytes() == wanted.as_bytes())
    };
    *method == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut headers = HeaderMap::new();
        for (name, value) in list.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    #[test]
    fn a_function_sees_no_cookie_of_the_server() {
        let given = headers(&[
            ("cookie", "a=1; __Host-toolgate-person=x; CF_Authorization=y; toolgate-person=z"),
            ("cookie", "__HOST-toolgate-visitor=x; b=2"),
        ]);
        assert_eq!(visible(&given, false)[COOKIE], "a=1; b=2");
        assert!(visible(&headers(&[("cookie", "__Host-toolgate-login-a=1")]), false).is_empty());
    }

    #[test]
    fn a_function_does_not_see_what_signed_its_caller_in() {
        let given = headers(&[("authorization", "Bearer x"), ("cf-access-jwt-assertion", "y")]);
        assert!(visible(&given, true).is_empty());
        assert_eq!(visible(&given, false).len(), 1);
    }

    #[test]
    fn a_page_of_another_origin_sends_nothing_in_its_visitors_name() {
        const OWN: &str = "https://mcp.example.com";
        let refused = |method: &Method, list: &[(&'static str, &'static str)]| {
            refuse_page(method, &headers(list), OWN).is_some()
        };
        for method in [Method::GET, Method::POST, Method::DELETE] {
            for origin in
                ["null", "https://evil.example", "https://mcp.example.com.evil.example", ""]
            {
                assert!(refused(&method, &[("origin", origin)]), "{method} {origin}");
                assert!(refused(&method, &[("origin", OWN), ("origin", origin)]), "{origin}");
                // The header is not what names the sender here.
                assert!(refused(&method, &[("origin", origin), ("authorization", "x")]));
            }
            for site in ["cross-site", "same-site", ""] {
                let embedded = [("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")];
                assert!(refused(&method, &embedded), "{method} {site}");
            }
            assert!(!refused(&method, &[("origin", OWN), ("sec-fetch-site", "same-origin")]));
            assert!(!refused(&method, &[("sec-fetch-site", "none")]));
            assert!(!refused(&method, &[]));
        }
        let link = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert!(!refused(&Method::GET, &link));
        assert!(refused(&Method::POST, &link));
    }

    #[test]
    fn no_route_is_the_script_of_a_service_worker() {
        assert!(refuse_worker(&headers(&[("service-worker", "script")])).is_some());
        assert!(refuse_worker(&headers(&[])).is_none());
    }
}

//! What the answer of an author's function may say.
//!
//! It shares an origin with `/authorize` and `/connections`. So its page has an origin of its own
//! (the `sandbox` of CSP Level 3), and a header reaches the browser only where it speaks of this one
//! answer, and not of the origin: cookies of the server, its stored data, service workers, network
//! reports and the like are not the author's to change.

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};

use crate::reply::{Reply, set};

/// The policy of every page of a route. Without `allow-same-origin` it has an opaque origin: no cookies,
/// no storage, no service worker, and no way to read the server's own pages.
pub const SANDBOX: &str = "sandbox allow-scripts allow-forms";

/// Headers that speak of one answer alone. Those that begin with `x-` may also stand, but for
/// `x-content-type-options`, which is ours.
const ALLOWED: [&str; 28] = [
    "accept-ranges",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "age",
    "allow",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-location",
    "content-type",
    "cross-origin-resource-policy",
    "date",
    "deprecation",
    "etag",
    "expires",
    "last-modified",
    "location",
    "pragma",
    "referrer-policy",
    "retry-after",
    "server-timing",
    "set-cookie",
    "sunset",
    "vary",
];

/// Cookie by which Cloudflare Access knows a browser: whoever has it is that person elsewhere too.
const ACCESS_COOKIE: &[u8] = b"cf_authorization";

/// Part of the names of the server's own cookies, with and without their prefix.
pub(super) const OWN_COOKIE: &[u8] = b"toolgate-";

/// The answer as it may be sent, and the names of headers that were left out.
#[must_use]
pub fn guarded(mut reply: Reply) -> (Reply, Vec<HeaderName>) {
    let mut dropped = Vec::new();
    mend(&mut reply);
    let given = std::mem::take(reply.headers_mut());
    let mut name = None;
    for (next, value) in given {
        name = next.or(name);
        let Some(name) = &name else { continue };
        let is_safe = match *name {
            SET_COOKIE => !sets_own_cookie(value.as_bytes()),
            CONTENT_TYPE => !is_multipart(value.as_bytes()),
            _ => true,
        };
        if is_allowed(name) && is_safe {
            reply.headers_mut().append(name.clone(), value);
        } else if !dropped.contains(name) {
            dropped.push(name.clone());
        }
    }
    (reply, dropped)
}

/// Makes an answer that the platform can send: it takes no status from 600 on, and no body with a status that has
/// none (Fetch Standard, null body status).
fn mend(reply: &mut Reply) {
    match reply.status().as_u16() {
        204 | 205 | 304 => reply.body_mut().clear(),
        200..=599 => {}
        _ => *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// True if parts of the body have headers of their own, which nobody looks at here.
fn is_multipart(media: &[u8]) -> bool {
    media.trim_ascii().get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/"))
}

/// Gives an answer an origin of its own: the author's, a refusal, a redirect, whatever it is.
pub fn seal_off(reply: &mut Reply) {
    set(reply, CONTENT_SECURITY_POLICY, SANDBOX);
    set(reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    let headers: &mut HeaderMap = reply.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn is_allowed(name: &HeaderName) -> bool {
    let name = name.as_str();
    ALLOWED.contains(&name) || (name.starts_with("x-") && name != "x-content-type-options")
}

/// True if a `Set-Cookie` could set a cookie of the server, in any spelling: browsers compare prefixes
/// without their case (RFC 6265bis section 4.1.3), take a cookie without a name by its value, and drop
/// white space.
fn sets_own_cookie(value: &[u8]) -> bool {
    let pair = value.split(|b| *b == b';').next().unwrap_or_default();
    let mut parts = pair.splitn(2, |b| *b == b'=');
    let first = parts.next().unwrap_or_default();
    let named = if is_blank(first) { parts.next().unwrap_or_default() } else { first };
    is_own_cookie(named) || named.iter().any(|b| !b.is_ascii_graphic() && !b.is_ascii_whitespace())
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_whitespace)
}

/// True if this is the name of a cookie of the server or of Cloudflare Access, or could be taken for one.
pub(super) fn is_own_cookie(name: &[u8]) -> bool {
    let name = name.trim_ascii().to_ascii_lowercase();
    let bare = name.strip_prefix(b"__host-").or_else(|| name.strip_prefix(b"__secure-"));
    let bare = bare.unwrap_or(&name);
    bare.starts_with(OWN_COOKIE) || bare == ACCESS_COOKIE
}

#[cfg(test)]
mod tests {
    use http::header::{LINK, STRICT_TRANSPORT_SECURITY};

    use super::*;

    fn answer(headers: &[(&'static str, &'static str)]) -> (Reply, Vec<HeaderName>) {
        let mut reply = Reply::default();
        for (name, value) in headers {
            reply
                .headers_mut()
                .append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let (mut reply, dropped) = guarded(reply);
        seal_off(&mut reply);
        (reply, dropped)
    }

    #[test]
    fn every_answer_has_an_origin_of_its_own_that_its_author_cannot_give_back() {
        for given in ["default-src *", "sandbox allow-same-origin allow-scripts", ""] {
            let (reply, dropped) = answer(&[
                ("content-security-policy", given),
                ("x-content-type-options", "sniff"),
                ("content-type", "text/html"),
            ]);
            let values = |name| reply.headers().get_all(name).iter().collect::<Vec<_>>();
            assert_eq!(values(CONTENT_SECURITY_POLICY), [SANDBOX]);
            assert_eq!(values(X_CONTENT_TYPE_OPTIONS), ["nosniff"]);
            assert_eq!(values(CONTENT_TYPE), ["text/html"]);
            assert_eq!(dropped, [CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS]);
        }
    }

    #[test]
    fn headers_that_speak_of_the_origin_are_left_out() {
        let names = [
            "access-control-allow-credentials",
            "accept-ch",
            "alt-svc",
            "clear-site-data",
            "content-security-policy-report-only",
            "link",
            "nel",
            "origin-agent-cluster",
            "refresh",
            "report-to",
            "reporting-endpoints",
            "service-worker-allowed",
            "sourcemap",
            "speculation-rules",
            "strict-transport-security",
            "use-as-dictionary",
            "www-authenticate",
            "connection",
            "transfer-encoding",
            "content-length",
        ];
        for name in names {
            let (reply, dropped) = answer(&[(name, "x")]);
            assert!(reply.headers().get(name).is_none(), "{name}");
            assert_eq!(dropped.len(), 1, "{name}");
        }
        assert_eq!(answer(&[("link", "a"), ("link", "b")]).1, [LINK]);
        assert_eq!(
            answer(&[("strict-transport-security", "max-age=0")]).1,
            [STRICT_TRANSPORT_SECURITY]
        );
    }

    #[test]
    fn a_cookie_of_the_server_is_not_set_in_any_spelling() {
        for cookie in [
            "__Host-toolgate-person=x; Path=/; Secure",
            "__host-TOOLGATE-visitor=x",
            "__Secure-toolgate-x=y",
            "toolgate-person=x",
            "  __Host-toolgate-person =x",
            "=__Host-toolgate-person=x",
            " = __Host-toolgate-person=x",
            "\t__Host-toolgate-login-abc=",
            "__Host-toolgate-person",
            "CF_Authorization=x; Path=/",
        ] {
            let (reply, dropped) = answer(&[("set-cookie", cookie)]);
            assert!(reply.headers().get(SET_COOKIE).is_none(), "{cookie}");
            assert_eq!(dropped, [SET_COOKIE]);
        }
        let (reply, _) = answer(&[("set-cookie", "theme=toolgate-dark"), ("set-cookie", "b=2")]);
        assert_eq!(reply.headers().get_all(SET_COOKIE).iter().count(), 2);
    }

    #[test]
    fn parts_with_headers_of_their_own_are_not_sent() {
        for media in ["multipart/x-mixed-replace; boundary=a", " Multipart/Mixed"] {
            let (reply, dropped) = answer(&[("content-type", media)]);
            assert!(reply.headers().get(CONTENT_TYPE).is_none(), "{media}");
            assert_eq!(dropped, [CONTENT_TYPE]);
        }
    }

    #[test]
    fn an_answer_that_the_platform_cannot_send_is_mended() {
        let sent = |status: u16| {
            let mut reply = Reply::new(b"text".to_vec());
            *reply.status_mut() = StatusCode::from_u16(status).unwrap();
            let (reply, _) = guarded(reply);
            (reply.status().as_u16(), reply.body().len())
        };
        for status in [204, 205, 304] {
            assert_eq!(sent(status), (status, 0));
        }
        for status in [100, 101, 600, 999] {
            assert_eq!(sent(status), (500, 4));
        }
        for status in [200, 206, 302, 404, 599] {
            assert_eq!(sent(status), (status, 4));
        }
    }

    #[test]
    fn nothing_is_cached_unless_its_author_says_so() {
        assert_eq!(answer(&[]).0.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(
            answer(&[("cache-control", "max-age=9")]).0.headers()[CACHE_CONTROL],
            "max-age=9"
        );
    }
}

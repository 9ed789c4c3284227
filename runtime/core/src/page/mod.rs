//! The pages people see: static pieces with escaped slots, no script.

mod consent;
mod landing;
mod message;

use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::reply::{Reply, set, with_body};

pub use consent::{ConsentPage, consent};
pub use landing::landing;
pub use message::message;

const STYLE: &str = include_str!("style.css");

/// Escapes text for element content and quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Wraps a body into the document every page shares. `form_targets` are further sources of CSP
/// `form-action`, empty for a page without a form.
fn document(status: StatusCode, title: &str, body: &str, form_targets: &str) -> Reply {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    let mut reply = with_body(status, "text/html; charset=utf-8", html.into_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {}",
        STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        if form_targets.is_empty() { "'none'" } else { form_targets },
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        reply.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    set(&mut reply, X_FRAME_OPTIONS, "DENY");
    set(&mut reply, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(&mut reply, CACHE_CONTROL, "no-store");
    // `no-referrer` would make the browser send `Origin: null` with our own form.
    set(&mut reply, REFERRER_POLICY, "same-origin");
    set(&mut reply, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_characters_are_escaped() {
        assert_eq!(escape("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn a_page_cannot_be_framed_cached_or_scripted() {
        let reply = document(StatusCode::OK, "t", "", "");
        let csp = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(csp.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(csp.contains("frame-ancestors 'none'") && csp.ends_with("form-action 'none'"));
        assert_eq!(reply.headers()[X_FRAME_OPTIONS], "DENY");
        assert_eq!(reply.headers()[CACHE_CONTROL], "no-store");
    }
}

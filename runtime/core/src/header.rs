//! Reading the headers of a request: none counts as absent because it cannot be read.
//!
//! Whoever reads a header by name takes its absence for a meaning: no `Origin` is no web page, no
//! `MCP-Protocol-Version` an old client. So a request with a header that is not plain text is refused
//! as a whole, before anybody looks.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::audit::{self, Reason};
use crate::reply::{self, Reply};

/// Headers that may have any bytes (`obs-text` of RFC 9110 section 5.5), because nobody here reads
/// them as text: browsers send the cookies of the whole site, and Cloudflare adds names of places
/// and of certificates' owners in UTF-8. Cookies are read as bytes, and credentials that cannot be
/// read are refused by their readers, with the challenge that clients wait for.
const FREE_TEXT: [&str; 8] = [
    "cookie",
    "authorization",
    "user-agent",
    "referer",
    "cf-ipcity",
    "cf-region",
    "cf-cert-subject-dn",
    "cf-cert-issuer-dn",
];

/// The headers of a request.
///
/// # Errors
/// `400`: the name or the value of one cannot be read.
pub fn read(headers: impl IntoIterator<Item = (String, String)>) -> Result<HeaderMap, Box<Reply>> {
    let mut read = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(name).map_err(|_| unreadable())?;
        let value = HeaderValue::try_from(value).map_err(|_| unreadable())?;
        if value.to_str().is_err() && !FREE_TEXT.contains(&name.as_str()) {
            return Err(unreadable());
        }
        read.append(name, value);
    }
    Ok(read)
}

fn unreadable() -> Box<Reply> {
    let text = "A header of the request has characters other than visible ASCII; encode or remove \
                them (header_unreadable).";
    Box::new(audit::because(reply::text(StatusCode::BAD_REQUEST, text), Reason::HeaderUnreadable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<HeaderMap, Box<Reply>> {
        read([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_header_that_cannot_be_read_refuses_the_request_and_never_counts_as_absent() {
        for (name, value) in [
            ("origin", "https://evil.example\u{7f}"),
            ("origin", "https://evil.example\u{ff}"),
            ("mcp-protocol-version", "\u{ff}"),
            ("last-event-id", "\u{ff}"),
            ("last-event-id", "\u{fffd}"),
            ("x-anything", "a\u{1}b"),
            ("cookie", "a=\u{7f}"),
            ("authorization", "Bearer \u{7f}"),
            ("a name", "x"),
        ] {
            let refusal = one(name, value).unwrap_err();
            assert_eq!(refusal.status(), 400, "{name}: {value:?}");
            assert_eq!(audit::reason_of(&refusal), Some(Reason::HeaderUnreadable));
        }
    }

    #[test]
    fn free_text_may_have_any_letters_where_nobody_reads_it_as_text() {
        for (name, value) in
            [("cookie", "lang=é"), ("Cookie", "a=1; b=日本"), ("cf-ipcity", "São Paulo")]
        {
            assert_eq!(one(name, value).unwrap().len(), 1, "{name}: {value}");
        }
        let twice = [("accept", "a"), ("accept", "b")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(read(twice).unwrap().get_all("accept").iter().count(), 2);
    }
}

//! Redirect URIs: which may be registered, and which request matches which registration.

use toolgate_config::Str;
use url::Url;

use crate::host::is_loopback;
use crate::limits::MAX_REDIRECT_URI;

/// Checks a URI that a client wants to register: `https`, `http` on the person's own computer
/// (RFC 8252 section 7.3), or one of these private-use schemes (section 7.1), without fragment or
/// user name.
///
/// # Errors
/// The fault, in words for the client's developer.
pub fn check(uri: &str, schemes: &[Str]) -> Result<(), String> {
    if uri.len() > MAX_REDIRECT_URI {
        return Err(format!("a redirect_uri is longer than {MAX_REDIRECT_URI} characters"));
    }
    // The parser would drop or encode these; what is compared must be what was registered.
    if !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("a redirect_uri has characters that a URI cannot have".to_owned());
    }
    // Browsers read `https:/host` and `https:\\host` in ways of their own.
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let is_explicit = match rest.strip_prefix("//") {
        Some(rest) => !rest.is_empty() && !rest.starts_with('/'),
        None => !is_web,
    };
    if uri.contains('\\') || !is_explicit {
        return Err("a redirect_uri must be written as scheme://host/path".to_owned());
    }
    if uri.contains('#') {
        return Err("a redirect_uri must not have a fragment".to_owned());
    }
    // As text: the parser drops an empty user name and decodes `%65xample.com`.
    let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next());
    let authority = authority.unwrap_or_default();
    if authority.contains('@') {
        return Err("a redirect_uri must not have a user name".to_owned());
    }
    if !authority.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b)) {
        return Err("the host of a redirect_uri must be written without encoding".to_owned());
    }
    let url = Url::parse(uri).map_err(|_| "a redirect_uri is not an absolute URI".to_owned())?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if url.host_str().is_some_and(is_loopback) => Ok(()),
        "http" => {
            Err("a redirect_uri must use https, or http on localhost, 127.0.0.1 or [::1]"
                .to_owned())
        }
        _ if needs_scheme(uri, schemes).is_none() && is_private_use(uri) => Ok(()),
        _ => Err("a redirect_uri must use https or loopback http; another scheme can be claimed \
                  by any application, so it is accepted only when redirect_schemes in the section \
                  registration of mcp.toml lists it"
            .to_owned()),
    }
}

/// Schemes that no application owns: addresses that run or show what their sender wrote, and those
/// that browsers and systems open in ways of their own.
const HOSTILE: [&str; 12] = [
    "javascript",
    "data",
    "vbscript",
    "blob",
    "filesystem",
    "about",
    "file",
    "ftp",
    "ws",
    "wss",
    "mailto",
    "intent",
];

/// True if the URI is one that no server can ever accept, rather than one of an application that
/// this server does not list.
#[must_use]
pub fn is_hostile(uri: &str) -> bool {
    // As whoever follows it would read it: white space before and inside of a scheme is dropped.
    let scheme = Url::parse(uri).map(|url| url.scheme().to_owned()).unwrap_or_default();
    HOSTILE.contains(&scheme.as_str()) || uri.contains('#')
}

/// The private-use scheme of the URI, if it is one that `redirect_schemes` would have to list.
#[must_use]
pub fn needs_scheme<'a>(uri: &'a str, schemes: &[Str]) -> Option<&'a str> {
    let (scheme, _) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.')
        });
    let is_private = is_scheme && !matches!(scheme, "http" | "https");
    (is_private && !schemes.iter().any(|known| known == scheme)).then_some(scheme)
}

/// True if a URI of a private-use scheme is written as one, in lower case and with a path: it is
/// compared as text and handed to the operating system as it is.
fn is_private_use(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    !scheme.bytes().any(|b| b.is_ascii_uppercase())
        && rest.starts_with('/')
        && !uri.bytes().any(|b| b"\"<>^`{|}".contains(&b))
}

/// The host of a URI that leads to a web site, and not to this very machine or an application on it.
#[must_use]
pub(crate) fn web_host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    url.host_str().filter(|host| !is_loopback(host)).map(str::to_owned)
}

/// True if a requested URI is the registered one: the same text, except that the port of a loopback
/// address is free (OAuth 2.1 section 8.4.2), and that its empty path is `/`.
#[must_use]
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (loopback(registered), loopback(requested)) {
        (Some((host, _, path)), Some((other, _, other_path))) => {
            (host, path) == (other, other_path)
        }
        _ => false,
    }
}

/// True if the URI of a token request is that of the authorization request: the same text, except
/// that some libraries write the empty path of a loopback address as `/`.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || loopback(one).is_some_and(|one| Some(one) == loopback(other))
}

/// A loopback URI as host, port and the rest, compared as text and not as the parser sees them. A
/// path of `/` is told as the empty one.
fn loopback(uri: &str) -> Option<(&str, &str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let root = path.strip_prefix('/').filter(|rest| rest.is_empty() || rest.starts_with('?'));
    let path = root.unwrap_or(path);
    // The colons of an IPv6 address are inside its brackets.
    let (host, port) = match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => {
            let port = &authority[colon + 1..];
            // `parse` takes a sign as well.
            if !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err() {
                return None;
            }
            (&authority[..colon], port)
        }
        _ => (authority, ""),
    };
    is_loopback(host).then_some((host, port, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_http_may_be_registered() {
        for good in [
            "https://claude.ai/api/mcp/auth_callback",
            "http://localhost/callback",
            "http://127.0.0.1:33418/",
            "http://127.5.5.5/cb?x=1",
            "http://[::1]:8080/cb",
        ] {
            assert_eq!(check(good, &[]), Ok(()), "{good}");
        }
        for bad in [
            "http://example.com/cb",
            "http://localhost.example.com/cb",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://user@example.com/cb",
            "https://example.com/cb#x",
            "https://example.com/cb#",
            "/callback",
            "https://example.com/a b",
            "https://example.com/\u{1}",
            "https:///cb",
            "https:/client.example/cb",
            "https:client.example/cb",
            "https:\\\\client.example\\cb",
            "https://client.example\\@evil.example/cb",
            "hTTps:/client.example/cb",
            "",
        ] {
            assert!(check(bad, &[]).is_err(), "{bad}");
        }
        assert!(check(&format!("https://example.com/{}", "a".repeat(600)), &[]).is_err());
    }

    #[test]
    fn a_private_use_scheme_is_accepted_only_where_it_is_listed() {
        let listed = [Str::Borrowed("cursor"), Str::Borrowed("com.example.app")];
        for good in ["cursor://anysphere.cursor-mcp/oauth/callback", "com.example.app:/callback"] {
            assert!(check(good, &[]).unwrap_err().contains("redirect_schemes"), "{good}");
            assert_eq!(check(good, &listed), Ok(()), "{good}");
        }
        for bad in [
            "claude://callback",
            "Cursor://callback",
            "cursor:callback",
            "cursor:",
            "cursor://",
            "cursor:///x",
            "cursor://a/b#c",
            "cursor://user@a/b",
            "cursor://a/\"onclick",
            "cursor2://a/b",
            "javascript://a/%0aalert(1)",
            "data:/text",
        ] {
            assert!(check(bad, &listed).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_private_use_scheme_matches_as_text_only() {
        let registered = "cursor://localhost:1/cb";
        assert!(matches(registered, registered));
        assert!(!matches(registered, "cursor://localhost:2/cb"));
        assert!(!matches("cursor://127.0.0.1/cb", "cursor://127.0.0.1:5/cb"));
    }

    #[test]
    fn a_host_that_no_encoder_makes_is_no_panic() {
        for host in ["a.xn--pleRRyyyyyhytlocayyy0yy1yyyyyyyyyyyyyyyyyjavascrpt", "xn--", "xn--a-"] {
            // Whether it is accepted is the parser's business.
            let _ = check(&format!("https://{host}/cb"), &[]);
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        for (registered, requested, same) in [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example/cb?x=1", false),
            ("https://a.example/cb", "https://a.example:444/cb", false),
            ("http://localhost/cb", "http://localhost:1234/cb", true),
            ("http://localhost:1/cb", "http://localhost:65535/cb", true),
            ("http://localhost:1/cb", "http://localhost:/cb", false),
            ("http://localhost/cb", "http://127.0.0.1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1.evil.example/cb", false),
            ("http://[::1]/cb", "http://[::1]:99/cb", true),
            ("http://localhost/cb?a=1", "http://localhost:5/cb?a=2", false),
            ("http://127.0.0.1", "http://127.0.0.1:5/", true),
            ("http://127.0.0.1/", "http://127.0.0.1:5", true),
            ("http://localhost/?a=1", "http://localhost:5?a=1", true),
            ("http://localhost", "http://localhost//", false),
            ("http://localhost/cb", "http://localhost/cb/", false),
            ("https://a.example", "https://a.example/", false),
            ("cursor://localhost", "cursor://localhost/", false),
        ] {
            assert_eq!(matches(registered, requested), same, "{registered} {requested}");
        }
    }

    #[test]
    fn a_token_request_may_write_the_empty_path_of_a_loopback_address_as_a_slash() {
        for (one, other, same) in [
            ("http://127.0.0.1:5", "http://127.0.0.1:5/", true),
            ("http://127.0.0.1:5/cb", "http://127.0.0.1:5/cb", true),
            ("http://127.0.0.1:5", "http://127.0.0.1:6/", false),
            ("http://127.0.0.1:5", "http://localhost:5/", false),
            ("https://a.example", "https://a.example/", false),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn what_runs_where_it_is_read_is_hostile_however_it_is_written() {
        for uri in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "https://a.example/cb#x",
            "cursor://a/b#",
        ] {
            assert!(is_hostile(uri), "{uri:?}");
        }
        for uri in ["https://a.example/cb", "cursor://a/b", "http://a.example/cb", "", "x"] {
            assert!(!is_hostile(uri), "{uri:?}");
        }
    }
}

//! Redirect URIs: which may be registered, and which request matches a registration.
//!
//! Input: the registered URI, a line feed, the requested one, in which value 0 is the registered one.

use http::header::LOCATION;
use toolgate_core::oauth::redirect_uri::{check, matches};
use toolgate_core::reply;
use url::{Host, Url};

use super::template::{expand, parts};

pub fn run(input: &[u8]) -> bool {
    let [registered, requested] = parts(input);
    let Ok(registered) = std::str::from_utf8(registered) else { return false };
    let Ok(requested) = String::from_utf8(expand(requested, &[registered])) else { return false };
    let schemes = ["cursor".into(), "com.example.app".into()];
    for uri in [registered, &requested] {
        if check(uri, &[]).is_ok() {
            assert!(may_register(uri), "registered: {uri:?}");
        }
        if check(uri, &schemes).is_ok() {
            assert!(may_register(uri) || is_private_use(uri), "registered: {uri:?}");
            assert!(matches(uri, uri), "does not match itself: {uri:?}");
        }
    }
    let matched = matches(registered, &requested);
    assert_eq!(matched, matches(&requested, registered), "{registered:?} {requested:?}");
    if matched && check(registered, &schemes).is_ok() {
        assert!(may_match(registered, &requested), "matched: {registered:?} {requested:?}");
        let reply = reply::redirect(&requested);
        assert_eq!(reply.headers()[LOCATION].as_bytes(), requested.as_bytes());
        return true;
    }
    false
}

/// The rules for a registration on what the parser of browsers sees.
pub fn may_register(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let is_plain =
        url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    let is_trusted = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    is_plain && is_trusted && is_written_as_parsed(uri, &url)
}

/// Whether two readers cannot see two hosts in it: nothing that parsers drop, repair or split
/// differently (RFC 3986 section 3 against the URL standard).
fn is_written_as_parsed(uri: &str, url: &Url) -> bool {
    let Some((scheme, rest)) = uri.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.eq_ignore_ascii_case(url.scheme())
        && !authority.is_empty()
        && !uri.contains(['\\', '#'])
        && !authority.contains('@')
        && uri.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// A URI of a listed scheme (RFC 8252 section 7.1), which is only ever compared as text.
fn is_private_use(uri: &str) -> bool {
    let rest = uri.strip_prefix("cursor:/").or_else(|| uri.strip_prefix("com.example.app:/"));
    let authority =
        rest.and_then(|rest| rest.strip_prefix('/')).map(|rest| rest.split(['/', '?']).next());
    rest.is_some()
        && !authority.flatten().is_some_and(|authority| authority.contains('@'))
        && !uri.contains(['#', '\\', '"', '<', '>'])
        && uri.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        && Url::parse(uri).is_ok()
}

/// Equal as text, or the same loopback URL but for its port.
pub fn may_match(registered: &str, requested: &str) -> bool {
    registered == requested || is_same_but_for_the_port(registered, requested)
}

fn is_same_but_for_the_port(registered: &str, requested: &str) -> bool {
    let (Ok(mut one), Ok(mut other)) = (Url::parse(registered), Url::parse(requested)) else {
        return false;
    };
    let is_local = |url: &Url| url.scheme() == "http" && is_loopback(url);
    if !is_local(&one) || !is_local(&other) || !may_register(requested) {
        return false;
    }
    one.set_port(None).expect("http has ports");
    other.set_port(None).expect("http has ports");
    one == other && around_port(registered) == around_port(requested)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The text before and after the port: what is equal to a parser only is another spelling.
fn around_port(uri: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = match rest[..end].rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => &rest[..end],
    };
    Some((&uri[..scheme.len() + "://".len() + host.len()], &rest[end..]))
}

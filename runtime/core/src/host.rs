//! Host names: by which the server is asked, and from where.

use std::net::IpAddr;

use http::header::HOST;
use http::{HeaderMap, StatusCode, Uri};
use url::{Position, Url};

use crate::audit::{self, Reason};
use crate::reply::{self, Reply};

/// Network address of the sender, set by Cloudflare whatever the client sends.
pub const CLIENT_ADDRESS: &str = "cf-connecting-ip";

/// The Worker variable by which a developer lets other machines use a server that is for their own:
/// `1` does. `cargo toolgate dev` always sets it.
pub const DEV_REMOTE: &str = "TOOLGATE_DEV_REMOTE";

/// True if the host can only be the person's own computer.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Judges the `Host` header, which what stands in front of the Worker may have normalised in the
/// address of the request already.
///
/// # Errors
/// `421`: it is neither a name nor an address by the URL standard (`1.2.3.400`, `xn--0.example`), or is read
/// as another than is written (`a%41.example`, `127.1`).
pub fn check_header(headers: &HeaderMap) -> Result<(), Box<Reply>> {
    let Some(host) = headers.get(HOST) else { return Ok(()) };
    match url_of("http", host.to_str().unwrap_or_default()) {
        Some(_) => Ok(()),
        None => Err(Box::new(misdirected())),
    }
}

/// Scheme, host and port of a request, in the normal form of the URL standard; `None` for a host as
/// [`check_header`] refuses it. Addresses that are made of the origin are URLs.
#[must_use]
pub fn origin(uri: &Uri) -> Option<String> {
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let url = url_of(scheme, uri.authority()?.as_str())?;
    Some(url[..Position::BeforePath].to_owned())
}

/// The address of a host, if it is read as it is written.
fn url_of(scheme: &str, authority: &str) -> Option<Url> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    let url = Url::parse(&format!("{scheme}://{authority}/")).ok()?;
    let is_same = url.host_str()?.eq_ignore_ascii_case(without_port(authority));
    (is_same && authority.bytes().all(is_plain)).then_some(url)
}

/// True if the server answers to the name that the request was sent to. Without a list it answers
/// to any: Cloudflare hands a Worker only requests to its own names. With one, a page cannot reach
/// the server under a name of its own (DNS rebinding); nor can it where the server `is_local`,
/// which is for this very machine only. This very machine always may.
#[must_use]
pub fn is_served<'a>(
    uri: &Uri,
    mut allowed: impl ExactSizeIterator<Item = &'a str>,
    is_local: bool,
) -> bool {
    let host = uri.host().unwrap_or_default();
    let is_any = allowed.len() == 0;
    let is_named = is_any || allowed.any(|name| name.eq_ignore_ascii_case(host));
    is_loopback(host) || (is_named && !is_local)
}

/// True if the headers tell of another machine than this: a proxy was asked by another name, or for
/// a public address. A tunnel that rewrites `Host` leaves no other trace.
#[must_use]
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    [
        ("forwarded", names_elsewhere as fn(&str) -> bool),
        ("x-forwarded-host", |names| names.split(',').any(is_elsewhere)),
        (CLIENT_ADDRESS, is_far),
        ("x-forwarded-for", is_far),
        ("x-real-ip", is_far),
    ]
    .into_iter()
    .any(|(name, is_telling)| {
        let mut values = headers.get_all(name).into_iter();
        values.any(|value| is_telling(value.to_str().unwrap_or_default()))
    })
}

/// True if a `Forwarded` names another host. Read by hand and more strictly than RFC 7239: a
/// separator inside quotes separates too.
fn names_elsewhere(forwarded: &str) -> bool {
    forwarded.split([',', ';']).any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("host") && is_elsewhere(value)
        })
    })
}

fn is_elsewhere(name: &str) -> bool {
    !is_loopback(without_port(unquoted(name)))
}

fn is_far(addresses: &str) -> bool {
    !addresses.split(',').all(is_near)
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches('"')
}

/// A host without its port; the colons of an IPv6 address are inside its brackets.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

/// True for an address of this machine or of a network around it: containers and virtual machines
/// see this machine under such a one. Networks for measurements (RFC 2544) are as little part of
/// the Internet as private ones.
fn is_near(address: &str) -> bool {
    match address.trim().parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            let is_for_measurements = matches!(address.octets(), [198, 18 | 19, ..]);
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || is_for_measurements
        }
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => false,
    }
}

/// The `421` for a request from elsewhere to a server that is for one machine only.
#[must_use]
pub fn not_for_others() -> Reply {
    let text = "This server is for its developer's own machine, and the request came through a \
                proxy or from another machine; TOOLGATE_DEV_REMOTE=1 in the environment of \
                `cargo toolgate dev`, or in .dev.vars, lets others use it.";
    audit::because(reply::text(StatusCode::MISDIRECTED_REQUEST, text), Reason::ClientElsewhere)
}

/// The `421` (RFC 9110 section 15.5.20) for any other name.
#[must_use]
pub fn misdirected() -> Reply {
    let text = "This server does not answer to this host name; its owner can list it in \
                [transport] allowed_hosts of mcp.toml. One whose identity provider is on its own \
                machine, or that has none, answers to that machine's names only.";
    audit::because(reply::text(StatusCode::MISDIRECTED_REQUEST, text), Reason::HostForeign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_list_only_its_names_and_this_machine_are_served() {
        let served = |uri: &'static str, allowed: &[&str]| {
            is_served(&Uri::from_static(uri), allowed.iter().copied(), false)
        };
        let listed = &["mcp.example.com"];
        for good in
            ["https://mcp.example.com/mcp", "https://MCP.example.com:8443/", "http://[::1]:1/"]
        {
            assert!(served(good, listed), "{good}");
        }
        for bad in ["https://evil.example/mcp", "https://mcp.example.com.evil.example/", "/mcp"] {
            assert!(!served(bad, listed), "{bad}");
        }
        assert!(served("https://any.example/mcp", &[]));
    }

    #[test]
    fn a_host_that_was_normalised_on_its_way_is_judged_as_it_was_written() {
        let check = |host: &str| {
            let value = http::HeaderValue::from_str(host).unwrap();
            check_header(&HeaderMap::from_iter([(HOST, value)])).map_err(|reply| reply.status())
        };
        assert!(check_header(&HeaderMap::new()).is_ok());
        for host in ["aa.example", "AA.example:80", "localhost:8788", "[::1]:1"] {
            assert_eq!(check(host), Ok(()), "{host}");
        }
        for host in ["a%41.example", "127.1", "foo.1", "", "a b", "aa.example/x", "a@aa.example"] {
            assert_eq!(check(host), Err(StatusCode::MISDIRECTED_REQUEST), "{host}");
        }
    }

    #[test]
    fn an_origin_is_one_only_where_the_url_standard_reads_the_host_as_it_is_written() {
        for (uri, expected) in [
            ("https://mcp.example.com/x?y", "https://mcp.example.com"),
            ("https://MCP.Example.com:443/", "https://mcp.example.com"),
            ("http://localhost:8788/connections", "http://localhost:8788"),
            ("http://[::1]:80/", "http://[::1]"),
            ("http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ] {
            assert_eq!(origin(&uri.parse().unwrap()).as_deref(), Some(expected), "{uri}");
        }
        for bad in [
            "http://foo.1/connections",
            "http://1.2.3.400/",
            "http://1.2.3.4./",
            "http://127.1/",
            "http://0x7f000001/",
            "http://xn--0.example/",
            "http://a%41.example/",
            "http://user@example.com/",
            "http://example.com:99999/",
            "http://[::1/",
            "http://[0:0::1]/",
            "ftp://example.com/",
            "/connections",
        ] {
            assert_eq!(bad.parse::<Uri>().ok().as_ref().and_then(origin), None, "{bad}");
        }
    }

    #[test]
    fn a_proxy_that_was_asked_by_another_name_or_for_a_public_address_is_noticed() {
        let from = |name: &'static str, value: &str| {
            is_from_elsewhere(&HeaderMap::from_iter([(
                http::HeaderName::from_static(name),
                http::HeaderValue::from_str(value).unwrap(),
            )]))
        };
        for (name, value) in [
            ("x-forwarded-host", "abc.trycloudflare.com"),
            ("x-forwarded-host", "localhost, evil.example"),
            ("x-forwarded-host", "localhost.evil.example:8788"),
            ("x-forwarded-host", ""),
            ("x-forwarded-host", "192.168.1.2"),
            ("forwarded", "for=192.0.2.1;host=evil.example"),
            ("forwarded", "for=_x, For=_y ; HOST = \"evil.example:80\""),
            ("forwarded", "by=\"x;host=evil.example\""),
            ("cf-connecting-ip", "192.0.2.1"),
            ("cf-connecting-ip", "2001:db8::1"),
            ("cf-connecting-ip", "::ffff:192.0.2.1"),
            ("cf-connecting-ip", "100.64.0.1"),
            ("cf-connecting-ip", "localhost"),
            ("cf-connecting-ip", "127.0.0.1, 192.0.2.1"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-forwarded-for", "127.0.0.1, 2001:db8::1"),
            ("x-real-ip", "192.0.2.1"),
        ] {
            assert!(from(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("x-forwarded-host", "localhost:8788"),
            ("x-forwarded-host", "[::1]:8788, 127.0.0.1"),
            ("forwarded", "for=192.0.2.1;proto=https"),
            ("forwarded", "host=\"localhost:8788\";for=\"[::1]\""),
            ("cf-connecting-ip", "127.0.0.1"),
            ("cf-connecting-ip", "::1"),
            ("cf-connecting-ip", "172.17.0.1"),
            ("cf-connecting-ip", "192.168.65.1"),
            ("cf-connecting-ip", "169.254.1.1"),
            ("cf-connecting-ip", "198.18.0.1"),
            ("cf-connecting-ip", "::ffff:10.0.0.1"),
            ("cf-connecting-ip", "fe80::1"),
            ("cf-connecting-ip", "fd00::1"),
            ("x-forwarded-for", "172.17.0.1, 127.0.0.1"),
            ("x-real-ip", "::1"),
        ] {
            assert!(!from(name, value), "{name}: {value}");
        }
        assert!(!is_from_elsewhere(&HeaderMap::new()));
    }

    #[test]
    fn a_server_for_this_machine_answers_to_no_other_name() {
        let none: [&str; 0] = [];
        let served = |uri| is_served(&Uri::from_static(uri), none.into_iter(), true);
        assert!(served("http://localhost:8788/mcp") && served("http://127.0.0.1/"));
        assert!(!served("http://evil.example/mcp"));
    }
}

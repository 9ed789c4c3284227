//! Host names.

use std::net::IpAddr;

use http::{StatusCode, Uri};

use crate::audit::{self, Reason};
use crate::reply::{self, Reply};

/// Whether the host can only be the person's own computer.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether the server answers to the name that the request was sent to. Without a list it answers
/// to any: Cloudflare hands a Worker only requests to its own names. With one, a page cannot reach
/// the server under a name of its own (DNS rebinding); nor can it where the server `is_local`, which is
/// for this very machine only. This very machine always may.
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

/// The `421` (RFC 9110 section 15.5.20) for any other name.
#[must_use]
pub fn misdirected() -> Reply {
    let text = "This server does not answer to this host name; its owner can list it in \
                [transport] allowed_hosts of mcp.toml.";
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
    fn a_server_for_this_machine_answers_to_no_other_name() {
        let none: [&str; 0] = [];
        let served = |uri| is_served(&Uri::from_static(uri), none.into_iter(), true);
        assert!(served("http://localhost:8788/mcp") && served("http://127.0.0.1/"));
        assert!(!served("http://evil.example/mcp"));
    }
}

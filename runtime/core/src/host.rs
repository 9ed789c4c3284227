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
/// the server under a name of its own (DNS rebinding). This very machine always may.
#[must_use]
pub fn is_served<'a>(uri: &Uri, mut allowed: impl ExactSizeIterator<Item = &'a str>) -> bool {
    let host = uri.host().unwrap_or_default();
    allowed.len() == 0 || is_loopback(host) || allowed.any(|name| name.eq_ignore_ascii_case(host))
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
            is_served(&Uri::from_static(uri), allowed.iter().copied())
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
}

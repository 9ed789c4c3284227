//! The address and the name under which clients know a server.

use std::fmt;
use std::path::Path;

use toolgate_config::deploy::DEV_PORT;
use url::{Host, Url};

use crate::running::Running;

/// Address at which the server takes Streamable HTTP: https, or http on this machine. It has no
/// character that a shell, JSON or TOML would need escaped within double quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(Url);

impl Address {
    /// The address of an argument; `/mcp` is added where it has no path.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let Some(mut url) = url else {
            if text.contains("://") {
                return Err("not an address that begins with https://".to_owned());
            }
            let here = Url::parse(&format!("http://{text}")).is_ok_and(|url| is_loopback(&url));
            let scheme = if here { "http" } else { "https" };
            return Err(format!("write the whole address: {scheme}://{text}"));
        };
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(format!(
                "http is for this machine only, tokens would be sent in the clear; \
                 write https{}",
                &text[4..]
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("leave out the name and password: clients sign in by OAuth".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("leave out what begins with `?` or `#`".to_owned());
        }
        if let Some(odd) = url.path().chars().find(|c| !is_plain(*c)) {
            return Err(format!("`{odd}` in the path: only letters, digits and -._~%/ are there"));
        }
        let path = url.path().trim_end_matches('/');
        let path = if path.is_empty() { "/mcp".to_owned() } else { path.to_owned() };
        url.set_path(&path);
        Ok(Self(url))
    }

    /// Address at which `cargo toolgate dev` serves the server in or above a folder.
    pub(crate) fn of_dev(folder: &Path) -> Self {
        let running = Running::near(folder);
        let known = running.and_then(|running| Self::parse(&running.url).ok());
        known.unwrap_or_else(Self::dev)
    }

    /// The same at the usual port.
    pub(crate) fn dev() -> Self {
        Self::parse(&format!("http://localhost:{DEV_PORT}")).expect("a constant that is an address")
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// True if only this machine reaches it.
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(&self.0)
    }

    /// True for http on another host than the two that mcp-remote takes http from without being
    /// told to.
    pub(crate) fn is_plain_http_elsewhere(&self) -> bool {
        let usual = matches!(self.0.host_str(), Some("localhost" | "127.0.0.1"));
        self.0.scheme() == "http" && !usual
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~%/".contains(c)
}

/// The name as every client takes it: the strictest allow no more.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !text.is_empty() && text.chars().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("a name has letters, digits, `-` and `_`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_gets_that_of_streamable_http() {
        for (text, expected) in [
            ("https://demo.acme.workers.dev", "https://demo.acme.workers.dev/mcp"),
            ("https://demo.acme.workers.dev/", "https://demo.acme.workers.dev/mcp"),
            ("https://demo.acme.workers.dev/mcp/", "https://demo.acme.workers.dev/mcp"),
            ("https://acme.example/tools/mcp", "https://acme.example/tools/mcp"),
            ("http://[::1]:8788", "http://[::1]:8788/mcp"),
            ("http://demo.localhost:8788", "http://demo.localhost:8788/mcp"),
        ] {
            assert_eq!(
                Address::parse(text).map(|address| address.to_string()).as_deref(),
                Ok(expected)
            );
        }
        assert!(Address::dev().is_local());
    }

    #[test]
    fn an_address_that_cannot_be_right_is_told_the_right_one() {
        for (text, expected) in [
            ("http://demo.acme.workers.dev/mcp", "write https://demo.acme.workers.dev/mcp"),
            ("http://127.0.0.1.example.com", "http is for this machine only"),
            ("demo.acme.workers.dev", "https://demo.acme.workers.dev"),
            ("localhost:8788/mcp", "http://localhost:8788/mcp"),
            ("ftp://acme.example", "begins with https://"),
            ("https://ada:secret@acme.example", "leave out the name and password"),
            ("https://acme.example/mcp?token=1", "leave out what begins with"),
            ("https://acme.example/$(id)", "`$` in the path"),
        ] {
            let error = Address::parse(text).expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_name_needs_no_quotes_anywhere() {
        assert_eq!(name("my-server_2"), Ok("my-server_2".to_owned()));
        for text in ["", "my server", "a.b", "x;id", "é"] {
            assert!(name(text).is_err(), "{text}");
        }
    }
}

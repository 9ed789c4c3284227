//! Where people are sent: in words, and as the headers allow it.

use url::{Host, Url};

use crate::host::is_loopback;
use crate::page::text::escape;

/// Where the answer goes.
pub(super) enum Target {
    /// A web site, by its host: `xn--` labels stay as they are, so that letters that look like
    /// others give themselves away.
    Web(String),
    /// A port of the person's own computer (RFC 8252 section 7.3).
    Loopback(String),
    /// An application that claimed a scheme (RFC 8252 section 7.1).
    Private(String),
}

impl Target {
    pub(super) fn of(redirect_uri: &str) -> Self {
        let Ok(url) = Url::parse(redirect_uri) else { return Self::Web(ascii(redirect_uri)) };
        match (url.scheme(), url.host_str()) {
            ("http" | "https", Some(host)) if is_loopback(host) => Self::Loopback(host.to_owned()),
            ("http" | "https", Some(host)) => Self::Web(host.to_owned()),
            (scheme, _) => Self::Private(scheme.to_owned()),
        }
    }

    /// Markup that says it.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Web(host) => format!("<b>{}</b>", escape(host)),
            Self::Loopback(host) => format!("<b>This computer</b> ({})", escape(host)),
            Self::Private(scheme) => {
                format!("<b>An application on this device</b> ({}:)", escape(scheme))
            }
        }
    }
}

/// Markup of a host alone, for a list that is read on any device.
pub(super) fn host_in_words(host: &str) -> String {
    let text = escape(&host_of(host));
    if is_loopback(host) {
        format!("On a computer of yours ({text})")
    } else {
        format!("<b>{text}</b>")
    }
}

/// A host as the URL standard writes it: in ASCII.
pub(super) fn host_of(host: &str) -> String {
    Host::parse(host).map_or_else(|_| ascii(host), |host| host.to_string())
}

/// The whole address, in the characters that really are in it.
pub(super) fn address(uri: &str) -> String {
    escape(&Url::parse(uri).map_or_else(|_| ascii(uri), String::from))
}

/// What is no URL, in characters that look like no others.
fn ascii(text: &str) -> String {
    text.escape_default().to_string()
}

/// Sources of CSP `form-action` for a form that these addresses may follow.
///
/// Chrome holds every redirect that follows a form to it, and an identity provider may pass through
/// others of its own that nobody can list. Our pages have no forms but their own and all their slots
/// are escaped, so `https:` costs little; anything else only for the addresses of this very sign-in.
pub(super) fn form_targets(addresses: &[&str]) -> String {
    let mut targets = "'self' https:".to_owned();
    for address in addresses {
        if let Ok(url) = Url::parse(address)
            && url.scheme() != "https"
        {
            targets.push(' ');
            targets.push_str(&source(&url));
        }
    }
    targets
}

/// CSP source of an address (CSP Level 3 section 2.3.1).
fn source(url: &Url) -> String {
    match (url.scheme(), url.host()) {
        // The grammar of a host has no brackets: any host, but of this port.
        ("http", Some(Host::Ipv6(_))) => {
            format!("http://*:{}", url.port_or_known_default().unwrap_or_default())
        }
        ("http", _) => url.origin().ascii_serialization(),
        (scheme, _) => format!("{scheme}:"),
    }
}

//! Targets of redirects: in words, and as the headers allow them.

use url::{Host, Url};

use crate::host::is_loopback;
use crate::page::text::escape;

/// Target of the answer.
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

/// A text that is not a URL, in characters that look like no others.
fn ascii(text: &str) -> String {
    text.escape_default().to_string()
}

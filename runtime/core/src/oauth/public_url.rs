//! Addresses that this server fetches because a stranger names them: Client ID Metadata Documents
//! and the key sets that these name.
//!
//! Which address a name resolves to is not seen on Workers, let alone pinned. What can be told from
//! the text is refused here; for the rest the generated `wrangler.jsonc` sets
//! `global_fetch_strictly_public`, and then no fetch leads into a private network.

use toolgate_config::{Config, Str};
use url::{Host, Url};

use crate::audit::Reason;
use crate::limits::MAX_DOCUMENT_URL;
use crate::oauth::error::OAuthError;

/// Top-level names that are not in the public DNS: special-use ones (RFC 6761, RFC 6762, RFC 7686,
/// RFC 9476), `internal`, which ICANN reserved for private networks, and those that RFC 6762
/// appendix G found in use there. `example` is special-use, too, but only so that nobody owns it:
/// no network gives it a meaning, documents and tests use it.
const PRIVATE_SUFFIXES: [&str; 13] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "test",
    "invalid",
    "onion",
    "alt",
];

/// The special-use name of home networks (RFC 8375), which is not a top-level one.
const HOME: &str = "home.arpa";

/// An https address of a public host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    host: String,
}

impl PublicUrl {
    /// Checks an address. It must be written the way the URL standard writes it, so that whoever
    /// reads it next sees the same host and the same path: no upper case or default port in the
    /// authority, no `.` and `..` segments, encoded ones included, no characters that a parser
    /// would drop or encode.
    ///
    /// # Errors
    /// The fault, in words for the client's developer.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MAX_DOCUMENT_URL {
            return Err("it is too long");
        }
        let url = Url::parse(text).map_err(|_| "it is not an absolute URL")?;
        if url.scheme() != "https" {
            return Err("it must use https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it must not have a user name");
        }
        if url.fragment().is_some() {
            return Err("it must not have a fragment");
        }
        let host = match url.host() {
            Some(Host::Domain(host)) => host,
            // However it was spelled: decimal, octal, hexadecimal and short forms arrive here too.
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
                return Err("its host must not be an IP address");
            }
            None => return Err("it must have a host"),
        };
        // The parser lets more through than a host name can have (RFC 1123 section 2.1).
        let is_name = host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        if !is_name || is_private(host) {
            return Err("its host is not in the public DNS");
        }
        if url.as_str() != text {
            return Err("it must be written in its normal form, without dot segments, upper-case \
                        letters in the host, or a default port");
        }
        let host = host.to_owned();
        Ok(Self { text: text.to_owned(), host })
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// True if the name can only mean something inside a network: a single label, a reserved suffix, or
/// an empty label, above all at the end, which tells a resolver to skip its checks of such names.
fn is_private(host: &str) -> bool {
    let Some((_, last)) = host.rsplit_once('.') else { return true };
    let is_home = host == HOME || host.strip_suffix(HOME).is_some_and(|rest| rest.ends_with('.'));
    is_home || host.split('.').any(str::is_empty) || PRIVATE_SUFFIXES.contains(&last)
}

/// True if the host is one of the domains or a sub-domain of one.
pub(crate) fn is_within(host: &str, domains: &[Str]) -> bool {
    domains.iter().any(|domain| {
        host.strip_suffix(domain.as_ref())
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// A `client_id` that is the address of a Client ID Metadata Document
/// (draft-ietf-oauth-client-id-metadata-document-02 section 3), welcome on this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentUrl(PublicUrl);

impl DocumentUrl {
    /// True if a `client_id` means to be such an address, even a wrong one. Registrations are
    /// base64url, which has no colon.
    #[must_use]
    pub fn is_meant(client_id: &str) -> bool {
        client_id.contains("://")
    }

    /// Checks the address, and that documents and its domain are welcome.
    ///
    /// # Errors
    /// `invalid_client` that tells what is wrong.
    pub fn parse(config: &Config, client_id: &str) -> Result<Self, OAuthError> {
        let registration = &config.registration;
        if !registration.metadata_documents {
            return Err(OAuthError::invalid_client(
                "This server takes no client metadata documents; its owner can allow them with \
                 metadata_documents in the section registration of mcp.toml",
            )
            .because(Reason::ClientKindRefused));
        }
        let refuse = |reason: &str| {
            OAuthError::invalid_client(format!("The client_id is not an acceptable URL: {reason}"))
                .because(Reason::ClientUnknown)
        };
        let url = PublicUrl::parse(client_id).map_err(refuse)?;
        let (_, path) = client_id.split_at("https://".len() + authority_length(client_id));
        if path == "/" {
            return Err(refuse("it must have a path"));
        }
        // The draft advises against queries. One host could make any number of clients, and of
        // fetches, out of one document with them.
        if path.contains('?') {
            return Err(refuse("it must not have a query"));
        }
        let allowed = &registration.allowed_domains;
        if !allowed.is_empty() && !is_within(&url.host, allowed) {
            return Err(OAuthError::invalid_client(
                "The client's domain is not among the allowed_domains of this server's mcp.toml",
            )
            .because(Reason::ClientDomainRefused));
        }
        Ok(Self(url))
    }

    /// The address, which is the `client_id`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host that answers for the client.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }
}

fn authority_length(url: &str) -> usize {
    let rest = url.strip_prefix("https://").unwrap_or_default();
    rest.find(['/', '?']).unwrap_or(rest.len())
}

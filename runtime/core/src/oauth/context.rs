//! Context of every endpoint.

use toolgate_config::Config;

use crate::audit::Log;
use crate::cookie;
use crate::oauth::error::OAuthError;
use crate::oauth::params::Params;
use crate::paths::{MCP_PATH, SSE_PATH, resource};
use crate::seal::{Entropy, Keyring};
use crate::upstream::provider::Provider;

/// The server as one request sees it. `origin` is `scheme://host[:port]` of the request and is also
/// the issuer (RFC 8414 section 2).
pub struct OAuthContext<'a> {
    /// The checked `mcp.toml`.
    pub config: &'a Config,
    /// Scheme, host and port.
    pub origin: &'a str,
    /// Keys that seal.
    pub keys: &'a Keyring,
    /// The identity provider.
    pub provider: &'a Provider,
    /// Seconds since 1970.
    pub now: u64,
    /// Randomness.
    pub entropy: &'a mut dyn Entropy,
    /// Log of decisions.
    pub log: &'a Log,
}

impl OAuthContext<'_> {
    /// Context under which a cookie of one attempt is sealed: the attempt, at this very address.
    #[must_use]
    pub(crate) fn attempt(&self, id: &str) -> String {
        format!("{} {id}", self.origin)
    }

    /// The name here of one of the cookies in [`cookie`].
    #[must_use]
    pub(crate) fn cookie<'a>(&self, cookie: &'a str) -> &'a str {
        cookie::name_at(self.origin, cookie)
    }

    /// The protected resource behind a path, as its metadata names it (RFC 9728).
    #[must_use]
    pub fn resource(&self, path: &str) -> String {
        resource(self.origin, path)
    }

    /// The canonical form of a `resource` parameter (RFC 8707), or `None` when it is not of this
    /// server. The bare origin stands for all of it.
    #[must_use]
    pub fn known_resource(&self, requested: &str) -> Option<String> {
        let known = [self.origin.to_owned(), self.resource(MCP_PATH), self.resource(SSE_PATH)];
        let requested = normal(requested)?;
        let requested = requested.strip_suffix('/').unwrap_or(&requested);
        known.into_iter().find(|known| known == requested)
    }

    /// The resource that a request names; the same one may be named more than once.
    ///
    /// # Errors
    /// `invalid_target`: it is not of this server, or several are named, which one token cannot be
    /// for.
    pub fn requested_resource(&self, params: &Params) -> Result<Option<String>, OAuthError> {
        let refuse = |text| OAuthError::new("invalid_target", text);
        let mut resource = None;
        for requested in params.all("resource") {
            let known = self
                .known_resource(requested)
                .ok_or_else(|| refuse("resource is not an MCP endpoint of this server"))?;
            if resource.as_ref().is_some_and(|other| *other != known) {
                return Err(refuse("resource names more than one resource; ask for one"));
            }
            resource = Some(known);
        }
        Ok(resource)
    }
}

/// An address with scheme and host in lower case and without the default port, which mean the same
/// (RFC 3986 sections 6.2.2.1 and 6.2.3). The rest is left as it is.
fn normal(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase());
    let port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(port).unwrap_or(&authority);
    Some([&scheme, "://", authority, path].concat())
}

//! Paths of the server, and the protected resources behind them (RFC 9728).

/// Path of the landing page.
pub const LANDING_PATH: &str = "/";
/// Path that tells whether the server is up.
pub const HEALTH_PATH: &str = "/health";
/// Path of Streamable HTTP.
pub const MCP_PATH: &str = "/mcp";
/// Path of HTTP+SSE.
pub const SSE_PATH: &str = "/sse";
/// Path that the messages of HTTP+SSE are sent to.
pub const MESSAGES_PATH: &str = "/messages";
/// Path of the authorization endpoint.
pub const AUTHORIZE_PATH: &str = "/authorize";
/// Path that the identity provider sends the browser back to.
pub const CALLBACK_PATH: &str = "/callback";
/// Path of the page of a person's own connections.
pub const CONNECTIONS_PATH: &str = "/connections";
/// Beginning of the paths of connected accounts.
pub const ACCOUNTS_PATH: &str = "/connections/";
/// Path at which a person connects an account at a third party.
pub const ACCOUNT_CONNECT_PATH: &str = "/connections/connect";
/// Path of the form that ends such an account.
pub const ACCOUNT_END_PATH: &str = "/connections/end";
/// Beginning of the paths that a third party sends the browser back to; the name of the connection follows. Each
/// has its own, so that the answer of one cannot pass for that of another (RFC 9700 section 4.4.2).
pub const ACCOUNT_RETURN_PATH: &str = "/connections/return/";
/// Path of the page at which grants of others are ended.
pub const ADMIN_PATH: &str = "/admin";
/// Path of the identity provider's logout tokens.
pub const BACKCHANNEL_PATH: &str = "/logout/backchannel";
/// Path of the events of Shared Signals.
pub const SIGNALS_PATH: &str = "/signals";
/// Path of the token endpoint.
pub const TOKEN_PATH: &str = "/token";
/// Path of the revocation endpoint.
pub const REVOKE_PATH: &str = "/revoke";
/// Path of the registration endpoint.
pub const REGISTER_PATH: &str = "/register";
/// Folder of documents that clients look for (RFC 8615).
pub const WELL_KNOWN: &str = "/.well-known/";
/// Path of the authorization server's metadata (RFC 8414 section 3).
pub const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
/// Path of the same where OpenID Connect Discovery looks, below an issuer.
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// Path of a resource's metadata, which the path of the resource follows (RFC 9728 section 3).
pub const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";
/// Path of the Server Card, below the endpoint.
pub const SERVER_CARD_PATH: &str = "/mcp/server-card";
/// Path of the Server Card where clients look that know the origin only.
pub const WELL_KNOWN_SERVER_CARD: &str = "/.well-known/mcp/server-card.json";

/// The protected resource behind a path: messages of HTTP+SSE belong to `/sse`.
#[must_use]
pub fn resource(origin: &str, path: &str) -> String {
    format!("{origin}{}", if path == MCP_PATH { MCP_PATH } else { SSE_PATH })
}

/// The path of the resource that a request to `path` is for.
#[must_use]
pub fn resource_path(path: &str) -> &'static str {
    if path == MCP_PATH { MCP_PATH } else { SSE_PATH }
}

/// Address of the metadata of the resource behind `path` (RFC 9728 section 3).
pub(crate) fn metadata(origin: &str, path: &str) -> String {
    let path = resource_path(path);
    format!("{origin}{PROTECTED_RESOURCE}{path}")
}

/// The path of the resource whose metadata is at `path`: empty for that of the whole origin.
#[must_use]
pub fn described_at(path: &str) -> Option<&'static str> {
    let path = path.strip_prefix(PROTECTED_RESOURCE)?;
    match path {
        "" => Some(""),
        SSE_PATH => Some(SSE_PATH),
        // Some clients add the slash that they see in other addresses.
        _ if path.strip_suffix('/').unwrap_or(path) == MCP_PATH => Some(MCP_PATH),
        _ => None,
    }
}

/// Scheme, host and port of a resource of this server.
#[must_use]
pub fn origin(resource: &str) -> &str {
    let path = resource.match_indices('/').nth(2);
    path.map_or(resource, |(at, _)| &resource[..at])
}

/// A challenge that was made without knowing the address, with where the resource's metadata is.
#[must_use]
pub fn located(challenge: &str, origin: &str, path: &str) -> String {
    format!("{challenge}, resource_metadata=\"{}\"", metadata(origin, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_below_its_origin() {
        for origin_of in ["https://mcp.example.com", "http://localhost:8787"] {
            assert_eq!(origin(&resource(origin_of, MCP_PATH)), origin_of);
            assert_eq!(origin(origin_of), origin_of);
        }
    }

    #[test]
    fn metadata_is_where_its_resource_says() {
        for resource in [MCP_PATH, SSE_PATH] {
            let at = metadata("", resource);
            assert_eq!(described_at(&at), Some(resource));
        }
        assert_eq!(described_at(PROTECTED_RESOURCE), Some(""));
        assert_eq!(described_at(&[PROTECTED_RESOURCE, MCP_PATH, "/"].concat()), Some(MCP_PATH));
        for elsewhere in ["/", "/sse/", "/mcp//", "/messages", "s", "/mcp/server-card"] {
            let path = [PROTECTED_RESOURCE, elsewhere].concat();
            assert_eq!(described_at(&path), None, "{path}");
        }
        assert_eq!(described_at(MCP_PATH), None);
    }
}

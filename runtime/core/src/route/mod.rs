//! An author's own routes, without I/O: which function serves a request, who may send it, and what
//! its answer may say.
//!
//! The answers share an origin with the server's own pages. [`answer`] takes from them what would let
//! one page of the origin reach another.

pub mod answer;
pub mod matching;
pub mod request;
pub mod signature;
pub mod visitor;

/// Who may send a request to a route.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    /// Everybody: `allow = "public"`.
    Public,
    /// Those whom a policy allows.
    Policy {
        /// Its name in `mcp.toml`.
        name: &'static str,
        /// True where only a token of this server names the sender, and never a cookie.
        bearer: bool,
    },
    /// Whoever has the secret that the request is signed with.
    Signed(signature::Scheme),
}

/// The address of a route, and its guard.
#[derive(Debug, Clone, Copy)]
pub struct RouteInfo {
    /// Method and path as they were written: `POST /hooks/billing`.
    pub name: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// Who may send requests.
    pub guard: Guard,
}

impl RouteInfo {
    /// True where a person can sign in by a browser: a cookie is good for reading only.
    #[must_use]
    pub fn takes_cookie(&self) -> bool {
        self.method == "GET" && matches!(self.guard, Guard::Policy { bearer: false, .. })
    }
}

#[cfg(test)]
mod tests {
    use toolgate_config::route_path::is_reserved;

    use crate::paths;

    #[test]
    fn no_route_begins_as_a_path_of_the_server_does() {
        for path in [
            paths::HEALTH_PATH,
            paths::MCP_PATH,
            paths::SSE_PATH,
            paths::MESSAGES_PATH,
            paths::AUTHORIZE_PATH,
            paths::CALLBACK_PATH,
            paths::CONNECTIONS_PATH,
            paths::TOKEN_PATH,
            paths::REVOKE_PATH,
            paths::REGISTER_PATH,
            paths::WELL_KNOWN,
            paths::SERVER_CARD_PATH,
            paths::PROTECTED_RESOURCE,
        ] {
            let first = path.split('/').nth(1).unwrap_or_default();
            assert!(is_reserved(first), "{path}");
        }
    }
}

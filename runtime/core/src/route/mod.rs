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

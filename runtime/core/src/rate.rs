//! Rate limits of endpoints (RFC 6585 section 4): for one sign-in, for one grant, or from one
//! network address, as [`counted`](crate::oauth::counted) tells.
//!
//! The adapter counts: with the platform's rate limiter, or with a [`Window`] of its own.

use std::net::{IpAddr, Ipv6Addr};

use http::StatusCode;
use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue, RETRY_AFTER};
use toolgate_config::Limits;

use crate::audit::{self, Reason};
use crate::oauth::error::OAuthError;
use crate::page;
use crate::paths::{
    AUTHORIZE_PATH, CALLBACK_PATH, CONNECTIONS_PATH, REGISTER_PATH, REVOKE_PATH, TOKEN_PATH,
};
use crate::reply::{self, Reply};

/// Seconds that requests are counted for, here and by the platform's rate limiter.
pub const PERIOD: u64 = 60;

/// The key of every request that names no network address: they share one count, so that leaving
/// the address out wins nothing.
const NOWHERE: &str = "unknown";

/// Requests that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `/register`, by network address.
    Register,
    /// `/register` from a range of `[limits] hosted`, by the client that has the range.
    Hosted,
    /// `/authorize` and the page of a person's own connections, by network address.
    Authorize,
    /// `/token` and `/revoke` without a code or token of ours, by network address.
    Token,
    /// `/callback` without the cookie of its attempt, by network address.
    Callback,
    /// `/token` and `/revoke` with a code or token of ours, by its grant: a hosted client asks for
    /// all its people from few addresses.
    Grant,
    /// `/authorize` and `/connections` with a cookie of ours, by what the cookie is for.
    Attempt,
    /// `/callback` with the cookie of its attempt, by the attempt.
    Return,
}

impl Route {
    /// Every route.
    pub const ALL: [Self; 8] = [
        Self::Register,
        Self::Hosted,
        Self::Authorize,
        Self::Token,
        Self::Callback,
        Self::Grant,
        Self::Attempt,
        Self::Return,
    ];

    /// Route that counts a request to this path which proves nothing. The MCP endpoints are not
    /// counted: their callers have a token, and a call asks nobody but the tool.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path {
            REGISTER_PATH => Some(Self::Register),
            AUTHORIZE_PATH => Some(Self::Authorize),
            TOKEN_PATH | REVOKE_PATH => Some(Self::Token),
            CALLBACK_PATH => Some(Self::Callback),
            _ if path.strip_prefix(CONNECTIONS_PATH).is_some_and(is_below) => Some(Self::Authorize),
            _ => None,
        }
    }

    /// The route of a request that proves nothing, and the key of its count: its network, or the hosted
    /// client that has the network.
    #[must_use]
    pub fn by_network(self, address: Option<&str>, limits: &Limits) -> (Self, String) {
        if self == Self::Register
            && let Some(client) = hosted(address, limits)
        {
            return (Self::Hosted, client.to_owned());
        }
        (self, network(address))
    }

    /// Its key in `[limits]`, where it has one; its name in the audit trail.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Hosted => "hosted",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Callback => "callback",
            Self::Grant => "grant",
            Self::Attempt => "attempt",
            Self::Return => "return",
        }
    }

    /// Requests per [`PERIOD`].
    #[must_use]
    pub fn limit(self, limits: &Limits) -> u32 {
        match self {
            Self::Register => limits.register,
            Self::Hosted => limits.hosted_register(),
            Self::Authorize => limits.authorize,
            Self::Token => limits.token,
            Self::Callback => limits.callback,
            Self::Grant => Limits::GRANT,
            Self::Attempt => Limits::ATTEMPT,
            Self::Return => Limits::RETURN,
        }
    }

    /// `429 Too Many Requests`: a page where a browser comes, OAuth JSON where a client does.
    ///
    /// OAuth has no error code for it. `temporarily_unavailable` is the one for "a temporary
    /// overloading" (RFC 6749 section 4.1.2.1), and clients keep their tokens when they read it,
    /// while an unknown code makes some of them start a sign-in.
    #[must_use]
    pub fn refuse(self) -> Reply {
        self.reply(
            StatusCode::TOO_MANY_REQUESTS,
            match self {
                Self::Hosted => "Too many registrations from this client; try again in a minute",
                Self::Grant => "Too many requests for this grant; try again in a minute",
                Self::Attempt | Self::Return => {
                    "Too many requests for this sign-in; try again in a minute"
                }
                _ => "Too many requests from this network address; try again in a minute",
            },
            Reason::RateLimited,
        )
    }

    /// `503`: nobody could count. Whoever can make counting fail must not win free guesses.
    #[must_use]
    pub fn unavailable(self) -> Reply {
        self.reply(
            StatusCode::SERVICE_UNAVAILABLE,
            "The server is busy; try again in a minute",
            Reason::LimiterUnavailable,
        )
    }

    fn reply(self, status: StatusCode, text: &'static str, reason: Reason) -> Reply {
        let error = OAuthError::new("temporarily_unavailable", text).because(reason);
        let mut reply = match self {
            Self::Register | Self::Hosted | Self::Token | Self::Grant => {
                let mut reply = error.reply_with(status);
                reply::set(&mut reply, ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
                reply
            }
            _ => audit::because(
                page::refusal(
                    status,
                    "One moment, please",
                    &format!("{text}."),
                    "Nothing was granted and nothing was changed. Wait a minute, then start again \
                     from your MCP client.",
                    reason.code(),
                ),
                reason,
            ),
        };
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(PERIOD));
        reply
    }
}

fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

/// The hosted client that has this address.
fn hosted<'a>(address: Option<&str>, limits: &'a Limits) -> Option<&'a str> {
    if limits.hosted.is_empty() {
        return None;
    }
    let number = match address?.trim().parse().ok()? {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    };
    let range = limits.hosted.iter().find(|range| (range.first..=range.last).contains(&number))?;
    Some(&range.name)
}

/// Whom a network address stands for: an IPv4 address, or the /64 of an IPv6 address, since that
/// is what one customer gets and may choose from freely (RFC 6177).
#[must_use]
pub fn network(address: Option<&str>) -> String {
    match address.and_then(|address| address.trim().parse().ok()) {
        None => NOWHERE.to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
    }
}

/// The requests of one address and route: a fixed window, which holds two numbers and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    started: u64,
    count: u32,
}

impl Window {
    /// Counts a request; whether it may pass. One that may not is not counted, so that a client
    /// which keeps trying is let in when the window ends.
    pub fn admits(&mut self, limit: u32, now: u64) -> bool {
        if now >= self.started + PERIOD {
            *self = Self { started: now, count: 0 };
        }
        if self.count >= limit {
            return false;
        }
        self.count += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_admits_its_limit_and_then_nothing_until_it_ends() {
        let mut window = Window::default();
        let admitted = (0..10).filter(|_| window.admits(3, 1_000_000)).count();
        assert_eq!(admitted, 3);
        assert!(!window.admits(3, 1_000_059));
        assert!(window.admits(3, 1_000_060));
    }

    #[test]
    fn a_clock_that_goes_back_opens_no_new_window() {
        let mut window = Window::default();
        assert!(window.admits(1, 1_000_000));
        assert!(!window.admits(1, 999_000));
    }

    #[test]
    fn an_ipv6_customer_is_one_address() {
        let one = network(Some("2001:db8:1:2:3:4:5:6"));
        assert_eq!(one, "2001:db8:1:2::/64");
        assert_eq!(network(Some("2001:db8:1:2:ffff::1")), one);
        assert_ne!(network(Some("2001:db8:1:3:3:4:5:6")), one);
    }

    #[test]
    fn an_ipv4_address_is_itself_however_it_is_written() {
        assert_eq!(network(Some("192.0.2.7")), "192.0.2.7");
        assert_eq!(network(Some("::ffff:192.0.2.7")), "192.0.2.7");
    }

    #[test]
    fn without_a_readable_address_all_share_one() {
        for address in [None, Some(""), Some("me"), Some("1.2.3"), Some("192.0.2.7, 192.0.2.8")] {
            assert_eq!(network(address), NOWHERE);
        }
    }

    #[test]
    fn calls_of_tools_are_not_counted() {
        for path in ["/mcp", "/sse", "/messages", "/", "/health", "/connectionsx"] {
            assert_eq!(Route::of(path), None);
        }
        assert_eq!(Route::of("/connections/revoke"), Some(Route::Authorize));
    }
}

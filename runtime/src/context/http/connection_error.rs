//! A request with a connected account that failed.

use std::fmt;

use super::error::HttpError;
use crate::tool::CallerError;

/// A request of [`Context::connection`](crate::tool::Context::connection) that failed.
///
/// A tool that returns it by `?` shows the caller what a person can do: connect an account, or try again later. Anything
/// else goes to the log under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The tool does not say that it uses the connection of this name.
    Undeclared(String),
    /// `mcp.toml` has no connection of this name.
    Unknown(String),
    /// A host that the connection does not name, or not with this port.
    OtherHost {
        /// The host.
        host: String,
        /// The connection.
        connection: String,
    },
    /// The policy of the connection does not allow the caller; at the third party of this title.
    Denied(String),
    /// The person has not connected an account yet.
    NotConnected {
        /// The third party.
        title: String,
        /// The address at which this person can connect one, for ten minutes.
        link: Option<String>,
    },
    /// The person approved this client before the server used accounts at the third party of this title as it does now.
    NotApproved(String),
    /// The person does not want to connect an account at the third party of this title.
    Declined(String),
    /// A host takes no token of the account at the third party of this title.
    Refused(String),
    /// The third party of this title, or the storage of this server, does not answer now.
    Unavailable(String),
    /// The request itself failed.
    Http(HttpError),
}

// The macros name it to those who are shown errors, where a tool has connections.
impl CallerError for ConnectionError {
    fn is_for_caller(&self) -> bool {
        !matches!(
            self,
            Self::Undeclared(_) | Self::Unknown(_) | Self::OtherHost { .. } | Self::Http(_)
        )
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared(name) => write!(
                f,
                "this tool uses the connection `{name}` and does not declare it: add `connections = [\"{name}\"]` \
                 to its `#[mcp_tool(…)]`"
            ),
            Self::Unknown(name) => write!(f, "mcp.toml has no `[connections.{name}]`"),
            Self::OtherHost { host, connection } => write!(
                f,
                "{host} may not get a token of this connection: `hosts` of `[connections.{connection}]` in mcp.toml \
                 names those that may, with their ports"
            ),
            Self::Denied(title) => write!(f, "you may not use a {title} account here"),
            Self::NotConnected { title, link: Some(link) } => write!(
                f,
                "{title} is not connected yet. Open {link} in a browser to connect your {title} account, and call \
                 the tool again after that"
            ),
            Self::NotConnected { title, link: None } => write!(
                f,
                "{title} is not connected yet, and no page to connect it can be given now; try again in a moment"
            ),
            Self::NotApproved(title) => write!(
                f,
                "the person approved this application before this server could use {title} accounts as it does now: \
                 end its connection at /connections of this server, and connect it again to approve that"
            ),
            Self::Declined(title) => write!(
                f,
                "the person does not want to connect a {title} account, which this tool needs"
            ),
            Self::Refused(title) => write!(
                f,
                "{title} does not accept the connected account any more: disconnect it at /connections of this \
                 server, and call the tool again to connect it anew"
            ),
            Self::Unavailable(title) => {
                write!(f, "the {title} account could not be used just now; try again in a moment")
            }
            Self::Http(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConnectionError {}

//! A request that failed.

use std::fmt;
use std::time::Duration;

use crate::tool::CallerError;

/// A request of [`Context::http`](crate::tool::Context::http) that failed.
///
/// Its words name the host and the problem, and never the path, the query, a header or a body, since these
/// may hold secrets. A tool that returns it by `?` shows the caller an id only, and the log has the words;
/// `map_err(Error::new)` shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    host: String,
    problem: HttpProblem,
}

/// The words of [`AsCallerProblem::NotDeclared`].
pub(crate) const UNDECLARED: &str = "this tool sends a request as its caller and does not declare it: add \
    `as_caller` to its `#[mcp_tool(…)]`";

/// The problem of an [`HttpError`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpProblem {
    /// Not an absolute address of `https` or `http`, or one with a user name, a fragment, or dots as a
    /// segment of its path.
    Address,
    /// Not a method that can be sent, or a body with GET or HEAD.
    Method,
    /// A credential over plain `http` to another machine than this one.
    PlainHttp,
    /// A header whose name or value cannot be sent.
    Header,
    /// A body that cannot be written as JSON.
    Body,
    /// No connection, or one that broke.
    Unreachable,
    /// No whole answer in this time.
    TimedOut(Duration),
    /// An answer of more than this number of bytes.
    TooLarge(usize),
    /// A status that is not one of success.
    Status(u16),
    /// A request in the caller's own name that cannot be one.
    AsCaller(AsCallerProblem),
    /// An answer that is not text in UTF-8.
    NotText,
    /// An answer that is not the JSON that was asked for, with the line and column where it differs.
    NotJson(usize, usize),
}

/// The problem of a request in the caller's own name ([`Context::as_caller`](crate::tool::Context::as_caller)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AsCallerProblem {
    /// The tool does not say that it acts as its caller.
    NotDeclared,
    /// A host that `[identity.upstream]` does not name, or not with this port.
    OtherHost,
    /// The person has to sign in again.
    SignInAgain,
    /// The call came past Cloudflare Access, whose assertion is the person's token.
    PastAccess,
    /// The identity provider, or the storage of this server, does not answer now.
    Unavailable,
    /// The identity provider gives this server no token for the API.
    NotSetUp,
    /// `[identity.upstream]` does not let functions see the token.
    NotExposed,
}

impl AsCallerProblem {
    /// True for words that the caller reads: the person, or the operator, can do something about it.
    fn is_for_caller(self) -> bool {
        matches!(self, Self::SignInAgain | Self::PastAccess | Self::Unavailable | Self::NotSetUp)
    }

    fn words(self) -> &'static str {
        match self {
            Self::NotDeclared => UNDECLARED,
            Self::OtherHost => {
                "this host may not get the caller's token: `hosts` of `[identity.upstream]` in mcp.toml \
                 names those that may, with their ports"
            }
            Self::SignInAgain => {
                "the person has to sign in again: end the connection at /connections of this server, and \
                 connect again"
            }
            Self::PastAccess => {
                "this call bypasses Cloudflare Access, so it has no token of the person: Access has to stand \
                 in front of the MCP endpoint, too"
            }
            Self::Unavailable => {
                "the person's access could not be renewed just now; try again in a moment"
            }
            Self::NotSetUp => {
                "the identity provider lets this server do nothing here in the person's name; the owner of the \
                 server finds the reason in its log"
            }
            Self::NotExposed => {
                "the person's token is not shown: `expose = true` in `[identity.upstream]` shows it"
            }
        }
    }
}

// The macros name it to those who are shown errors, where a tool acts as its caller.
impl CallerError for HttpError {
    fn is_for_caller(&self) -> bool {
        matches!(self.problem, HttpProblem::AsCaller(problem) if problem.is_for_caller())
    }
}

impl HttpError {
    pub(super) fn new(host: &str, problem: HttpProblem) -> Self {
        Self { host: host.to_owned(), problem }
    }

    /// The host that was asked; empty if the address has none.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &HttpProblem {
        &self.problem
    }

    /// The status, if that is the problem.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.problem {
            HttpProblem::Status(status) => Some(status),
            _ => None,
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match &self.problem {
            HttpProblem::Address => f.write_str(
                "a request has an address that cannot be asked: write https://, the host and the path, \
                 without a user name, `..` and `#`",
            ),
            HttpProblem::Method => write!(
                f,
                "{host}: the method of a request cannot be sent, or takes no body"
            ),
            HttpProblem::PlainHttp => {
                write!(f, "{host}: a credential is sent over https only")
            }
            HttpProblem::Header => write!(f, "{host}: a header of the request cannot be sent"),
            HttpProblem::Body => write!(f, "{host}: the body of the request cannot be written as JSON"),
            HttpProblem::Unreachable => write!(f, "{host} cannot be reached"),
            HttpProblem::TimedOut(time) => {
                write!(f, "{host} did not answer within {} s", time.as_secs_f32())
            }
            HttpProblem::TooLarge(bytes) => write!(f, "{host} answered more than {bytes} bytes"),
            HttpProblem::Status(status @ 300..400) => {
                write!(f, "{host} answered {status}: redirects are not followed")
            }
            HttpProblem::Status(status) => write!(f, "{host} answered {status}"),
            HttpProblem::AsCaller(problem) if host.is_empty() => f.write_str(problem.words()),
            HttpProblem::AsCaller(problem) => write!(f, "{host}: {}", problem.words()),
            HttpProblem::NotText => write!(f, "{host} answered something that is not text"),
            HttpProblem::NotJson(line, column) => write!(
                f,
                "{host} answered something else than the expected JSON, at line {line} column {column}"
            ),
        }
    }
}

impl std::error::Error for HttpError {}

//! Why a token was not accepted.

use std::fmt;

/// Why a token was not accepted; for the log, not for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// Not a JWT, or one that cannot be read.
    Malformed,
    /// `alg` is not on the list.
    Algorithm,
    /// No key fits its `alg` and `kid`: fresh keys may help.
    UnknownKey,
    /// Several keys fit its `alg` and `kid`.
    AmbiguousKey,
    /// The signature is wrong.
    Signature,
    /// A claim is missing, or not what it must be.
    Claim(&'static str),
    /// The person is of an organization whose people may not sign in.
    Organization,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` is in the future.
    NotYetValid,
    /// This claim is more than a token can carry.
    TooLarge(String),
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a readable JWT"),
            Self::Algorithm => f.write_str("alg is not one of those accepted"),
            Self::UnknownKey => f.write_str("no key in the JWKS fits its alg and kid"),
            Self::AmbiguousKey => f.write_str("several keys in the JWKS fit its alg and kid"),
            Self::Signature => f.write_str("the signature is wrong"),
            Self::Claim(name) => write!(f, "{name} is missing or wrong"),
            Self::Organization => {
                f.write_str("the person is of an organization that mcp.toml does not name")
            }
            Self::Expired => f.write_str("it has expired"),
            Self::NotYetValid => f.write_str("it is not valid yet; is the clock right?"),
            Self::TooLarge(claim) => {
                write!(f, "the claim `{claim}` is more than a token can carry")
            }
        }
    }
}

impl std::error::Error for Rejection {}

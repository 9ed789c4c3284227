//! Why a caller does not pass.

use std::fmt;

/// Why a caller does not pass. It names policies, claims and variables, never a caller's data, so
/// it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    /// Everything was evaluated, and the caller is not among those meant.
    NotMatched,
    /// There is no policy of this name.
    UnknownPolicy(&'a str),
    /// The identity provider gave no e-mail address.
    NoEmail,
    /// The identity provider said that the address is not verified.
    UnverifiedEmail,
    /// The caller's address is not plain ASCII or not an address.
    UnreadableEmail,
    /// An address or domain in the policy is not plain ASCII or not an address.
    UnreadableEntry,
    /// The caller has no groups.
    NoGroups,
    /// The provider told groups that cannot be read.
    UnreadableGroups,
    /// The provider has more groups of the caller than it sends.
    MoreGroups,
    /// The provider did not show all groups of the caller.
    PartialGroups,
    /// Nothing named this group or claim when the provider was asked last.
    NotKept(&'a str),
    /// No policy named clients when the person signed in, or there is no client.
    ClientNotKept,
    /// The caller has no claim of this name.
    MissingClaim(&'a str),
    /// The claim of this name has another type than the policy compares it with.
    ClaimType(&'a str),
    /// The call has no argument of this name.
    MissingArgument(&'a str),
    /// The argument of this name has another type than the policy compares it with.
    ArgumentType(&'a str),
    /// The access token lacks this OAuth scope.
    MissingScope(&'a str),
    /// The Worker variable of this name is not set.
    MissingVariable(&'a str),
    /// The Worker variable of this name lists nobody, or has an entry that is not an address.
    UnreadableVariable(&'a str),
    /// A condition is empty.
    EmptyCondition,
    /// Conditions are nested or repeated beyond what is evaluated.
    TooComplex,
}

impl<'a> Reason<'a> {
    /// The claim, variable or policy that it is about.
    #[must_use]
    pub fn subject(self) -> Option<&'a str> {
        match self {
            Self::UnknownPolicy(name)
            | Self::MissingClaim(name)
            | Self::ClaimType(name)
            | Self::NotKept(name)
            | Self::MissingArgument(name)
            | Self::ArgumentType(name)
            | Self::MissingScope(name)
            | Self::MissingVariable(name)
            | Self::UnreadableVariable(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMatched => f.write_str("the policy does not match the caller"),
            Self::UnknownPolicy(name) => write!(f, "there is no policy `{name}`"),
            Self::NoEmail => f.write_str("the caller has no e-mail address"),
            Self::UnverifiedEmail => f.write_str("the caller's e-mail address is not verified"),
            Self::UnreadableEmail => {
                f.write_str("the caller's e-mail address is not a plain ASCII address")
            }
            Self::UnreadableEntry => f.write_str("the policy has an unreadable address or domain"),
            Self::NoGroups => f.write_str("the caller has no groups"),
            Self::UnreadableGroups => f.write_str("the caller's groups cannot be read"),
            Self::MoreGroups => f.write_str("the caller has more groups than the provider sends"),
            Self::PartialGroups => {
                f.write_str("the provider does not show all of the caller's groups")
            }
            Self::NotKept(name) => write!(f, "nobody asked about `{name}` at the last refresh"),
            Self::ClientNotKept => {
                f.write_str("nothing is known of the client; the person has to sign in again")
            }
            Self::MissingClaim(name) => write!(f, "the caller has no claim `{name}`"),
            Self::ClaimType(name) => write!(f, "the claim `{name}` has another type"),
            Self::MissingArgument(name) => write!(f, "the call has no argument `{name}`"),
            Self::ArgumentType(name) => write!(f, "the argument `{name}` has another type"),
            Self::MissingScope(name) => write!(f, "the access token lacks the scope `{name}`"),
            Self::MissingVariable(name) => write!(f, "the variable `{name}` is not set"),
            Self::UnreadableVariable(name) => {
                write!(f, "the variable `{name}` is empty or has an unreadable address")
            }
            Self::EmptyCondition => f.write_str("a condition of the policy is empty"),
            Self::TooComplex => f.write_str("the policy is nested too deeply"),
        }
    }
}

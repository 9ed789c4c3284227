//! A signed-in person, and what let their request in.

use std::fmt;
use std::rc::Rc;

use toolgate_core::oauth::grant::GrantKey;
use toolgate_policy::Caller;

/// A signed-in person, as one access token tells of them.
#[derive(Debug, Clone)]
pub struct Principal {
    pub(crate) caller: Caller,
    /// Pseudonym of the person, to which everything of theirs is bound; empty in a test without a server.
    pub(crate) subject_key: String,
    /// When the claims of the caller are over, in seconds since 1970.
    pub(crate) expires: u64,
    /// What calls in the person's name go by; none where there is nothing to go by.
    pub(crate) credential: Option<Credential>,
}

/// What calls in a person's name go by.
#[derive(Clone)]
pub enum Credential {
    /// When the token was issued that let the person in, and the id of its grant: two words.
    Grant(Rc<str>),
    /// The assertion with which Cloudflare Access let this very request through.
    Assertion(Rc<str>),
}

impl fmt::Debug for Credential {
    // An assertion is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grant(_) => "Grant(…)",
            Self::Assertion(_) => "Assertion(…)",
        })
    }
}

/// The sender of a request that was let in.
pub struct Admitted {
    pub(crate) principal: Principal,
    /// The grant of the token, and when the token was issued; none where something in front of the
    /// Worker vouches for the caller.
    pub(crate) grant: Option<(GrantKey, u64)>,
}

impl Admitted {
    /// The lease of the sender.
    pub(crate) fn lease(&self) -> Lease {
        Lease { expires: self.principal.expires, grant: self.grant.clone() }
    }
}

/// The token and grant that let a sender in, as far as they can end.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    /// When the token is over, in seconds since 1970.
    pub(crate) expires: u64,
    /// As in [`Admitted`].
    pub(crate) grant: Option<(GrantKey, u64)>,
}

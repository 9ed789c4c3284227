//! A signed-in person, and what let their request in.

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

//! Who sends a request.

use toolgate_core::oauth::grant::GrantKey;
use toolgate_policy::Caller;

/// The sender of a request that was let in.
pub struct Principal {
    pub(crate) caller: Caller,
    /// Pseudonym of the person; sessions are bound to it.
    pub(crate) subject_key: String,
    /// When what let them in is over.
    pub(crate) lease: Lease,
}

/// What let a client in, as far as it can end.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    /// When the token is over, in seconds since 1970.
    pub(crate) until: u64,
    /// The grant of the token, and when the token was issued; none where something in front of the
    /// Worker vouches for the caller.
    pub(crate) grant: Option<(GrantKey, u64)>,
}

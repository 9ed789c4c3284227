//! Questions to the identity provider that refreshes ask.

use serde::Serialize;

use super::place::RequestPlace;
use crate::from_json::FromJson;

/// Time for which one request may ask the identity provider before another may, in seconds: longer
/// than the provider is waited for and the answer takes to be written.
pub const ASKING: u64 = 10;

/// Rules of `mcp.toml` for refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Rules {
    /// Time for which the previous generation still gets the same successor, in seconds.
    pub grace: u32,
    /// Time for which a grant may go on after its last confirmation, where there is something to
    /// ask with.
    pub max_unconfirmed: u32,
    /// A refresh that the provider did not confirm gives no tokens.
    pub is_required: bool,
}

/// The right to ask the identity provider, and for whom it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Lease {
    /// Until when nobody else asks, in seconds since 1970.
    pub asking_until: u64,
    /// The generation that was presented.
    pub presented: u32,
    /// Origin of the request.
    pub place: RequestPlace,
}

impl Lease {
    pub(super) fn is_held(&self, now: u64) -> bool {
        now < self.asking_until
    }
}

/// Outcome of asking the identity provider about a grant again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
#[serde(rename_all = "snake_case")]
pub enum RecheckOutcome {
    /// The provider vouches for the person.
    Confirmed {
        /// The caller as the provider sees them now, with what to ask it with the next time; sealed.
        sealed: String,
    },
    /// There is nothing to ask it with, and will not be.
    Unaskable,
    /// It decided nothing.
    Unconfirmed {
        /// The caller as before, with what to ask it with the next time, where the provider has
        /// replaced that; sealed.
        sealed: Option<String>,
    },
    /// It no longer vouches for the person.
    Refused,
}

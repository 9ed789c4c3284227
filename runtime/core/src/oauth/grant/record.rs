//! The record of a grant, as it is stored.

use serde::Serialize;

use super::place::Uses;
use super::question::Lease;
use crate::from_json::FromJson;

/// A check notes the use of a grant only this often, in seconds: fine enough for people, and it
/// keeps checks from writing.
pub const USE_RESOLUTION: u64 = 3600;

/// Key of a grant's record: the person's subject key, and the id of the grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct GrantKey {
    /// Pseudonym of the person; names the object that keeps their grants.
    #[serde(rename = "s")]
    pub subject_key: String,
    /// Random id of the grant.
    #[serde(rename = "g")]
    pub id: String,
}

/// The stored record. Personal data is in `sealed` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Grant {
    /// Key of the client it was given to.
    pub client: String,
    /// The caller and the bound resource, sealed.
    pub sealed: String,
    /// Until when the code may be redeemed, in seconds since 1970.
    pub code_expires: u64,
    /// Until when the grant lives.
    pub expires: u64,
    /// Generation of the refresh token in use; 0 while the code is unused.
    pub generation: u32,
    /// Time at which the present generation was issued.
    pub rotated_at: u64,
    /// Revoked for good; kept so that later uses are refused for the right reason.
    pub revoked: bool,
    /// Time at which the person signed in, in seconds since 1970.
    pub created: u64,
    /// Time of the last use, to within [`USE_RESOLUTION`].
    pub used: u64,
    /// The last generation that the identity provider confirmed; a later one is asked about again.
    #[serde(default)]
    pub confirmed: u32,
    /// Time of the provider's last confirmation; 0 in a record from before this was noted.
    #[serde(default)]
    pub confirmed_at: u64,
    /// The provider gave something to ask it again with. A record from before this was noted is
    /// taken to have it, until the first question shows that it does not.
    #[serde(default = "yes")]
    pub can_ask: bool,
    /// The question that is under way at the provider, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asking: Option<Lease>,
    /// Places it was used from, and how often its refresh tokens came twice.
    #[serde(default)]
    pub uses: Uses,
}

fn yes() -> bool {
    true
}

impl Grant {
    /// Time at which the record is of no more use and can be deleted.
    #[must_use]
    pub fn disposable_at(&self) -> u64 {
        if self.generation == 0 { self.code_expires } else { self.expires }
    }

    /// True if anything can still be done with it: use a code, refresh, or call.
    #[must_use]
    pub fn is_live(&self, now: u64) -> bool {
        !self.revoked && self.expires > now && self.disposable_at() > now
    }

    /// True if its refresh tokens have come twice in so many generations in a row that two programs
    /// must hold them.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.uses.is_shared(self.generation)
    }
}

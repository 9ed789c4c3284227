//! The model of a checked `mcp.toml`, in a form that can stand in a `static`.

mod choices;
mod connection;
mod connection_sections;
mod grant_sections;
mod identity;
mod invariant_sections;
mod policy;
mod policy_sections;
mod quota_sections;
mod rate;
mod sections;
mod switch_sections;
mod value;

pub use choices::{
    ClientAuth, Exchange, GroupsFormat, Jurisdiction, OnDeny, OnFailure, Prompt, Recheck,
    StorageKind,
};
pub use connection_sections::Connection;
pub use grant_sections::{Enterprise, KnownClient, Workload};
pub use identity::{Askable, Endpoints};
pub use invariant_sections::Invariant;
pub use policy::{Condition, MAX_POLICY_DEPTH, MAX_POLICY_STEPS, Scalar, Scope, Test};
pub use policy_sections::{Policy, PolicyTest, TestUser};
pub use quota_sections::Quota;
pub use rate::Rate;
pub use sections::{
    Audit, Config, Consent, Identity, IdentityUpstream, Limits, Observability, Registration,
    Server, Storage, Tokens, Transport,
};
pub use switch_sections::{Admin, Signals};
pub use value::{List, Setting, Str};

pub use crate::provider::{Protocol, Provider};

/// One network range of a hosted client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedRange {
    /// The client's name; ranges with the same name share a count.
    pub name: Str,
    /// First address, as IPv6; IPv4 addresses are mapped (RFC 4291 section 2.5.5.2).
    pub first: u128,
    /// Last address, in the same form.
    pub last: u128,
}

/// Requests per minute that prove what they belong to. They need no keys of `mcp.toml`: what one
/// person does is the same on every server.
impl Limits {
    /// Of one grant at `/token` and `/revoke`: a client refreshes once an hour, but programs that share
    /// a file of tokens do so all at once, and fifty of them are to get the same successor.
    pub const GRANT: u32 = 120;

    /// With one approval page, or one sign-in at `/connections`: a person who clicks a lot.
    pub const ATTEMPT: u32 = 20;

    /// Of one sign-in at `/callback`: it comes back once, and is reloaded now and then.
    pub const RETURN: u32 = 10;

    /// How many times `register` one hosted client may register: 50,000 people who all sign in again
    /// after an incident do so within half an hour, and each costs the server one sealed `client_id`.
    pub const HOSTED_FACTOR: u32 = 40;

    /// Registrations per minute from all ranges of one hosted client together.
    #[must_use]
    pub fn hosted_register(&self) -> u32 {
        self.register.saturating_mul(Self::HOSTED_FACTOR)
    }
}

//! `/admin`: the people of a policy see whose grants there are, and end them.
//!
//! ```text
//! GET  without the administrator's cookie ─► identity provider, for a fresh sign-in ─► /callback ─► GET with it
//! POST csrf and `action=end-grant|end-person|end-client|end-all|sign-out` ─► 303
//! ```
//!
//! The policy is asked at every request, about the claims of the sign-in, which is over after 15 minutes. What ends
//! the administrator's own sign-ins, or everybody's, is asked for a second time.

mod action;
pub mod index;
mod session;
mod shown;

pub use action::{Action, decide, decide_by_token, done, done_by_token, tell};
pub use session::{Administrator, by_token, denied, narrow, sign_in, signed_in};
pub use shown::{PersonGrants, Search, listed, nothing, search, show};

use toolgate_config::Config;

/// The policy of administrators; none where `mcp.toml` has no `[admin]`.
#[must_use]
pub fn policy(config: &Config) -> Option<&str> {
    config.admin.as_ref().map(|admin| &*admin.policy)
}

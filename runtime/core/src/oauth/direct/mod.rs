//! Tokens without a sign-in and a consent page: somebody whom `mcp.toml` names vouches for who calls.
//!
//! | grant | vouched for by | subject |
//! |---|---|---|
//! | [`id_jag`] | an `[[enterprise]]` issuer, for a person | as after a sign-in, see [`subject`] |
//! | [`workload`] | the platform of a job, `[[workloads]]` | `workload:<name>` |
//! | [`machine`] | a client itself, `[[clients]]` with `machine` | `client:<id>` |
//! | [`personal`] | the person, signed in at `/connections` | the person |
//!
//! All of them end in the same [`Direct`]: an access token for one resource under a grant record of its own, and
//! no refresh token. What ends grants ends them.

mod checks;
pub mod id_jag;
pub mod known;
pub mod machine;
pub mod personal;
mod refusal;
mod scopes;
pub mod subject;
mod token;
pub mod workload;

pub use checks::{JWT_BEARER, Used, assertion, is_id_jag, refuse_query};
pub use refusal::Refusal;
pub use token::{Direct, Issued};

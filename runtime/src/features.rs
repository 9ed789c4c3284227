//! The implementations that `serve!()` and the attributes name: of storage, of identity providers, and
//! of what a server has besides answering requests. A server links those that are named.

use crate::ports::feature::Feature;

/// The features of every server's objects. Grants are among them wherever the server keeps its own now:
/// objects from before a change of storage still delete what has expired.
pub(crate) fn of_every_server() -> [&'static dyn Feature; 3] {
    [crate::rate_limit::RATE_LIMIT, crate::sign_in::SIGN_IN, crate::grants::GRANTS]
}

/// Features: parts that only some servers have.
pub mod feature {
    pub use crate::account::CONNECTIONS;
    pub use crate::as_caller::AS_CALLER;
    pub use crate::direct::USED;
    pub use crate::http_sse::HTTP_SSE;
    pub use crate::quota::QUOTAS;
    pub use crate::session::SESSIONS;
    pub use crate::state::STATE;
    pub use crate::subscriptions::SUBSCRIPTIONS;
    pub use crate::switch::REVOCATIONS;
    pub use crate::task::{LATE_TASKS, TASKS};
    pub use crate::trigger::TRIGGERS;
}

pub use crate::account::ACCOUNTS;
pub use crate::direct::CLIENT_KEYS;
pub use crate::personal::PERSONAL;
pub use crate::switch::{FEED, SWITCH};
pub use crate::tracing::TRACING;

/// Ways to tokens without a sign-in.
pub mod token_grant {
    use crate::direct;
    use crate::ports::feature::TokenGrant;
    use crate::routes::oauth::authenticate;

    /// ID-JAGs of companies' identity providers.
    pub static ENTERPRISE: TokenGrant = direct::enterprise(authenticate);
    /// Clients that call for themselves.
    pub static MACHINES: TokenGrant = direct::machines(authenticate);
    /// Jobs with a token of their platform.
    pub static WORKLOADS: TokenGrant = direct::workloads(authenticate);
}

/// The identity providers.
pub mod identity {
    pub use crate::identity::{
        CLOUDFLARE_ACCESS, CLOUDFLARE_ACCESS_JWT, COGNITO, ENTRA, GITHUB, GITLAB, GOOGLE, NOBODY,
        OIDC,
    };
}

/// Where grants are kept.
pub mod store {
    pub use crate::grants::{D1, DURABLE_OBJECT, KV};
    pub use crate::switch::{FED_D1, FED_DURABLE_OBJECT};
}

//! One server, as `serve!()` knows it.

use toolgate_config::Config;
use toolgate_core::mcp::challenge::Challenging;
use toolgate_core::mcp::refusal::Refusing;
use toolgate_core::seal::Keyring;
use toolgate_policy::Vars as _;

use crate::platform::EnvVars;
use crate::platform::bindings::Env;
use crate::ports::accounts::Accounts;
use crate::ports::feature::{ClientKeys, Feature, Personal, TokenGrant};
use crate::ports::identity_provider::IdentityProvider;
use crate::ports::store::{Store, Switch};
use crate::ports::tracing::Tracing;

/// One server: its checked `mcp.toml` and the crate it was built from.
#[derive(Debug)]
pub struct App {
    /// The checked `mcp.toml`.
    pub config: Config,
    /// Name of the user's crate.
    pub package_name: &'static str,
    /// Version of the user's crate.
    pub package_version: &'static str,
    /// Where grants are kept. Named by `serve!()`, so that no other backend is linked.
    pub store: &'static dyn Store,
    /// The identity provider. Named by `serve!()`, so that no other provider is linked.
    pub identity: &'static dyn IdentityProvider,
    /// Where policies have scopes or challenge whom they refuse. Named by `serve!()`, as above.
    pub challenging: Option<&'static Challenging>,
    /// Where policies look at arguments. Named by `serve!()`, as above.
    pub refusing: Option<&'static Refusing>,
    /// Where calls are traced. Named by `serve!()`, as above.
    pub tracing: Option<&'static Tracing>,
    /// Accounts at third parties, where `mcp.toml` has connections. Named by `serve!()`, as above.
    pub accounts: Option<&'static Accounts>,
    /// Ways to tokens without a sign-in, where `mcp.toml` has them. Named by `serve!()`, as above.
    pub token_grants: &'static [&'static TokenGrant],
    /// Where clients of `mcp.toml` have keys. Named by `serve!()`, as above.
    pub client_keys: Option<&'static ClientKeys>,
    /// Where people make tokens for scripts. Named by `serve!()`, as above.
    pub personal: Option<&'static Personal>,
    /// The off-switch, where `mcp.toml` has one. Named by `serve!()`, as above.
    pub switch: Option<&'static Switch>,
    /// Features that `mcp.toml` asks for. Named by `serve!()`, as above.
    pub features: &'static [&'static dyn Feature],
}

/// One server with the bindings of its Worker.
#[derive(Clone, Copy)]
pub struct Deployment<'a> {
    pub(crate) app: &'static App,
    pub(crate) env: &'a Env,
}

impl App {
    /// The bound on what one person may have, where people are known. On a developer's own machine
    /// everybody is anybody, and no bound keeps anybody out.
    pub(crate) fn per_person(&self, bound: u32) -> Option<usize> {
        let is_local = self.config.identity.provider.is_local();
        (!is_local).then_some(bound as usize)
    }

    /// The version that clients are told.
    #[must_use]
    pub fn version(&self) -> &str {
        self.config.server.version.as_deref().unwrap_or(self.package_version)
    }

    /// The keys that seal.
    pub(crate) fn keyring(&self, env: &Env) -> Option<Keyring> {
        Keyring::parse(&EnvVars(env).var(&self.config.tokens.encryption_key)?).ok()
    }
}

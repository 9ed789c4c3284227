//! Secrets of the Worker, in a type that does not print.

use std::fmt;

use crate::tool::Context;

/// A secret of the Worker. It does not print; [`expose`](Self::expose) gives its text.
// It compares with nothing: `==` would take longer the more of a guess is right.
#[derive(Clone)]
pub struct Secret(String);

/// A secret that the Worker does not have, or in a test one that `[secrets]` of `mcp.toml` does not name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSecret {
    name: String,
    /// The fault and its remedy, in the words that follow the name.
    problem: &'static str,
}

const NOT_SET: &str = "is not set: `cargo toolgate setup` sets those in `[secrets]` of mcp.toml";

#[cfg(not(target_arch = "wasm32"))]
const NOT_NAMED: &str = "is not in `[secrets]` of mcp.toml: add it there with its purpose, so that \
    `cargo toolgate setup` asks for it";

impl Secret {
    /// A secret with this text, such as one that another server has given.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text, for what takes nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Context {
    /// A secret of the Worker, which `[secrets]` of `mcp.toml` names. `cargo toolgate setup` sets it, and
    /// `.dev.vars` does on your machine; in a test, [`TestServer::var`](crate::testing::TestServer::var).
    ///
    /// # Errors
    /// The Worker has no such secret, or an empty one. A test of the server also fails where `[secrets]`
    /// does not name it, since nobody would be asked for it then.
    pub fn secret(&self, name: &str) -> Result<Secret, MissingSecret> {
        let missing = |problem| MissingSecret { name: name.to_owned(), problem };
        #[cfg(not(target_arch = "wasm32"))]
        if self.env().bindings().is_some_and(|bindings| !bindings.names_secret(name)) {
            return Err(missing(NOT_NAMED));
        }
        let secret = self.env().secret(name).map(|secret| secret.to_string());
        let secret = secret.ok().filter(|secret| !secret.is_empty());
        secret.map(Secret).ok_or_else(|| missing(NOT_SET))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for MissingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret `{}` {}", self.name, self.problem)
    }
}

impl std::error::Error for MissingSecret {}

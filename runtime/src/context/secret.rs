//! Secrets of the Worker, in a type that does not print.

use std::fmt;

use crate::tool::Context;

/// A secret of the Worker. It does not print; [`expose`](Self::expose) gives its text.
// It compares with nothing: `==` would take longer the more of a guess is right.
#[derive(Clone)]
pub struct Secret(String);

/// A secret that the Worker does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSecret {
    name: String,
}

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
    /// A secret of the Worker. `npx wrangler secret put NAME` sets it, and `.dev.vars` does on your
    /// machine; in a test, [`TestServer::var`](crate::testing::TestServer::var).
    ///
    /// # Errors
    /// The Worker has no such secret, or an empty one.
    pub fn secret(&self, name: &str) -> Result<Secret, MissingSecret> {
        let secret = self.env().secret(name).map(|secret| secret.to_string());
        let secret = secret.ok().filter(|secret| !secret.is_empty());
        secret.map(Secret).ok_or_else(|| MissingSecret { name: name.to_owned() })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for MissingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the secret `{}` is not set: `cargo toolgate setup` sets it", self.name)
    }
}

impl std::error::Error for MissingSecret {}

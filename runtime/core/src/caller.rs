//! Who is calling.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The signed-in person behind a request, with the claims that policies look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// `sub` at the identity provider.
    pub subject: String,
    /// E-mail address, when the provider gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `false` only when the provider said `email_verified: false`; such an address matches nothing.
    pub email_verified: bool,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Groups from the configured claim.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The other claims of the id_token that policies may name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// OAuth scopes of the access token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// OAuth client the token was issued to.
    pub client_id: String,
}

/// Worker variables, for values that `mcp.toml` keeps out of git.
pub trait Vars {
    /// The variable or secret of this name.
    fn var(&self, name: &str) -> Option<String>;
}

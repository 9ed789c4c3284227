//! Who is calling.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The signed-in person behind a request, with the claims that policies look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Caller {
    /// `sub` at the identity provider; `service:<common name>` of a service token of Access.
    pub subject: String,
    /// E-mail address, when the provider gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the address is proven to be the person's; one that is not matches nothing. Cloudflare
    /// Access and GitHub prove it; another OpenID provider must say `email_verified: true`.
    pub email_verified: bool,
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Groups from the configured claim; at GitHub `org` and `org/team`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The other claims that policies may name: of the id_token, of userinfo or of the assertion of
    /// Cloudflare Access; of GitHub `login` and `id`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// OAuth scopes of the access token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// OAuth client the token was issued to; `cloudflare-access` for a caller without one.
    pub client_id: String,
}

impl Caller {
    /// How a page addresses the person: e-mail address, name, or else the subject.
    #[must_use]
    pub fn label(&self) -> &str {
        self.email.as_ref().or(self.name.as_ref()).unwrap_or(&self.subject)
    }
}

/// Worker variables, for values that `mcp.toml` keeps out of git.
pub trait Vars {
    /// The variable or secret of this name.
    fn var(&self, name: &str) -> Option<String>;
}

//! Accounts that can sign in.

use serde_json::{Map, Value};

/// Somebody who can sign in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct User {
    /// The e-mail address, which the id_token calls verified.
    pub email: String,
    /// The name shown on the login page and sent as `name`.
    pub name: Option<String>,
    /// Sent as `groups`.
    pub groups: Vec<String>,
    /// Sent as they are, over the claims made from the other fields.
    pub claims: Map<String, Value>,
}

//! Connections, as the approval page words them and as the record of a grant keeps them.

use super::{Connection, Str};

/// Begins the line of a connection. No host and no parameter of an exchange has such a name.
const ACCOUNT: &str = "account ";

impl Connection {
    /// The use of an account, in the words of the approval page.
    #[must_use]
    pub fn act(&self) -> Str {
        let Self { title, hosts, .. } = self;
        format!("Use the account that you connect at {title} ({})", hosts.join(", ")).into()
    }

    /// The power that the connection gives tools: its name, and all that the approval page says of it. What the page
    /// did not say is not approved.
    #[must_use]
    pub fn power(&self) -> String {
        [ACCOUNT, &self.name, ": ", &self.act()].concat()
    }
}

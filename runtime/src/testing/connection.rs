//! Accounts of a person at third parties.

use super::client::TestClient;
use crate::context::http::TestAccounts;

impl TestClient {
    /// The person has connected an account, for `ctx.connection()` of this name: its requests carry
    /// [`connection_token`](Self::connection_token). Say who calls before.
    ///
    /// Without this a tool asks the person to open a page, which [`answers`](Self::answers) answers, and fails: what
    /// happens on the page is not part of the test.
    ///
    /// ```
    /// # use toolgate::testing::{HttpAnswer, TestServer};
    /// # fn show(server: TestServer) {
    /// let ada = server.as_user("ada@example.com").connected("linear");
    /// let token = format!("Bearer {}", ada.connection_token("linear"));
    /// let server = server.http(move |request| {
    ///     assert_eq!(request.header("authorization"), Some(&*token));
    ///     HttpAnswer::bytes("found")
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn connected(self, connection: &str) -> Self {
        let accounts = self.server.bindings().memory::<TestAccounts>();
        accounts.connect(&self.caller.subject, connection);
        self
    }

    /// The token that requests of `ctx.connection()` of this name carry in calls of this client: another one for each
    /// subject.
    #[must_use]
    pub fn connection_token(&self, connection: &str) -> String {
        TestAccounts::text(&self.caller.subject, connection)
    }
}

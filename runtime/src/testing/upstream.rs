//! The person's access token at the identity provider.

use super::client::TestClient;
use crate::ports::principal::Credential;

impl TestClient {
    /// The token that requests of `ctx.as_caller()` carry in calls of this client: another one for each subject.
    ///
    /// ```
    /// # use toolgate::testing::{HttpAnswer, TestClient, TestServer};
    /// # fn show(server: TestServer, ada: TestClient) {
    /// let token = format!("Bearer {}", ada.upstream_token());
    /// let server = server.http(move |request| {
    ///     assert_eq!(request.header("authorization"), Some(&*token));
    ///     HttpAnswer::bytes("found")
    /// });
    /// # }
    /// ```
    #[must_use]
    pub fn upstream_token(&self) -> String {
        format!("test-token-of-{}", self.caller.subject)
    }

    /// The person's sign-in at the identity provider is over: requests of `ctx.as_caller()` fail, and say so.
    #[must_use]
    pub fn without_upstream(mut self) -> Self {
        self.has_upstream = false;
        self
    }

    pub(super) fn credential(&self) -> Option<Credential> {
        self.has_upstream.then(|| Credential::Grant(self.upstream_token().into()))
    }
}

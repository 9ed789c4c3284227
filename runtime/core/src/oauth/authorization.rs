//! A checked authorization request.

use serde::Serialize;

use crate::from_json::FromJson;
use crate::oauth::client::{AuthMethod, Voucher, is_false};

/// A checked authorization request; from here on it only travels sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct AuthorizationRequest {
    /// [`Client::key`](crate::oauth::client::Client::key).
    #[serde(rename = "c")]
    pub client: String,
    /// The client's name, for people: its first
    /// [`MAX_CLIENT_LABEL`](crate::limits::MAX_CLIENT_LABEL) bytes. See `AuthorizationRequest::texts`.
    #[serde(skip)]
    pub client_name: String,
    /// [`Client::vouched_id`](crate::oauth::client::Client::vouched_id), where policies name clients.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub vouched_client: Option<String>,
    /// Voucher for the client.
    #[serde(rename = "k", default, skip_serializing_if = "Voucher::is_nobody")]
    pub voucher: Voucher,
    /// [`Client::version`](crate::oauth::client::Client::version): what the person approves is what the
    /// document says now.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub client_version: Option<String>,
    /// Authentication method of the client, as it said when the person approved it.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub auth_method: AuthMethod,
    /// Address of the answer; proven to be the client's.
    #[serde(rename = "r")]
    pub redirect_uri: String,
    /// The client's `state`, returned as it came. See `AuthorizationRequest::texts`.
    #[serde(skip)]
    pub state: Option<String>,
    /// Scopes that will be granted.
    #[serde(rename = "p")]
    pub scopes: Vec<String>,
    /// True if the first of them was not asked for, see [`grant`](crate::scope::grant).
    #[serde(rename = "t", default, skip_serializing_if = "is_false")]
    pub tools_implied: bool,
    /// Audience of the tokens (RFC 8707).
    #[serde(rename = "a")]
    pub resource: String,
    /// PKCE S256 challenge (RFC 7636).
    #[serde(rename = "h")]
    pub challenge: String,
    /// It gets no refresh token: the client said that it uses none, and did not ask for one.
    #[serde(rename = "o", default, skip_serializing_if = "is_false")]
    pub code_only: bool,
}

impl AuthorizationRequest {
    /// The texts of the client's own, which are sealed beside the rest, see
    /// [`seal`](crate::oauth::attempts::seal). Its name is one line.
    pub(crate) fn texts(&self) -> String {
        [self.client_name.as_str(), "\n", self.state.as_deref().unwrap_or_default()].concat()
    }

    /// The same request with these texts again; an empty `state` is none (OAuth 2.1 section 3.1).
    pub(crate) fn with_texts(self, texts: &str) -> Self {
        let (client_name, state) = texts.split_once('\n').unwrap_or_default();
        let state = Some(state).filter(|state| !state.is_empty()).map(str::to_owned);
        Self { client_name: client_name.to_owned(), state, ..self }
    }
}

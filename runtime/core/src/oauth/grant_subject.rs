//! The subject of a grant, and what the identity provider says of them.

use std::fmt;

use serde::Serialize;
use toolgate_policy::Caller;

use crate::from_json::FromJson;
use crate::seal::{Entropy, Keyring, Purpose};
use crate::upstream::trouble::{AccessToken, Given, Upstream};

/// The part of a grant's record that is sealed.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct GrantSubject {
    /// The signed-in person.
    pub caller: Caller,
    /// Audience of the tokens.
    pub resource: String,
    /// Name of the client, for people.
    pub client_name: String,
    /// Credentials for asking the identity provider again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Upstream>,
    /// The access token that calls in the person's name carry, where it came with a refresh token: the time of
    /// its expiry, if that is known, a blank, and the token. Texts cost servers without such calls the least.
    #[serde(default, skip_serializing_if = "KeptToken::is_none")]
    pub access: KeptToken,
    /// Where tools may act as the person, as the approval page named it, a power in each line: nowhere in a
    /// record from before the page did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved: String,
    /// Redirect URI of the code, which tells more of the client than its name.
    #[serde(default)]
    pub redirect_uri: String,
    /// The nonce of the sign-in, which an id_token of a refresh may repeat but not replace (OpenID
    /// Connect Core section 12.2); empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nonce: String,
}

impl GrantSubject {
    /// Opens the record of a grant; `None` when the key that sealed it is gone.
    #[must_use]
    pub fn open(keys: &Keyring, grant: &str, sealed: &str) -> Option<Self> {
        keys.open(Purpose::Record, grant, sealed)
    }

    /// Seals it for the record of a grant.
    pub fn seal(&self, keys: &Keyring, grant: &str, entropy: &mut dyn Entropy) -> String {
        keys.seal(Purpose::Record, grant, self, entropy)
    }

    /// The same grant, of the same person as the identity provider sees them now. A provider that
    /// gives no new refresh token means the old one to be used again (OAuth 2.1 section 4.3.2).
    pub fn renew(&mut self, identified: Identified) {
        let old = std::mem::replace(&mut self.caller, identified.caller);
        self.caller.client_id = old.client_id;
        self.caller.client = old.client;
        self.caller.scopes = old.scopes;
        self.replace(identified.upstream);
    }

    /// Keeps what the provider gave to be asked with the next time.
    pub fn replace(&mut self, given: Option<Given>) {
        let Some(Given { upstream, access }) = given else { return };
        let is_access = matches!(upstream, Upstream::Access { .. });
        // The old refresh token serves again then. The new access token may be for another API than the one
        // that calls go to.
        if is_access && self.refresh_token().is_some() {
            return;
        }
        self.upstream = Some(upstream);
        self.access = access.map(KeptToken::from).unwrap_or_default();
    }

    /// The token by which the provider can be asked for new ones.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&str> {
        match self.upstream.as_ref()? {
            Upstream::Refresh(refresh) => Some(refresh),
            Upstream::Access { .. } => None,
        }
    }

    /// The access token for calls in the person's name, and the time of its expiry where that is known.
    #[must_use]
    pub fn access_token(&self) -> Option<(&str, Option<u64>)> {
        match &self.upstream {
            Some(Upstream::Access { token, expires }) => Some((token, *expires)),
            _ => {
                self.access.0.split_once(' ').map(|(expires, token)| (token, expires.parse().ok()))
            }
        }
    }

    /// True if the approval page named this power of tools.
    #[must_use]
    pub fn has_approved(&self, power: &str) -> bool {
        self.approved.lines().any(|approved| approved == power)
    }

    /// True if there is something to ask the provider with.
    #[must_use]
    pub fn can_ask(&self, now: u64) -> bool {
        match &self.upstream {
            None => false,
            Some(Upstream::Access { expires: Some(expires), .. }) => *expires > now,
            Some(Upstream::Refresh(_) | Upstream::Access { expires: None, .. }) => true,
        }
    }
}

/// An access token as a record has it, or none. It does not print.
#[derive(Clone, Default, PartialEq, Eq, Serialize, FromJson)]
#[serde(transparent)]
pub struct KeptToken(String);

impl KeptToken {
    fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<AccessToken> for KeptToken {
    fn from((token, expires): AccessToken) -> Self {
        let expires = expires.map(|expires| expires.to_string()).unwrap_or_default();
        Self([&expires, " ", &token].concat())
    }
}

impl fmt::Debug for KeptToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptToken([redacted])")
    }
}

/// Somebody the identity provider vouches for.
#[derive(Debug)]
pub struct Identified {
    /// The caller.
    pub caller: Caller,
    /// Credentials for asking the provider again.
    pub upstream: Option<Given>,
}

//! The access token, and the record of its grant.

use http::StatusCode;
use serde_json::json;
use toolgate_policy::Caller;

use crate::audit::{Event, EventKind, Reason};
use crate::oauth::callback::subject_key;
use crate::oauth::client::AuthMethod;
use crate::oauth::context::OAuthContext;
use crate::oauth::grant::{Grant, GrantKey, Uses};
use crate::oauth::grant_subject::GrantSubject;
use crate::oauth::issue::AccessToken;
use crate::reply::{self, Reply};
use crate::seal::Purpose;

/// A token that everybody agrees to.
#[derive(Debug)]
pub struct Direct {
    /// Who calls, with client and scopes.
    pub(crate) caller: Caller,
    /// Name of the client, for people.
    pub(crate) client_name: String,
    /// The address of the client, where it has one.
    pub(crate) client_uri: String,
    /// Authentication method of the client.
    pub(crate) method: AuthMethod,
    /// Audience.
    pub(crate) resource: String,
    /// Seconds that it lives.
    pub(crate) lifetime: u32,
    /// Why it is given, and by whose word.
    pub(crate) reason: Reason,
    pub(crate) by: Option<String>,
}

/// A token that was made.
#[derive(Debug)]
pub struct Issued {
    /// Where its record has to be stored.
    pub address: GrantKey,
    /// The record, without which the token is of no use.
    pub grant: Box<Grant>,
    /// The answer with the token.
    pub reply: Reply,
    /// What the audit trail is told once it is sent.
    pub event: Event,
}

impl Direct {
    /// Makes the token.
    #[must_use]
    pub fn issue(self, oauth: &mut OAuthContext<'_>) -> Issued {
        let address = self.address(oauth);
        oauth.log.person(&address.subject_key, &self.caller);
        let event = Event::new(EventKind::TokenIssued, self.reason);
        let event = Event { detail: self.by.clone(), ..event };
        let expires = oauth.now + u64::from(self.lifetime);
        let scope = self.caller.scopes.join(" ");
        let grant = self.grant(oauth, &address.id, expires);
        let access = AccessToken {
            caller: self.caller,
            resource: self.resource,
            issued: oauth.now,
            expires,
            auth_method: self.method,
            address: address.clone(),
        };
        let token = oauth.keys.seal(Purpose::AccessToken, oauth.origin, &access, oauth.entropy);
        let body = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "scope": scope,
        });
        let reply = reply::readable_by_any_origin(reply::json(StatusCode::OK, &body));
        Issued { address, grant: Box::new(grant), reply, event }
    }

    fn address(&self, oauth: &mut OAuthContext<'_>) -> GrantKey {
        let subject_key = subject_key(oauth.keys, oauth.provider, &self.caller.subject);
        GrantKey { subject_key, id: oauth.entropy.token() }
    }

    /// A record that is in use at once, and that no refresh token belongs to.
    pub(crate) fn grant(&self, oauth: &mut OAuthContext<'_>, id: &str, expires: u64) -> Grant {
        let subject = GrantSubject {
            caller: self.caller.clone(),
            resource: self.resource.clone(),
            client_name: self.client_name.clone(),
            upstream: None,
            access: Default::default(),
            approved: String::new(),
            redirect_uri: self.client_uri.clone(),
            nonce: String::new(),
        };
        Grant {
            client: self.caller.client_id.clone(),
            sealed: subject.seal(oauth.keys, id, oauth.entropy),
            code_expires: oauth.now,
            expires,
            generation: 1,
            rotated_at: oauth.now,
            revoked: false,
            created: oauth.now,
            used: oauth.now,
            confirmed: 1,
            confirmed_at: oauth.now,
            can_ask: false,
            asking: None,
            uses: Uses::default(),
        }
    }
}

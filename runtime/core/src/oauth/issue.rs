//! Tokens that `/token` issues once the grant's record allows it.

use http::StatusCode;
use serde::Serialize;
use serde_json::json;

use crate::audit::{EventKind, Reason};
use crate::from_json::FromJson;
use crate::oauth::client::{AuthMethod, is_false};
use crate::oauth::context::OAuthContext;
use crate::oauth::credentials::Authenticated;
use crate::oauth::error::OAuthError;
use crate::oauth::grant::{End, GrantKey, GrantOutcome, Operation, Rules};
use crate::oauth::grant_subject::GrantSubject;
use crate::reply::{self, Reply};
use crate::seal::Purpose;
use toolgate_policy::Caller;

/// Contents of a sealed access token. Self-contained, so that a call reads no storage.
#[derive(Debug, Clone, PartialEq, Serialize, FromJson)]
pub struct AccessToken {
    /// The caller.
    #[serde(rename = "c")]
    pub caller: Caller,
    /// Audience: a resource of this server, or its origin for all of them.
    #[serde(rename = "a")]
    pub resource: String,
    /// Time of issue, in seconds since 1970.
    #[serde(rename = "i")]
    pub issued: u64,
    /// Time of expiry.
    #[serde(rename = "e")]
    pub expires: u64,
    /// Authentication method of its client, for `/revoke`.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub auth_method: AuthMethod,
    /// The grant it was issued under.
    #[serde(rename = "g")]
    pub address: GrantKey,
}

/// Contents of a sealed refresh token. Nothing in it changes between two issues of one generation,
/// so that a retry gets the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub(crate) struct RefreshToken {
    #[serde(rename = "g")]
    pub(crate) address: GrantKey,
    #[serde(rename = "n")]
    pub(crate) generation: u32,
    #[serde(rename = "c")]
    pub(crate) client: String,
    /// Authentication method of the client, as it said when the person approved it.
    #[serde(rename = "m", default, skip_serializing_if = "AuthMethod::is_none")]
    pub(crate) auth_method: AuthMethod,
    /// The granted resource, so that a request for more is refused before it uses the token up.
    #[serde(rename = "a")]
    pub(crate) resource: String,
    #[serde(rename = "p")]
    pub(crate) scopes: Vec<String>,
    /// [`AuthorizationRequest::tools_implied`](crate::oauth::authorize::Authorization::tools_implied).
    #[serde(rename = "t", default, skip_serializing_if = "is_false")]
    pub(crate) tools_implied: bool,
}

/// A request that only waits for its grant.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The grant.
    pub(crate) address: GrantKey,
    /// Operation on its record.
    pub(crate) operation: Operation,
    pub(crate) rules: Rules,
    /// Why the identity provider does not confirm the person, should that end the grant.
    pub(crate) refusal: Reason,
    pub(crate) client: Authenticated,
    pub(crate) resource: String,
    pub(crate) scopes: Vec<String>,
    /// [`AuthorizationRequest::tools_implied`](crate::oauth::authorize::Authorization::tools_implied).
    pub(crate) tools_implied: bool,
    /// It came with a code, and not with a refresh token.
    pub(crate) is_code: bool,
    /// See [`AuthorizationRequest::code_only`](crate::oauth::authorize::Authorization::code_only).
    pub(crate) code_only: bool,
}

impl Pending {
    /// Why the operation ended the grant: in the audit trail, and for the client.
    fn ended(&self, end: End) -> (Reason, OAuthError) {
        let (event, reason, description) = match end {
            End::Reused => (
                Reason::RevokedByReuse,
                if self.is_code { Reason::CodeReused } else { Reason::RefreshReused },
                "It was used before, so everything issued under it is revoked; sign in again",
            ),
            End::Refused => (
                self.refusal,
                self.refusal,
                match self.refusal {
                    Reason::RevokedByUpstream | Reason::UpstreamTokenRefused => {
                        "The identity provider has ended the sign-in; sign in again"
                    }
                    _ => "What the identity provider says of you cannot be accepted; sign in again",
                },
            ),
            End::Lapsed => (
                Reason::RevokedUnconfirmed,
                Reason::RevokedUnconfirmed,
                "The identity provider has not confirmed the sign-in for too long; sign in again",
            ),
            End::TwoNetworks => (
                Reason::RevokedByTwoNetworks,
                Reason::RevokedByTwoNetworks,
                "The tokens were used from two networks at once, so they are revoked; sign in again",
            ),
        };
        (event, OAuthError::invalid_grant(description).because(reason))
    }

    /// The error where nobody can read whose grant it is any more.
    pub(crate) fn key_gone() -> OAuthError {
        OAuthError::invalid_grant("The grant was sealed by a key that is gone")
            .because(Reason::KeyGone)
    }
}

/// Turns the last outcome into the token response.
pub(crate) fn finish(
    oauth: &mut OAuthContext<'_>,
    pending: &Pending,
    outcome: GrantOutcome,
) -> Reply {
    oauth.log.user(&pending.address.subject_key);
    match issue(oauth, pending, outcome) {
        Ok(reply) => reply,
        Err(error) => error.into_reply(),
    }
}

fn issue(
    oauth: &mut OAuthContext<'_>,
    pending: &Pending,
    outcome: GrantOutcome,
) -> Result<Reply, OAuthError> {
    let (generation, expires, sealed) = match outcome {
        GrantOutcome::Active { generation, expires, sealed, .. } => (generation, expires, sealed),
        GrantOutcome::Ended(end) => {
            let (event, error) = pending.ended(end);
            oauth.log.tell(EventKind::Revoked, event);
            return Err(error);
        }
        GrantOutcome::Unaskable => {
            return Err(OAuthError::invalid_grant(
                "The identity provider cannot be asked again; sign in again",
            )
            .because(Reason::UpstreamUnaskable));
        }
        _ => {
            return Err(OAuthError::invalid_grant("The grant is over; sign in again")
                .because(Reason::GrantOver));
        }
    };
    let holder = GrantSubject::open(oauth.keys, &pending.address.id, &sealed)
        .ok_or_else(Pending::key_gone)?;
    oauth.log.person(&pending.address.subject_key, &holder.caller);
    // A refresh token that no refresh could use would only be kept in vain.
    let can_refresh = !pending.rules.is_required || holder.can_ask(oauth.now);
    let mut caller = holder.caller;
    let granted = std::mem::replace(&mut caller.scopes, pending.scopes.clone());
    let scope = caller.scopes.join(" ");
    let lifetime =
        u64::from(oauth.config.tokens.access_token_ttl).min(expires.saturating_sub(oauth.now));
    let access = AccessToken {
        caller,
        resource: pending.resource.clone(),
        issued: oauth.now,
        expires: oauth.now + lifetime,
        auth_method: pending.client.method,
        address: pending.address.clone(),
    };
    let refresh = RefreshToken {
        address: pending.address.clone(),
        generation,
        client: pending.client.key.clone(),
        auth_method: pending.client.method,
        resource: holder.resource,
        scopes: granted,
        tools_implied: pending.tools_implied,
    };
    let mut body = json!({
        "access_token": oauth.keys.seal(Purpose::AccessToken, oauth.origin, &access, oauth.entropy),
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scope,
    });
    if can_refresh && !pending.code_only {
        let refresh = oauth.keys.seal_stable(Purpose::RefreshToken, oauth.origin, &refresh);
        body["refresh_token"] = refresh.into();
    }
    Ok(reply::readable_by_any_origin(reply::json(StatusCode::OK, &body)))
}

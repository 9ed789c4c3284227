//! Approvals remembered in the browser: an encrypted cookie, bound to exactly what was approved and to
//! who signed in for it. Several people may use one browser.

use http::{HeaderMap, HeaderValue};
use serde::Serialize;

use crate::cookie;
use crate::from_json::FromJson;
use crate::json;
use crate::limits::MAX_APPROVALS;
use crate::oauth::authorization::AuthorizationRequest;
use crate::oauth::context::OAuthContext;
use crate::oauth::redirect_uri;
use crate::scope;
use crate::seal::{Purpose, sha256};

/// Length of the fingerprints: 132 bits of a hash.
const FINGERPRINT_LENGTH: usize = 22;

/// Sealed as a list, since forty have to fit a cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
struct Approval(
    /// Fingerprint of client, its document, redirect URI, scopes and resource.
    String,
    /// Fingerprint of the person.
    String,
    /// When, in seconds since 1970.
    u64,
);

/// The approvals that this browser holds; a cookie that does not open counts as none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approvals(Vec<Approval>);

impl Approvals {
    pub(crate) fn read(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Self {
        let oldest = oauth.now.saturating_sub(u64::from(oauth.config.consent.remember_for));
        let mut approvals: Vec<Approval> = cookie::read(headers, oauth.cookie(cookie::APPROVALS))
            .and_then(|value| oauth.keys.open(Purpose::Approvals, &bound_to(oauth), value))
            .unwrap_or_default();
        approvals.retain(|Approval(_, _, at)| *at > oldest);
        Self(approvals)
    }

    /// True if somebody approved it in this browser: reason enough to see who it is now.
    pub(crate) fn include(&self, authorization: &AuthorizationRequest) -> bool {
        let wanted = request(authorization);
        self.0.iter().any(|Approval(request, ..)| *request == wanted)
    }

    /// True if this person did, whose pseudonym this is.
    pub(crate) fn are_of(&self, authorization: &AuthorizationRequest, person: &str) -> bool {
        let (wanted, person) = (request(authorization), fingerprint(person));
        self.0.iter().any(|Approval(request, by, _)| *request == wanted && *by == person)
    }

    /// The cookie with this approval added, the oldest dropped above the cap; `None` for one that is
    /// not to be remembered.
    pub(crate) fn with(
        &self,
        oauth: &mut OAuthContext<'_>,
        authorization: &AuthorizationRequest,
        person: &str,
    ) -> Option<HeaderValue> {
        let lifetime = u64::from(oauth.config.consent.remember_for);
        if lifetime == 0 || !may_be_remembered(authorization) {
            return None;
        }
        let (of, by) = (request(authorization), fingerprint(person));
        let mut all = self.0.clone();
        all.retain(|approval| approval.0 != of || approval.1 != by);
        all.push(Approval(of, by, oauth.now));
        let excess = all.len().saturating_sub(MAX_APPROVALS);
        all.drain(..excess);
        let bound_to = bound_to(oauth);
        let value = oauth.keys.seal(Purpose::Approvals, &bound_to, &all, oauth.entropy);
        Some(cookie::set(oauth.cookie(cookie::APPROVALS), &value, lifetime))
    }
}

/// Approvals are for this server, and for what its tools may do as the person elsewhere: with another host, or another
/// third party, everybody is asked again.
fn bound_to(oauth: &OAuthContext<'_>) -> String {
    let mut bound_to = oauth.origin.to_owned();
    for act in oauth.config.acts.iter() {
        bound_to.push('\n');
        bound_to.push_str(act);
    }
    bound_to
}

/// An address that any program of the device can claim says nothing of who comes back with the same
/// request, and nobody answers for a client that registered itself (RFC 8252 section 8.6).
fn may_be_remembered(authorization: &AuthorizationRequest) -> bool {
    if authorization.scopes.iter().any(|scope| scope == scope::ADMIN) {
        return false;
    }
    !authorization.voucher.is_nobody()
        || redirect_uri::web_host(&authorization.redirect_uri).is_some()
}

fn request(authorization: &AuthorizationRequest) -> String {
    // JSON keeps the parts apart whatever they hold.
    let parts = serde_json::json!([
        authorization.client,
        authorization.client_version,
        authorization.redirect_uri,
        authorization.scopes,
        authorization.resource,
    ]);
    fingerprint(&json::to_text(&parts))
}

fn fingerprint(text: &str) -> String {
    let mut hash = sha256(text);
    hash.truncate(FINGERPRINT_LENGTH);
    hash
}

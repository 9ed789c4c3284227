//! Approvals remembered in the browser: an encrypted cookie, bound to exactly what was approved.

use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::cookie;
use crate::limits::MAX_APPROVALS;
use crate::oauth::authorize::Authorization;
use crate::oauth::gate::Gate;
use crate::seal::{Purpose, sha256};

/// Length of [`Approval::of`]: 132 bits of a hash.
const FINGERPRINT_LENGTH: usize = 22;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Approval {
    /// Fingerprint of client, its document, redirect URI, scopes and resource.
    #[serde(rename = "f")]
    of: String,
    /// When, in seconds since 1970.
    #[serde(rename = "t")]
    at: u64,
}

/// The approvals that this browser holds; a cookie that does not open counts as none.
#[derive(Debug, Default)]
pub(crate) struct Approvals(Vec<Approval>);

impl Approvals {
    pub(crate) fn read(gate: &Gate<'_>, headers: &HeaderMap) -> Self {
        let oldest = gate.now.saturating_sub(u64::from(gate.config.consent.remember_for));
        let mut approvals: Vec<Approval> = cookie::read(headers, cookie::APPROVALS)
            .and_then(|value| gate.keys.open(Purpose::Approvals, gate.origin, value))
            .unwrap_or_default();
        approvals.retain(|approval| approval.at > oldest);
        Self(approvals)
    }

    pub(crate) fn include(&self, authorization: &Authorization) -> bool {
        let wanted = fingerprint(authorization);
        self.0.iter().any(|approval| approval.of == wanted)
    }

    /// The cookie with this approval added, the oldest dropped above the cap.
    pub(crate) fn with(
        mut self,
        gate: &mut Gate<'_>,
        authorization: &Authorization,
    ) -> HeaderValue {
        let of = fingerprint(authorization);
        self.0.retain(|approval| approval.of != of);
        self.0.push(Approval { of, at: gate.now });
        let excess = self.0.len().saturating_sub(MAX_APPROVALS);
        self.0.drain(..excess);
        let value = gate.keys.seal(Purpose::Approvals, gate.origin, &self.0, gate.entropy);
        cookie::set(cookie::APPROVALS, &value, u64::from(gate.config.consent.remember_for))
    }
}

fn fingerprint(authorization: &Authorization) -> String {
    // JSON keeps the parts apart whatever they hold.
    let parts = serde_json::json!([
        authorization.client,
        authorization.client_version,
        authorization.redirect_uri,
        authorization.scopes,
        authorization.resource,
    ]);
    let mut hash = sha256(&parts.to_string());
    hash.truncate(FINGERPRINT_LENGTH);
    hash
}

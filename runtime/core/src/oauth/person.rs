//! The person who looks at their own connections: signed in to this server for a short while.

use http::HeaderMap;
use http::header::HeaderValue;
use serde::Serialize;
use toolgate_policy::Caller;

use crate::cookie;
use crate::from_json::FromJson;
use crate::limits::PERSON_TTL;
use crate::oauth::context::OAuthContext;
use crate::seal::Purpose;

/// A signed-in person, sealed in a cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Person {
    /// Pseudonyms that name the shards of the person's grants: one for each encryption key, since
    /// those made under an older key must be seen and revoked as well.
    #[serde(rename = "shards")]
    pub subject_keys: Vec<String>,
    /// The person's name on the page: e-mail address or name.
    pub label: String,
    /// Proof that a form comes from a page made for this sign-in.
    pub csrf: String,
    /// Until when, in seconds since 1970.
    pub expires: u64,
}

impl Person {
    /// The person whose cookie came with the request.
    #[must_use]
    pub fn read(gate: &OAuthContext<'_>, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::read(headers, gate.cookie(cookie::PERSON))?;
        let person: Self = gate.keys.open(Purpose::Person, gate.origin, value)?;
        (person.expires > gate.now).then_some(person)
    }

    /// The cookie of somebody who has just signed in.
    pub(crate) fn sign_in(
        gate: &mut OAuthContext<'_>,
        subject_keys: Vec<String>,
        caller: &Caller,
    ) -> HeaderValue {
        let person = Self {
            subject_keys,
            label: caller.label().to_owned(),
            csrf: gate.entropy.token(),
            expires: gate.now + PERSON_TTL,
        };
        let value = gate.keys.seal(Purpose::Person, gate.origin, &person, gate.entropy);
        cookie::set(gate.cookie(cookie::PERSON), &value, PERSON_TTL)
    }

    /// Removes the cookie.
    pub(crate) fn sign_out(gate: &OAuthContext<'_>) -> HeaderValue {
        cookie::clear(gate.cookie(cookie::PERSON))
    }
}

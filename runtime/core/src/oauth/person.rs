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
    pub fn read(oauth: &OAuthContext<'_>, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::read(headers, oauth.cookie(cookie::PERSON))?;
        let person: Self = oauth.keys.open(Purpose::Person, oauth.origin, value)?;
        (person.expires > oauth.now).then_some(person)
    }

    /// The cookie of somebody who has just signed in.
    pub(crate) fn sign_in(
        oauth: &mut OAuthContext<'_>,
        subject_keys: Vec<String>,
        caller: &Caller,
    ) -> HeaderValue {
        let person = Self {
            subject_keys,
            label: caller.label().to_owned(),
            csrf: oauth.entropy.token(),
            expires: oauth.now + PERSON_TTL,
        };
        let value = oauth.keys.seal(Purpose::Person, oauth.origin, &person, oauth.entropy);
        cookie::set(oauth.cookie(cookie::PERSON), &value, PERSON_TTL)
    }

    /// Removes the cookie.
    pub(crate) fn sign_out(oauth: &OAuthContext<'_>) -> HeaderValue {
        cookie::clear(oauth.cookie(cookie::PERSON))
    }
}

//! The token for an API in a grant's record, beside the person's own that it was exchanged for.
//!
//! It is a member of the sealed record that only servers with such calls read. Whatever else seals the record
//! leaves it out: after a confirmation by the provider the new token of the person is exchanged.

use serde::Serialize;
use toolgate_config::IdentityUpstream;

use crate::from_json::FromJson;
use crate::oauth::grant_subject::GrantSubject;
use crate::seal::{Entropy, Keyring, Purpose, sha256};
use crate::upstream::exchange::Exchanged;

#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    subject: &'a GrantSubject,
    exchanged: &'a str,
}

#[derive(FromJson)]
struct Kept {
    /// The API that it is for, the time of its expiry, and the token, with blanks between.
    #[serde(default)]
    exchanged: String,
}

/// The token for the API of this section in the record of a grant, if it has one.
#[must_use]
pub fn open(
    calls: &IdentityUpstream,
    keys: &Keyring,
    grant: &str,
    sealed: &str,
) -> Option<Exchanged> {
    let kept: Kept = keys.open(Purpose::Record, grant, sealed)?;
    let mut parts = kept.exchanged.splitn(3, ' ');
    let (target, expires, text) = (parts.next()?, parts.next()?, parts.next()?);
    let is_for_it = target == name_of(calls);
    is_for_it.then_some(Exchanged { text: text.to_owned(), expires: expires.parse().ok()? })
}

/// Seals the subject of a grant with the token for the API of this section.
#[must_use]
pub fn seal(
    (subject, exchanged): (&GrantSubject, &Exchanged),
    calls: &IdentityUpstream,
    keys: &Keyring,
    grant: &str,
    entropy: &mut dyn Entropy,
) -> String {
    let exchanged = format!("{} {} {}", name_of(calls), exchanged.expires, exchanged.text);
    let written = Written { subject, exchanged: &exchanged };
    keys.seal(Purpose::Record, grant, &written, entropy)
}

/// Tells one API from all others: a token that another version of the server was given may be for another.
fn name_of(calls: &IdentityUpstream) -> String {
    let kind = calls.exchange.map_or("", |exchange| exchange.name());
    sha256(&format!("{kind}\n{}", calls.target))
}

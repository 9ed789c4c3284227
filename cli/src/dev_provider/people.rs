//! Under which names people are known: `sub` at this provider, a pseudonym in the audit trail.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use toolgate_core::audit::PSEUDONYM_LENGTH;
use toolgate_core::oauth::callback;
use toolgate_core::seal::Keyring;
use toolgate_core::secret::Secret;
use toolgate_core::upstream::kept::Kept;
use toolgate_core::upstream::provider;

use super::user::User;
use crate::{Doing, Result};

/// Everybody who can sign in.
#[derive(Debug)]
pub(super) struct People {
    pub(super) users: Vec<Arc<User>>,
    /// E-mail addresses by the pseudonyms in the audit trail.
    pub(super) pseudonyms: BTreeMap<String, String>,
}

impl People {
    pub(super) fn new(encryption_key: &str, issuer: &str, users: Vec<User>) -> Result<Self> {
        let pseudonyms = pseudonyms(encryption_key, issuer, &users)?;
        Ok(Self { users: users.into_iter().map(Arc::new).collect(), pseudonyms })
    }
}

/// Bytes of the digest of an e-mail address that make a stable `sub`.
const SUBJECT_BYTES: usize = 16;

/// The `sub` that is made of an account's address.
pub(super) fn subject(user: &User) -> String {
    let digest = Sha256::digest(user.email.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest[..SUBJECT_BYTES])
}

/// The e-mail address of each account by its pseudonym, which the server makes in the same way.
pub(super) fn pseudonyms(
    encryption_key: &str,
    issuer: &str,
    users: &[User],
) -> Result<BTreeMap<String, String>> {
    let keys = Keyring::parse(encryption_key).doing(|| "read the encryption key".to_owned())?;
    let provider = provider::Provider {
        peculiarities: None,
        client_id: String::new(),
        client_secret: Secret::new(String::new()),
        client_auth: None,
        issuer: issuer.to_owned(),
        endpoints: None,
        kept: Kept::default(),
    };
    let named = users.iter().map(|user| {
        let own = user.claims.get("sub").and_then(Value::as_str);
        let subject = own.map_or_else(|| subject(user), str::to_owned);
        let subject_key = callback::subject_key(&keys, &provider, &subject);
        (subject_key.chars().take(PSEUDONYM_LENGTH).collect(), user.email.clone())
    });
    Ok(named.collect())
}

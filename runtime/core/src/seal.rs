//! Sealing: AES-256-GCM with one HKDF-derived key per purpose.
//!
//! Everything the gate hands out (tokens, codes, cookies, client ids) is sealed here. A sealed value
//! is `base64url(key id ‖ nonce ‖ ciphertext ‖ tag)`. The purpose selects the key, so a value made
//! for one purpose never opens for another; the associated data binds it further.

use std::fmt;

use crate::from_json::FromJson;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::limits::MAX_KEYS;
use crate::secret::Secret;
pub use crate::strength::KeyError;
use crate::strength::weakness;

const KEY_ID_LENGTH: usize = 4;
const NONCE_LENGTH: usize = 12;

/// Source of randomness; the adapter brings the platform's.
pub trait Entropy {
    /// Fills the buffer with cryptographically secure random bytes.
    fn fill(&mut self, buffer: &mut [u8]);

    /// 32 random bytes as 43 base64url characters.
    fn token(&mut self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        encode(&bytes)
    }
}

/// Purpose of a sealed value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// OAuth access token.
    AccessToken,
    /// OAuth refresh token.
    RefreshToken,
    /// OAuth authorization code.
    Code,
    /// Stateless `client_id` of dynamic registration.
    Client,
    /// `client_secret` derived for a confidential client.
    ClientSecret,
    /// Cookie of an open consent page.
    Consent,
    /// Cookie of a login under way at the identity provider.
    Login,
    /// Cookie of remembered approvals.
    Approvals,
    /// Personal data in storage.
    Record,
    /// Name of a person's storage shard.
    SubjectKey,
    /// Id of an MCP session.
    Session,
    /// Cookie of a person who looks at their own connections.
    Person,
    /// `requestState` of a call that asks its client (MCP 2026-07-28).
    RequestState,
    /// Id of a task.
    Task,
    /// A value of `ctx.state`.
    State,
    /// MAC of a line of the audit trail.
    Audit,
    /// Hash of a network or a country that a grant is used from.
    Place,
    /// Cookies of a person who looks at routes.
    Visitor,
    /// Links and cookies of a person who connects an account at a third party.
    Account,
    /// Hash of an address, by which an administrator finds a person.
    Address,
    /// Cookie of an administrator.
    Admin,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::AccessToken => b"toolgate/1/access-token",
            Self::RefreshToken => b"toolgate/1/refresh-token",
            Self::Code => b"toolgate/1/code",
            Self::Client => b"toolgate/1/client",
            Self::ClientSecret => b"toolgate/1/client-secret",
            Self::Consent => b"toolgate/1/consent",
            Self::Login => b"toolgate/1/login",
            Self::Approvals => b"toolgate/1/approvals",
            Self::Record => b"toolgate/1/record",
            Self::SubjectKey => b"toolgate/1/shard",
            Self::Session => b"toolgate/1/session",
            Self::Person => b"toolgate/1/person",
            Self::RequestState => b"toolgate/1/request-state",
            Self::Task => b"toolgate/1/task",
            Self::State => b"toolgate/1/state",
            Self::Audit => b"toolgate/1/audit",
            Self::Place => b"toolgate/1/place",
            Self::Visitor => b"toolgate/1/visitor",
            Self::Account => b"toolgate/1/account",
            Self::Address => b"toolgate/1/address",
            Self::Admin => b"toolgate/1/admin",
        }
    }
}

struct Key {
    id: [u8; KEY_ID_LENGTH],
    hkdf: Hkdf<Sha256>,
}

impl Key {
    fn new(master: &Secret) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"toolgate"), master.expose());
        let mut id = [0; KEY_ID_LENGTH];
        expand(&hkdf, &[b"toolgate/1/key-id"], &mut id);
        Self { id, hkdf }
    }

    fn derive(&self, purpose: Purpose) -> [u8; 32] {
        self.expand(&[purpose.label()])
    }

    /// The key of the MAC that [`Keyring::seal_stable`] takes its nonce from: AES-GCM and HMAC are
    /// shown to be sound apart from each other, and not under one key.
    fn derive_nonce_key(&self, purpose: Purpose) -> [u8; 32] {
        self.expand(&[purpose.label(), b"/nonce"])
    }

    fn expand(&self, label: &[&[u8]]) -> [u8; 32] {
        let mut key = [0; 32];
        expand(&self.hkdf, label, &mut key);
        key
    }

    fn cipher(&self, purpose: Purpose) -> Aes256Gcm {
        Aes256Gcm::new(&self.derive(purpose).into())
    }
}

fn expand(hkdf: &Hkdf<Sha256>, label: &[&[u8]], out: &mut [u8]) {
    // HKDF-Expand fails only above 255 hash lengths (RFC 5869 section 2.3); ours is one at most.
    hkdf.expand_multi_info(label, out).expect("an output of at most 32 bytes");
}

/// The encryption keys: the first seals, all open.
pub struct Keyring {
    keys: Vec<Key>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.keys.len())
    }
}

impl Keyring {
    /// Reads a list of keys separated by commas or white space; the first one seals.
    ///
    /// # Errors
    /// A missing or weak key, or too many.
    pub fn parse(list: &str) -> Result<Self, KeyError> {
        let parts: Vec<&str> =
            list.split(|c: char| c == ',' || c.is_whitespace()).filter(|p| !p.is_empty()).collect();
        if parts.is_empty() {
            return Err(KeyError::Missing);
        }
        if parts.len() > MAX_KEYS {
            return Err(KeyError::TooMany);
        }
        if let Some(weakness) = parts.iter().find_map(|part| weakness(part.as_bytes())) {
            return Err(weakness);
        }
        Ok(Self { keys: parts.into_iter().map(|part| Key::new(&Secret::new(part))).collect() })
    }

    /// Seals a value under a random nonce.
    pub fn seal<T: Serialize>(
        &self,
        purpose: Purpose,
        bound_to: &str,
        value: &T,
        entropy: &mut dyn Entropy,
    ) -> String {
        self.seal_bytes(purpose, bound_to, &to_json(value), entropy)
    }

    /// The same for a value that is in bytes already.
    pub fn seal_bytes(
        &self,
        purpose: Purpose,
        bound_to: &str,
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> String {
        let mut nonce = [0; NONCE_LENGTH];
        entropy.fill(&mut nonce);
        self.seal_with(purpose, bound_to, plaintext, nonce)
    }

    /// Seals so that the same value gives the same text: the nonce is a MAC of the plaintext
    /// (as in AES-GCM-SIV, RFC 8452 section 1), so it only repeats with the plaintext.
    #[must_use]
    pub fn seal_stable<T: Serialize>(&self, purpose: Purpose, bound_to: &str, value: &T) -> String {
        let plaintext = to_json(value);
        let key = self.keys[0].derive_nonce_key(purpose);
        let mac = mac(&key, &[bound_to.as_bytes(), &plaintext]);
        let mut nonce = [0; NONCE_LENGTH];
        nonce.copy_from_slice(&mac[..NONCE_LENGTH]);
        self.seal_with(purpose, bound_to, &plaintext, nonce)
    }

    fn seal_with(
        &self,
        purpose: Purpose,
        bound_to: &str,
        plaintext: &[u8],
        nonce: [u8; NONCE_LENGTH],
    ) -> String {
        let key = &self.keys[0];
        let payload = Payload { msg: plaintext, aad: bound_to.as_bytes() };
        let sealed = key
            .cipher(purpose)
            .encrypt(&Nonce::from(nonce), payload)
            .expect("AES-GCM encrypts anything below 64 GiB");
        let mut out = Vec::with_capacity(KEY_ID_LENGTH + NONCE_LENGTH + sealed.len());
        out.extend_from_slice(&key.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        encode(&out)
    }

    /// Opens a sealed value; `None` for anything that was not sealed by one of these keys, for this
    /// purpose and binding.
    #[must_use]
    pub fn open<T: FromJson>(&self, purpose: Purpose, bound_to: &str, sealed: &str) -> Option<T> {
        crate::from_json::read(self.open_bytes(purpose, bound_to, sealed)?).ok()
    }

    /// The same for a value that is in bytes.
    #[must_use]
    pub fn open_bytes(&self, purpose: Purpose, bound_to: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = decode(sealed)?;
        let (id, rest) = bytes.split_at_checked(KEY_ID_LENGTH)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LENGTH)?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().ok()?;
        let payload = || Payload { msg: ciphertext, aad: bound_to.as_bytes() };
        self.keys
            .iter()
            .filter(|key| key.id == id)
            .find_map(|key| key.cipher(purpose).decrypt(&Nonce::from(nonce), payload()).ok())
    }

    /// HMAC-SHA256 of the text under the first key, in base64url.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, text: &str) -> String {
        encode(&mac(&self.keys[0].derive(purpose), &[text.as_bytes()]))
    }

    /// Every MAC that [`Keyring::mac`] could have given with any of the keys.
    pub fn macs<'a>(
        &'a self,
        purpose: Purpose,
        text: &'a str,
    ) -> impl Iterator<Item = String> + 'a {
        self.keys.iter().map(move |key| encode(&mac(&key.derive(purpose), &[text.as_bytes()])))
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"mac");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own types serialise")
}

/// Base64url without padding (RFC 4648 section 5).
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256 in base64url, as PKCE's S256 wants it (RFC 7636 section 4.2).
#[must_use]
pub fn sha256(text: &str) -> String {
    encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Sequence;

    const ONE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const TWO: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    fn ring(list: &str) -> Keyring {
        Keyring::parse(list).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_again() {
        let sealed = ring(ONE).seal(Purpose::Code, "a", &"text", &mut Sequence::default());
        assert_eq!(ring(ONE).open::<String>(Purpose::Code, "a", &sealed).as_deref(), Some("text"));
    }

    #[test]
    fn another_purpose_binding_or_key_does_not_open() {
        let sealed = ring(ONE).seal(Purpose::Code, "a", &"text", &mut Sequence::default());
        assert_eq!(ring(ONE).open::<String>(Purpose::AccessToken, "a", &sealed), None);
        assert_eq!(ring(ONE).open::<String>(Purpose::Code, "b", &sealed), None);
        assert_eq!(ring(TWO).open::<String>(Purpose::Code, "a", &sealed), None);
    }

    #[test]
    fn every_flipped_or_missing_byte_is_noticed() {
        let keys = ring(ONE);
        let sealed = keys.seal(Purpose::Code, "", &"text", &mut Sequence::default());
        let bytes = decode(&sealed).unwrap();
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            assert_eq!(keys.open::<String>(Purpose::Code, "", &encode(&changed)), None);
            assert_eq!(keys.open::<String>(Purpose::Code, "", &encode(&bytes[..position])), None);
        }
    }

    #[test]
    fn a_rotated_key_still_opens_and_the_new_one_seals() {
        let old = ring(ONE).seal(Purpose::Code, "", &1, &mut Sequence::default());
        let both = ring(&format!("{TWO}, {ONE}"));
        assert_eq!(both.open::<u32>(Purpose::Code, "", &old), Some(1));
        let new = both.seal(Purpose::Code, "", &2, &mut Sequence::default());
        assert_eq!(ring(TWO).open::<u32>(Purpose::Code, "", &new), Some(2));
        assert!(
            both.macs(Purpose::SubjectKey, "x")
                .any(|m| m == ring(ONE).mac(Purpose::SubjectKey, "x"))
        );
    }

    #[test]
    fn stable_sealing_repeats_only_for_the_same_value() {
        let keys = ring(ONE);
        let first = keys.seal_stable(Purpose::RefreshToken, "", &1);
        assert_eq!(first, keys.seal_stable(Purpose::RefreshToken, "", &1));
        assert_ne!(first, keys.seal_stable(Purpose::RefreshToken, "", &2));
        assert_eq!(keys.open::<u32>(Purpose::RefreshToken, "", &first), Some(1));
    }

    #[test]
    fn the_nonce_of_a_stable_seal_is_made_under_a_key_that_encrypts_nothing() {
        let keys = ring(ONE);
        let nonce_under =
            |key: [u8; 32]| mac(&key, &[b"bound", b"\"text\""])[..NONCE_LENGTH].to_vec();
        for purpose in [Purpose::RefreshToken, Purpose::Client] {
            let sealed = decode(&keys.seal_stable(purpose, "bound", &"text")).unwrap();
            let nonce = &sealed[KEY_ID_LENGTH..KEY_ID_LENGTH + NONCE_LENGTH];
            assert_eq!(nonce, nonce_under(keys.keys[0].derive_nonce_key(purpose)));
            assert_ne!(nonce, nonce_under(keys.keys[0].derive(purpose)));
        }
    }
}

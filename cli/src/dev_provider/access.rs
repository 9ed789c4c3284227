//! Access tokens of the userinfo endpoint. Each says by itself whose it is, so that one from before a
//! restart is good after it: servers ask by it whether somebody still has access.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::clock::now;
use super::random;

/// As Cloudflare Access by default.
pub(super) const ACCESS_TOKEN_LIFETIME: u64 = 300;

/// Keeps what is signed here apart from anything else that the secret is used for.
const LABEL: &[u8] = b"toolgate dev access token\0";

#[derive(Serialize, Deserialize)]
struct Content {
    email: String,
    expires: u64,
    /// Two tokens are never the same.
    id: String,
}

/// A new token of an account, signed with the client's secret.
pub(super) fn issue(secret: &str, email: &str) -> String {
    let content = Content {
        email: email.to_owned(),
        expires: now() + ACCESS_TOKEN_LIFETIME,
        id: random::token(),
    };
    let content = serde_json::json!(content).to_string();
    let signature = signed(secret, content.as_bytes()).finalize().into_bytes();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(content), URL_SAFE_NO_PAD.encode(signature))
}

/// The account of a token that is good now.
pub(super) fn account(secret: &str, token: &str) -> Option<String> {
    let (content, signature) = token.split_once('.')?;
    let content = URL_SAFE_NO_PAD.decode(content).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    signed(secret, &content).verify_slice(&signature).ok()?;
    let content: Content = serde_json::from_slice(&content).ok()?;
    (content.expires > now()).then_some(content.email)
}

fn signed(secret: &str, content: &[u8]) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.chain_update(LABEL).chain_update(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_account_to_whoever_has_the_secret() {
        let token = issue("secret", "ada@example.com");
        assert_eq!(account("secret", &token).as_deref(), Some("ada@example.com"));
        assert_eq!(account("another", &token), None);
        let (content, signature) = token.split_once('.').expect("two parts");
        let (other, _) = issue("secret", "eve@example.com")
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .expect("two parts");
        assert_eq!(account("secret", &format!("{other}.{signature}")), None);
        assert_eq!(account("secret", content), None);
        assert_ne!(token, issue("secret", "ada@example.com"));
    }
}

//! Access tokens of the userinfo endpoint, and refresh tokens. Each says by itself whose it is, so that one from before a
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

/// Longer than anybody develops without signing in again.
const REFRESH_TOKEN_LIFETIME: u64 = 30 * 24 * 60 * 60;

/// Keeps what is signed here apart from anything else that the secret is used for.
const LABEL: &[u8] = b"toolgate dev access token\0";
const REFRESH_LABEL: &[u8] = b"toolgate dev refresh token\0";

#[derive(Serialize, Deserialize)]
struct Content {
    email: String,
    expires: u64,
    /// Two tokens are never the same.
    id: String,
}

/// A new token of an account, signed with the client's secret.
pub(super) fn issue(secret: &str, email: &str) -> String {
    sign(secret, LABEL, email, ACCESS_TOKEN_LIFETIME)
}

/// A new refresh token of an account. It is given again at each use, as by Cloudflare Access.
pub(super) fn issue_refresh(secret: &str, email: &str) -> String {
    sign(secret, REFRESH_LABEL, email, REFRESH_TOKEN_LIFETIME)
}

fn sign(secret: &str, label: &[u8], email: &str, lifetime: u64) -> String {
    let content =
        Content { email: email.to_owned(), expires: now() + lifetime, id: random::token() };
    let content = serde_json::json!(content).to_string();
    let signature = signed(secret, label, content.as_bytes()).finalize().into_bytes();
    format!("{}.{}", URL_SAFE_NO_PAD.encode(content), URL_SAFE_NO_PAD.encode(signature))
}

/// The account of a token that is good now.
pub(super) fn account(secret: &str, token: &str) -> Option<String> {
    verified(secret, LABEL, token)
}

/// The account of a refresh token that is good now.
pub(super) fn account_of_refresh(secret: &str, token: &str) -> Option<String> {
    verified(secret, REFRESH_LABEL, token)
}

fn verified(secret: &str, label: &[u8], token: &str) -> Option<String> {
    let (content, signature) = token.split_once('.')?;
    let content = URL_SAFE_NO_PAD.decode(content).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    signed(secret, label, &content).verify_slice(&signature).ok()?;
    let content: Content = serde_json::from_slice(&content).ok()?;
    (content.expires > now()).then_some(content.email)
}

fn signed(secret: &str, label: &[u8], content: &[u8]) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.chain_update(label).chain_update(content)
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
        let refresh = issue_refresh("secret", "ada@example.com");
        assert_eq!(account_of_refresh("secret", &refresh).as_deref(), Some("ada@example.com"));
        assert_eq!(
            (account("secret", &refresh), account_of_refresh("secret", &token)),
            (None, None)
        );
    }
}

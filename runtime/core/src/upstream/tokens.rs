//! Answers of an identity provider's token endpoint (OAuth 2.1 section 3.2.3).

use http::Response;
use serde_json::Value;
use toolgate_config::Identity;

use crate::audit::Reason;
use crate::from_json::FromJson;
use crate::limits::{MAX_ID_TOKEN, MAX_UPSTREAM_TOKEN};
use crate::upstream::trouble::{Cause, Given, Trouble, Upstream, undecided};

/// Errors that end what the person granted (OAuth 2.1 section 3.2.4), those by which OpenID
/// providers ask the person to come back (OpenID Connect Core section 3.1.2.6), and GitHub's own.
const ENDING: [&str; 7] = [
    "invalid_grant",
    "access_denied",
    "interaction_required",
    "login_required",
    "consent_required",
    "bad_refresh_token",
    "bad_verification_code",
];

/// Errors about this server's own registration (RFC 6749 section 5.2), and GitHub's own: an expired secret
/// or a disabled application says nothing of the person.
const OURS: [&str; 3] = ["invalid_client", "unauthorized_client", "incorrect_client_credentials"];

/// Characters of an error code that are fit for a log.
const MAX_ERROR_CODE: usize = 40;

/// Answer of the token endpoint. It does not print.
pub struct Tokens {
    /// For the provider's own resources.
    pub access_token: String,
    /// For the next time.
    pub refresh_token: Option<String>,
    /// The ID token of the person who signed in (OpenID Connect Core section 3.1.3.3).
    pub id_token: Option<String>,
    /// Lifetime of the access token, in seconds.
    pub expires_in: Option<u64>,
}

#[derive(FromJson)]
struct TokenResponse {
    access_token: Option<String>,
    refresh_token: Option<String>,
    id_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    error: Option<String>,
}

/// Reads an answer. GitHub sends errors with status 200, so the body decides.
///
/// # Errors
/// The provider refused, or did not answer as one does.
pub fn read(answer: &Response<Vec<u8>>) -> Result<Tokens, Trouble> {
    let status = answer.status();
    let failed =
        |reason: &str| Trouble::Failed(Cause::Unreadable, format!("status {status}, {reason}"));
    if let Some(cause) = undecided(answer) {
        return Err(Trouble::Failed(cause, format!("status {status}, no decision")));
    }
    let body: TokenResponse =
        crate::from_json::read_foreign(answer.body()).map_err(|_| failed("unreadable answer"))?;
    // Some say so that there is none.
    if let Some(error) = body.error.filter(|error| !error.is_empty()) {
        let reason = format!("status {status}, error {}", printable(&error));
        return Err(match error.as_str() {
            error if ENDING.contains(&error) => Trouble::Ended(Reason::RevokedByUpstream, reason),
            error if OURS.contains(&error) => Trouble::Failed(Cause::Credentials, reason),
            "temporarily_unavailable" | "server_error" => {
                Trouble::Failed(Cause::Unavailable, reason)
            }
            _ => Trouble::Failed(Cause::Error, reason),
        });
    }
    let is_bearer = body.token_type.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = body.access_token.filter(|token| !token.is_empty());
    let (true, true, Some(access_token)) = (status.is_success(), is_bearer, access_token) else {
        return Err(failed("no access token of type bearer"));
    };
    if body.id_token.as_ref().is_some_and(|token| token.len() > MAX_ID_TOKEN) {
        return Err(Trouble::Failed(Cause::TooLarge, "the id_token is too large".to_owned()));
    }
    let refresh_token = body.refresh_token.filter(|token| !token.is_empty());
    let expires_in = body.expires_in.as_ref().and_then(seconds);
    Ok(Tokens { access_token, refresh_token, id_token: body.id_token, expires_in })
}

impl Tokens {
    /// Credentials to keep, so that the provider can be asked again. An access token of unknown
    /// lifetime is of no use: nobody could tell whether it was withdrawn or has expired.
    #[must_use]
    pub fn keep(&self, now: u64) -> Option<Upstream> {
        let kept = match (&self.refresh_token, self.expires_in) {
            (Some(token), _) => Upstream::Refresh(token.clone()),
            (None, Some(lifetime)) => Upstream::Access {
                token: self.access_token.clone(),
                expires: Some(now.saturating_add(lifetime)),
            },
            (None, None) => return None,
        };
        let (Upstream::Refresh(token) | Upstream::Access { token, .. }) = &kept;
        (token.len() <= MAX_UPSTREAM_TOKEN).then_some(kept)
    }

    /// The same for a server whose tools may call in the person's name: with the access token. One for a
    /// `resource` of its own comes with a refresh that names it.
    #[must_use]
    pub fn keep_for(&self, identity: &Identity, now: u64) -> Option<Given> {
        let is_ours = identity.upstream.as_ref().is_some_and(|calls| calls.resource.is_none());
        match self.keep(now) {
            Some(Upstream::Refresh(refresh)) if is_ours => Some(self.renewed(refresh, now)),
            kept => kept.map(Given::from),
        }
    }

    /// Both tokens, where this is the answer to the refresh token; the refresh token alone where the
    /// access token is too large to keep.
    #[must_use]
    pub fn renewed(&self, refresh: String, now: u64) -> Given {
        let is_small = self.access_token.len() <= MAX_UPSTREAM_TOKEN;
        let expires = self.expires_in.map(|lifetime| now.saturating_add(lifetime));
        let access = is_small.then(|| (self.access_token.clone(), expires));
        Given { upstream: Upstream::Refresh(refresh), access }
    }
}

/// A number, or the text of one as some providers write it.
pub(crate) fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A code or a name without what does not belong into one: it is the provider's text.
pub(crate) fn printable(error: &str) -> String {
    let is_fit = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    error.chars().filter(is_fit).take(MAX_ERROR_CODE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: impl AsRef<[u8]>) -> Result<Tokens, Trouble> {
        let answer = Response::builder().status(status).body(body.as_ref().to_vec());
        read(&answer.expect("an answer"))
    }

    /// Members that nobody reads, as they come from servers that are not careful.
    fn odd_members() -> Vec<Vec<u8>> {
        let deep = format!("\"x\":{}{}", "[".repeat(5000), "]".repeat(5000));
        let texts: [&[u8]; 4] = [
            b"\"error_description\":\"Sitzung ung\xfcltig\"",
            b"\"error_description\":\"cut \\ud83d\"",
            b"\"error_codes\":[1e999]",
            deep.as_bytes(),
        ];
        texts.map(<[u8]>::to_vec).into()
    }

    #[test]
    fn a_revocation_is_understood_whatever_stands_beside_it() {
        for odd in odd_members() {
            let body = [b"{\"error\":\"invalid_grant\",", &odd[..], b"}"].concat();
            let ended = answered(400, body);
            assert!(matches!(ended, Err(Trouble::Ended(Reason::RevokedByUpstream, _))), "{odd:?}");
        }
    }

    #[test]
    fn tokens_are_read_whatever_stands_beside_them() {
        for odd in odd_members() {
            let tokens =
                b"{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"refresh_token\":\"r2\",";
            let read = answered(200, [&tokens[..], &odd, b"}"].concat());
            let read = read.map_err(|_| format!("{odd:?}")).expect("tokens");
            assert_eq!(read.refresh_token.as_deref(), Some("r2"));
        }
    }

    #[test]
    fn what_is_said_twice_is_not_understood() {
        for body in [
            r#"{"error":"access_denied","error":null,"access_token":"a","token_type":"Bearer"}"#,
            r#"{"access_token":"a","token_type":"mac","token_type":"Bearer"}"#,
        ] {
            assert!(matches!(answered(200, body), Err(Trouble::Failed(..))), "{body}");
        }
    }
}

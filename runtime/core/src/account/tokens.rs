//! Tokens of a connected account, as its row keeps them.

use std::fmt;

use serde::Serialize;
use toolgate_config::Connection;

use super::party;
use super::record::Kept;
use crate::from_json::FromJson;
use crate::limits::MAX_UPSTREAM_TOKEN;
use crate::seal::{Entropy, Keyring, Purpose};
use crate::upstream::tokens::Tokens;

/// The tokens of one account. They do not print.
#[derive(Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct AccountTokens {
    /// For the hosts of the connection.
    #[serde(rename = "a")]
    pub access: String,
    /// For the next access token, where the third party gave one.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
}

impl fmt::Debug for AccountTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountTokens([redacted])")
    }
}

/// The place of an account: its tokens open there only.
#[derive(Debug, Clone, Copy)]
pub struct AccountKey<'a> {
    /// Pseudonym of the person.
    pub person: &'a str,
    /// The connection, with its third party.
    pub connection: &'a Connection,
}

impl AccountKey<'_> {
    fn bound_to(self) -> String {
        let party = party::named(self.connection);
        [self.person, "\n", &self.connection.name, "\n", &party, "\naccount"].concat()
    }
}

impl AccountTokens {
    /// The tokens of an answer; a third party that gives no new refresh token means the old one to be used again
    /// (OAuth 2.1 section 4.3.2). `None` where they are too large to keep.
    #[must_use]
    pub fn of(tokens: &Tokens, old: Option<String>) -> Option<Self> {
        let refresh = tokens.refresh_token.clone().or(old);
        let fits = |token: &String| token.len() <= MAX_UPSTREAM_TOKEN;
        let is_small = fits(&tokens.access_token) && refresh.as_ref().is_none_or(fits);
        is_small.then(|| Self { access: tokens.access_token.clone(), refresh })
    }

    /// The part of a row that says what the tokens are good for, with the tokens sealed.
    pub fn seal(
        &self,
        keys: &Keyring,
        key: AccountKey<'_>,
        (expires_in, now): (Option<u64>, u64),
        entropy: &mut dyn Entropy,
    ) -> Kept {
        Kept {
            sealed: keys.seal(Purpose::Record, &key.bound_to(), self, entropy),
            expires: expires_in.map(|lifetime| now.saturating_add(lifetime)),
            at: now,
            can_renew: self.refresh.is_some(),
        }
    }

    /// Opens the tokens of a row; `None` when the key that sealed them is gone, or the section names another third party.
    #[must_use]
    pub fn open(keys: &Keyring, key: AccountKey<'_>, sealed: &str) -> Option<Self> {
        keys.open(Purpose::Record, &key.bound_to(), sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Sequence;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn answer(access: &str, refresh: Option<&str>) -> Tokens {
        Tokens {
            access_token: access.to_owned(),
            refresh_token: refresh.map(str::to_owned),
            id_token: None,
            expires_in: Some(60),
        }
    }

    fn connection(name: &str, host: &str, client: &str) -> Connection {
        let source = format!(
            "[server]\nname = \"Demo\"\n[secrets]\nSECRET = \"client secret\"\n[connections.{name}]\n\
             client_id = \"{client}\"\nclient_secret = \"SECRET\"\nhosts = [\"{host}\"]\n\
             issuer = \"https://login.example\"\n"
        );
        toolgate_config::check(&source).expect("a configuration").config.connections[0].clone()
    }

    #[test]
    fn tokens_open_for_their_person_and_third_party_only() {
        let keys = Keyring::parse(KEY).unwrap();
        let tokens = AccountTokens::of(&answer("canary-a", Some("canary-r")), None).unwrap();
        let linear = connection("linear", "api.example", "client");
        let key = AccountKey { person: "ada", connection: &linear };
        let kept = tokens.seal(&keys, key, (Some(60), 1000), &mut Sequence::default());
        assert!(!format!("{kept:?}{tokens:?}").contains("canary"));
        assert_eq!((kept.expires, kept.can_renew), (Some(1060), true));
        assert_eq!(AccountTokens::open(&keys, key, &kept.sealed), Some(tokens));
        let others = [
            connection("github", "api.example", "client"),
            connection("linear", "api.elsewhere.example", "client"),
            connection("linear", "api.example", "another"),
        ];
        let others = others.iter().map(|connection| AccountKey { connection, ..key });
        for other in others.chain([AccountKey { person: "bob", ..key }]) {
            assert_eq!(AccountTokens::open(&keys, other, &kept.sealed), None, "{other:?}");
        }
    }

    #[test]
    fn a_third_party_that_does_not_rotate_has_its_refresh_token_kept() {
        let old = || Some("old".to_owned());
        assert_eq!(AccountTokens::of(&answer("a", None), old()).unwrap().refresh, old());
        let new = AccountTokens::of(&answer("a", Some("new")), old()).unwrap();
        assert_eq!(new.refresh.as_deref(), Some("new"));
    }

    #[test]
    fn a_token_that_is_too_large_is_not_kept() {
        let large = "x".repeat(MAX_UPSTREAM_TOKEN + 1);
        assert_eq!(AccountTokens::of(&answer(&large, None), None), None);
        assert_eq!(AccountTokens::of(&answer("a", Some(&large)), None), None);
    }
}

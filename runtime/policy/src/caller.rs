//! The caller.

use serde::Serialize;
use serde_json::{Map, Value};
use toolgate_config::names::{CLIENT_SUBJECT, WORKLOAD_SUBJECT};
use toolgate_json::from_json::FromJson;

use crate::known::Known;

/// The signed-in person behind a request, with the claims that policies look at; or a machine, which has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, FromJson)]
#[serde(from = "Stored")]
pub struct Caller {
    /// `sub` at the identity provider; `service:<common name>` of a service token of Access, `client:<id>` and
    /// `workload:<name>` of a machine, `<issuer>|<sub>` of a person whom another issuer of ID-JAGs vouches for.
    pub subject: String,
    /// E-mail address, proven to be the person's. Cloudflare Access and GitHub prove it; another
    /// OpenID provider must say `email_verified: true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// E-mail address of which nobody says that it is the person's: anybody's could stand here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed_email: Option<String>,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Groups from the configured claim; at GitHub `org` and `org/team`. Those that something of
    /// this server names, see [`Known`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The other claims that something of this server names: of the id_token, of userinfo or of the
    /// assertion of Cloudflare Access; of GitHub `login` and `id`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// OAuth scopes of the access token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// OAuth client the token was issued to; `cloudflare-access` for a caller without one.
    pub client_id: String,
    /// The client as policies name it: an id of `[[clients]]`, or the address of its metadata document; empty for one
    /// for which nobody vouches, and `None` where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Limits of what is known about groups and claims.
    #[serde(skip_serializing_if = "Known::is_everything")]
    pub known: Known,
}

/// A caller as it was sealed, also before the two addresses were told apart.
#[derive(FromJson)]
struct Stored {
    subject: String,
    email: Option<String>,
    /// Of what was sealed when `email` was any address.
    email_verified: Option<bool>,
    claimed_email: Option<String>,
    name: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    scopes: Vec<String>,
    client_id: String,
    client: Option<String>,
    #[serde(default)]
    known: Known,
}

impl From<Stored> for Caller {
    fn from(stored: Stored) -> Self {
        let is_unproven = stored.email_verified == Some(false);
        let (email, unproven) =
            if is_unproven { (None, stored.email) } else { (stored.email, None) };
        Self {
            subject: stored.subject,
            email,
            claimed_email: stored.claimed_email.or(unproven),
            name: stored.name,
            groups: stored.groups,
            claims: stored.claims,
            scopes: stored.scopes,
            client_id: stored.client_id,
            client: stored.client,
            known: stored.known,
        }
    }
}

impl Caller {
    /// The name of the workload that calls, where one does.
    #[must_use]
    pub fn workload(&self) -> Option<&str> {
        self.subject.strip_prefix(WORKLOAD_SUBJECT)
    }

    /// True for a machine: no person is behind the call.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        is_of_machine(&self.subject)
    }

    /// The person's name on a page: e-mail address, name, or else the subject.
    #[must_use]
    pub fn label(&self) -> &str {
        let names = [&self.email, &self.name, &self.claimed_email];
        names.into_iter().flatten().next().unwrap_or(&self.subject)
    }
}

/// True for a subject that only a machine has: an identity provider must not give it to a person.
#[must_use]
pub fn is_of_machine(subject: &str) -> bool {
    [CLIENT_SUBJECT, WORKLOAD_SUBJECT].iter().any(|start| subject.starts_with(start))
}

/// Worker variables, for values that `mcp.toml` keeps out of git.
pub trait Vars {
    /// The variable or secret of this name.
    fn var(&self, name: &str) -> Option<String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Caller {
        toolgate_json::from_json::read(text).expect("a caller")
    }

    #[test]
    fn an_address_that_was_sealed_unproven_does_not_become_proven() {
        let old =
            r#"{"subject":"1","email":"boss@a.example","email_verified":false,"client_id":"c"}"#;
        let caller = read(old);
        assert_eq!((caller.email, caller.claimed_email.as_deref()), (None, Some("boss@a.example")));
        let proven = read(&old.replace("false", "true"));
        assert_eq!((proven.email.as_deref(), proven.claimed_email), (Some("boss@a.example"), None));
    }

    #[test]
    fn what_is_sealed_is_read_as_it_was() {
        let caller = Caller {
            subject: "1".to_owned(),
            email: Some("ada@a.example".to_owned()),
            claimed_email: Some("boss@a.example".to_owned()),
            groups: vec!["staff".to_owned()],
            client_id: "c".to_owned(),
            ..Caller::default()
        };
        let sealed = serde_json::to_string(&caller).expect("JSON");
        assert_eq!(read(&sealed), caller);
        assert!(!sealed.contains("known"), "nothing is said where everything is kept: {sealed}");
    }
}

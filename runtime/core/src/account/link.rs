//! The link that a person is asked to open, to connect an account.
//!
//! It is sealed and says for whom it is, so that nothing is stored for a question that nobody answers, and a
//! changed one opens nothing. It is no credential: whoever opens it has to sign in, as the person who was asked.

use serde::Serialize;

use crate::from_json::FromJson;
use crate::paths::ACCOUNT_CONNECT_PATH;
use crate::seal::{Entropy, Keyring, Purpose, sha256};

/// Seconds for which a link is good: time to read the question, and to sign in.
pub const LINK_TTL: u64 = 600;

/// Characters of the names in a link. Clients show links to people, and models repeat them.
const MAX_NAME: usize = 80;

/// Characters of the id of a question.
const ID_LENGTH: usize = 22;

/// A question to a person, as its link carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Link {
    /// Pseudonym of the person who was asked.
    #[serde(rename = "p")]
    pub person: String,
    /// Name of the connection.
    #[serde(rename = "n")]
    pub connection: String,
    /// Name of the MCP client that the person was asked through.
    #[serde(rename = "c")]
    pub client: String,
    /// The tool that needs the account.
    #[serde(rename = "t")]
    pub tool: String,
    /// The grant under which that client calls: it has to stand, and to be approved for this, when the link is
    /// opened and when the person comes back.
    #[serde(rename = "g")]
    pub grant: String,
    /// The object of the session in which the client was asked, where that client hears when the person has finished.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Until when, in seconds since 1970.
    #[serde(rename = "e")]
    pub expires: u64,
}

/// The call that needs an account.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Name of its client.
    pub client: &'a str,
    /// Its tool.
    pub tool: &'a str,
    /// Its grant.
    pub grant: &'a str,
    /// As in [`Link`].
    pub session: Option<&'a str>,
}

impl Link {
    /// A link for this person, good from now.
    #[must_use]
    pub fn new(person: &str, connection: &str, asking: Asking<'_>, now: u64) -> Self {
        let short = |text: &str| text.chars().take(MAX_NAME).collect();
        Self {
            person: person.to_owned(),
            connection: connection.to_owned(),
            client: short(asking.client),
            tool: short(asking.tool),
            grant: asking.grant.to_owned(),
            session: asking.session.map(str::to_owned),
            expires: now + LINK_TTL,
        }
    }

    /// Its address at this server.
    pub fn address(&self, keys: &Keyring, origin: &str, entropy: &mut dyn Entropy) -> String {
        address(origin, &keys.seal(Purpose::Account, origin, self, entropy))
    }

    /// The link in the text of an address of this server; `None` for one that is not ours, or is over.
    #[must_use]
    pub fn read(keys: &Keyring, origin: &str, text: &str, now: u64) -> Option<Self> {
        let link: Self = keys.open(Purpose::Account, origin, text)?;
        (link.expires > now).then_some(link)
    }
}

/// The address with the text of a link.
pub(super) fn address(origin: &str, text: &str) -> String {
    [origin, ACCOUNT_CONNECT_PATH, "?link=", text].concat()
}

/// Names a question to a client, by the address in it.
#[must_use]
pub fn question_id(address: &str) -> String {
    sha256(address)[..ID_LENGTH].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Sequence;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const ORIGIN: &str = "https://mcp.example.com";

    fn link() -> Link {
        let asking =
            Asking { client: "A client", tool: "find_issues", grant: "grant", session: None };
        Link::new("person", "linear", asking, 1_000_000)
    }

    fn sealed(keys: &Keyring) -> String {
        let address = link().address(keys, ORIGIN, &mut Sequence::default());
        address.split_once("?link=").expect("a query").1.to_owned()
    }

    #[test]
    fn a_link_is_good_for_ten_minutes_at_its_own_server() {
        let keys = Keyring::parse(KEY).unwrap();
        let text = sealed(&keys);
        assert_eq!(Link::read(&keys, ORIGIN, &text, 1_000_599), Some(link()));
        assert_eq!(Link::read(&keys, ORIGIN, &text, 1_000_600), None);
        assert_eq!(Link::read(&keys, "https://evil.example", &text, 1_000_000), None);
    }

    #[test]
    fn a_changed_link_opens_nothing_and_says_nothing_of_the_person() {
        let keys = Keyring::parse(KEY).unwrap();
        let text = sealed(&keys);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Link::read(&keys, ORIGIN, &changed, 1_000_000), None, "{at}");
        }
        for secret in ["person", "linear", "find_issues", "grant"] {
            assert!(!text.contains(secret));
        }
    }

    #[test]
    fn a_link_is_short_enough_to_be_repeated() {
        let keys = Keyring::parse(KEY).unwrap();
        let long = "x".repeat(500);
        let person = sha256("person");
        let (grant, session) = (sha256("grant"), format!("session:{}", sha256("session")));
        let asking = Asking { client: &long, tool: &long, grant: &grant, session: Some(&session) };
        let link = Link::new(&person, &"n".repeat(64), asking, 1_000_000);
        let address = link.address(&keys, ORIGIN, &mut Sequence::default());
        assert!(address.len() < 800, "{}", address.len());
    }
}

//! Limits of what is known about a caller's groups and claims.
//!
//! An access token carries what something of the server names, and a server that is deployed again
//! may name more. What was not looked for is not absent, so that it is neither true nor false for a
//! policy until the provider is asked again.

use serde::Serialize;
use toolgate_json::from_json::FromJson;

/// The identity provider's statements, beyond what a [`Caller`](crate::Caller) holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Known {
    /// State of the groups.
    #[serde(rename = "g", default, skip_serializing_if = "Told::is_whole")]
    pub told: Told,
    /// Digests of the groups that were looked for; `None`: of all.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Digests>,
    /// Digests of the paths of claims that were looked for; `None`: of all.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Digests>,
}

/// State of the groups that the provider told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, FromJson)]
pub enum Told {
    /// The caller has all of them that were looked for. Where it has none, there were none.
    #[default]
    #[serde(rename = "w")]
    Whole,
    /// There were some, and none that was looked for.
    #[serde(rename = "o")]
    Others,
    /// One text where a list is expected.
    #[serde(rename = "t")]
    Text,
    /// A list with an entry that is not the plain name of a group.
    #[serde(rename = "e")]
    Entry,
    /// Neither a list nor a text.
    #[serde(rename = "f")]
    Form,
    /// The provider has more than it sends in a token.
    #[serde(rename = "m")]
    More,
    /// The provider did not show all: the caller has some of them.
    #[serde(rename = "p")]
    Part,
}

impl Told {
    fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

impl Known {
    /// Why a person's groups are unknown, for the log; `claim` is where they come from.
    #[must_use]
    pub fn hint(&self, claim: &str) -> Option<String> {
        let why = match self.told {
            Told::Whole | Told::Others => return None,
            Told::Text => {
                "is one text and not a list; `groups_format = \"text\"` in [identity] takes one \
                 name for one group"
            }
            Told::Entry => {
                "has an entry that is not the name of a group; `groups_member` in [identity] says \
                 which member of an object is the name"
            }
            Told::Form => "is neither a list nor a text",
            Told::More => {
                "is not all of them (overage: `_claim_names` or `hasgroups`); have the provider \
                 send the groups that are assigned to this application, or use roles"
            }
            Told::Part => {
                "is not all of them: GitHub did not show every organisation and team; look at the \
                 scope read:org, at the permission Members of a GitHub App, and at the single \
                 sign-on of organisations"
            }
        };
        Some(format!("somebody's groups are unknown: `{claim}` {why}"))
    }

    /// What is known of a machine: nobody tells its groups or claims, so what a policy asks of them is unknown, also
    /// under `not`.
    #[must_use]
    pub fn nothing() -> Self {
        let nothing = || Some(Digests::default());
        Self { groups: nothing(), claims: nothing(), ..Self::default() }
    }

    /// True if nothing was left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// True if a group of this name was looked for.
    #[must_use]
    pub fn has_group(&self, name: &str) -> bool {
        self.groups.as_ref().is_none_or(|groups| groups.contains(digest(&[name])))
    }

    /// True if the claim at this path was looked for, or one that it is inside of.
    pub fn has_claim<T: AsRef<str>>(&self, path: &[T]) -> bool {
        let Some(claims) = &self.claims else { return true };
        (1..=path.len()).any(|length| claims.contains(digest(&path[..length])))
    }
}

/// Letters of one digest: six bits each.
const LETTERS: usize = 6;

/// Short digests, one after the other. The names are those of the server's owner, and nobody else
/// chooses one: so 36 bits are enough that a new one is not taken for one that was looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
#[serde(transparent)]
pub struct Digests(String);

impl Digests {
    /// Those of these paths.
    #[must_use]
    pub fn of<T: AsRef<str>>(paths: impl Iterator<Item = impl AsRef<[T]>>) -> Self {
        let mut digests = String::new();
        for path in paths {
            digests.extend(digest(path.as_ref()).map(char::from));
        }
        Self(digests)
    }

    fn contains(&self, digest: [u8; LETTERS]) -> bool {
        self.0.as_bytes().chunks(LETTERS).any(|known| known == digest)
    }
}

/// FNV-1a, whose bits are mixed once more, in base64url.
fn digest<T: AsRef<str>>(path: &[T]) -> [u8; LETTERS] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for name in path {
        // 0xff stands in no text, so that no two paths are the same bytes.
        for byte in name.as_ref().bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^= hash >> 32;
    std::array::from_fn(|index| ALPHABET[(hash >> (index * 6)) as usize & 63])
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_name_that_was_not_looked_for_is_not_known() {
        let groups = Digests::of([["staff"], ["design"]].iter());
        let known = Known { groups: Some(groups), ..Known::default() };
        assert!(known.has_group("staff") && known.has_group("design"));
        for other in ["", "Staff", "staf", "staffdesign", "contractors"] {
            assert!(!known.has_group(other), "{other}");
        }
        assert!(known.has_claim(&["anything"]), "claims were not narrowed");
        assert!(Known::default().has_group("anything"));
    }

    #[test]
    fn what_is_inside_of_a_known_claim_is_known_and_what_is_around_it_is_not() {
        let paths: [&[&str]; 2] = [&["address", "country"], &["level"]];
        let known = Known { claims: Some(Digests::of(paths.iter())), ..Known::default() };
        assert!(known.has_claim(&["address", "country"]) && known.has_claim(&["level", "a", "b"]));
        assert!(known.has_claim(&["address", "country", "code"]));
        for path in [&["address"][..], &["address", "city"], &["country"], &["addresscountry"]] {
            assert!(!known.has_claim(path), "{path:?}");
        }
    }

    #[test]
    fn digests_of_similar_names_differ() {
        let names = (0..100_000).map(|n| digest(&[format!("group-{n}")]));
        assert_eq!(names.collect::<HashSet<_>>().len(), 100_000);
    }
}

//! The index of everybody's live grants, of which each row comes from the object of its person.
//!
//! It has pseudonyms, clients and times, and the hash of an address. Names and addresses stay in the person's object.
//! It is for looking only: what ends a grant goes to the person's object, or to the feed.

use serde::Serialize;

use crate::from_json::FromJson;
use crate::oauth::callback::GrantSubject;
use crate::oauth::grant::Grant;
use crate::seal::{Keyring, Purpose};

/// Objects that keep the index: each has the rows of a part of all people.
pub const SHARDS: u8 = 16;

/// People on one page.
pub const PAGE: usize = 50;

const DAY: u64 = 86_400;

/// One grant in the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Entry {
    /// Id of the grant.
    #[serde(rename = "g")]
    pub grant: String,
    /// Pseudonym of its person.
    #[serde(rename = "p")]
    pub person: String,
    /// Key of its client.
    #[serde(rename = "c")]
    pub client: String,
    /// [`address_key`] of the person; empty where no address is proven.
    #[serde(rename = "a")]
    pub address_key: String,
    /// Time of the sign-in, in seconds since 1970.
    #[serde(rename = "t")]
    pub created: u64,
    /// Day of the last use, in days since 1970.
    #[serde(rename = "d")]
    pub used_day: u64,
    /// End of the grant, in seconds since 1970.
    #[serde(rename = "e")]
    pub expires: u64,
    /// True until it ends.
    #[serde(rename = "l")]
    pub is_live: bool,
}

impl Entry {
    /// The entry of a grant whose code was used; `None` before.
    #[must_use]
    pub fn of(keys: &Keyring, person: &str, id: &str, grant: &Grant) -> Option<Self> {
        if grant.generation == 0 {
            return None;
        }
        let holder = GrantSubject::open(keys, id, &grant.sealed);
        let address = holder.and_then(|holder| holder.caller.email);
        Some(Self {
            grant: id.to_owned(),
            person: person.to_owned(),
            client: grant.client.clone(),
            address_key: address.map(|address| address_key(keys, &address)).unwrap_or_default(),
            created: grant.created,
            used_day: grant.used / DAY,
            expires: grant.expires,
            is_live: !grant.revoked,
        })
    }
}

/// The hash by which a proven address is found, under the current key.
#[must_use]
pub fn address_key(keys: &Keyring, address: &str) -> String {
    keys.mac(Purpose::Address, &address.to_ascii_lowercase())
}

/// The hashes under every key: a row that was written before a rotation is found as well.
#[must_use]
pub fn address_keys(keys: &Keyring, address: &str) -> Vec<String> {
    keys.macs(Purpose::Address, &address.trim().to_ascii_lowercase()).collect()
}

/// The object that has the rows of a person.
#[must_use]
pub fn shard(person: &str) -> u8 {
    // Pseudonyms are hashes in base64url: the low bits of its characters are spread evenly enough.
    person.bytes().next().unwrap_or_default() % SHARDS
}

/// An entry on its way to the index. A later one of the same grant has a higher version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Change {
    /// The entry.
    #[serde(rename = "e")]
    pub entry: Entry,
    /// Its version.
    #[serde(rename = "v")]
    pub version: u64,
}

/// Rows to look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromJson)]
pub enum Query {
    /// Everybody, from after this pseudonym on.
    #[serde(rename = "e")]
    Everybody(String),
    /// Those with one of these hashes of an address.
    #[serde(rename = "a")]
    Addresses(Vec<String>),
    /// These people.
    #[serde(rename = "p")]
    People(Vec<String>),
    /// Those who use this client, from after this pseudonym on.
    #[serde(rename = "c")]
    Client(String, String),
}

/// The answer of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, FromJson)]
pub struct Found {
    /// Pseudonyms of people with live grants, [`PAGE`] at most, in their order.
    #[serde(rename = "p")]
    pub people: Vec<String>,
    /// True if there are more.
    #[serde(rename = "m")]
    pub has_more: bool,
}

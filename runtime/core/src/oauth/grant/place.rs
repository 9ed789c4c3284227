//! Places that a grant is used from, and refresh tokens that come twice.
//!
//! A client that lost an answer sends its refresh token again within the grace, and gets the same
//! successor. So does somebody who copied the tokens and keeps in step with their owner. Once is an
//! accident; in generation after generation it means that two programs hold the same tokens: two
//! windows of an editor that share a file, or a thief.

use std::net::IpAddr;

use http::HeaderMap;
use serde::Serialize;

use crate::from_json::FromJson;
use crate::host::CLIENT_ADDRESS;
use crate::seal::{Keyring, Purpose};

/// Generations in a row in which a refresh token came twice before the person reads of it: a client
/// that lost an answer has its next refresh an hour later, and seldom loses five in a row.
pub const SHARED_ROWS: u32 = 5;

/// Generations in a row in which a refresh token came from two networks before the grant ends. A
/// laptop that changes its network in the middle of a refresh is two networks once, and on a train
/// a few times; five tokens in a row, each used in both places within a minute, are two holders.
pub(super) const TWO_NETWORKS_ROWS: u32 = SHARED_ROWS;

/// Says from which country a request came; set by Cloudflare, whatever the client sends.
const COUNTRY: &str = "cf-ipcountry";

/// Characters kept of each hash: 66 bits, so that no two networks of one person share one by chance.
const HASH_LENGTH: usize = 11;

/// Origin of a request: hashes under the server's key, by which places can be told apart and not
/// found out.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct RequestPlace {
    #[serde(rename = "4", default, skip_serializing_if = "Option::is_none")]
    v4: Option<String>,
    #[serde(rename = "6", default, skip_serializing_if = "Option::is_none")]
    v6: Option<String>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
}

impl RequestPlace {
    /// The place of a request for a grant, from what the platform tells. The hashes are those of the
    /// one grant, so that the grants of two people are not found to share a place.
    #[must_use]
    pub fn of(keys: &Keyring, grant: &str, headers: &HeaderMap) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (address, country) = (header(CLIENT_ADDRESS), header(COUNTRY));
        let hash = |kind: &str, text: &str| {
            let mut hash = keys.mac(Purpose::Place, &format!("{grant} {kind} {text}"));
            hash.truncate(HASH_LENGTH);
            hash
        };
        let (mut v4, mut v6) = (None, None);
        match address.and_then(|address| address.trim().parse::<IpAddr>().ok()) {
            None => {}
            Some(address) => match address.to_canonical() {
                // Neighbours: what one company or one pool of a hosted client sends from.
                IpAddr::V4(address) => {
                    let [a, b, c, _] = address.octets();
                    v4 = Some(hash("4", &format!("{a}.{b}.{c}")));
                }
                // The least that a site gets (RFC 6177).
                IpAddr::V6(address) => {
                    let [a, b, c, ..] = address.segments();
                    v6 = Some(hash("6", &format!("{a:x}:{b:x}:{c:x}")));
                }
            },
        }
        Self { v4, v6, country: country.map(|country| hash("c", country)) }
    }

    /// An address of each family proves nothing: one computer has both.
    fn is_other_network(&self, other: &Self) -> bool {
        differ(self.v4.as_ref(), other.v4.as_ref()) || differ(self.v6.as_ref(), other.v6.as_ref())
    }

    fn is_other_country(&self, other: &Self) -> bool {
        differ(self.country.as_ref(), other.country.as_ref())
    }
}

/// True if both are known and differ.
fn differ(one: Option<&String>, other: Option<&String>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// Repetition of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
pub struct Repeat {
    /// In how many generations in a row, this one included.
    pub rows: u32,
    /// This time it came from another network than at its first use.
    pub is_other_network: bool,
    /// This time it came from another country than at its first use.
    pub is_other_country: bool,
}

/// Generations in a row of which something is true.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, FromJson)]
struct Row {
    /// The last of them.
    last: u32,
    length: u32,
}

impl Row {
    fn add(&mut self, generation: u32) {
        self.length = match generation.checked_sub(self.last) {
            Some(0) => self.length,
            Some(1) => self.length.saturating_add(1),
            _ => 1,
        };
        self.last = generation;
    }
}

/// Observed uses of a grant.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, FromJson)]
pub struct Uses {
    /// First place that asked for the present generation.
    #[serde(default)]
    place: RequestPlace,
    /// Generations whose token came twice.
    #[serde(default)]
    repeated: Row,
    /// Generations whose token came from two networks.
    #[serde(default)]
    elsewhere: Row,
}

impl Uses {
    pub(super) fn first(place: RequestPlace) -> Self {
        Self { place, ..Self::default() }
    }

    pub(super) fn advance(&mut self, place: RequestPlace) {
        self.place = place;
    }

    /// Counts that the token which gave this generation came again.
    pub(super) fn repeat(&mut self, generation: u32, place: &RequestPlace) -> Repeat {
        self.repeated.add(generation);
        let is_other_network = place.is_other_network(&self.place);
        let is_other_country = place.is_other_country(&self.place);
        if is_other_network {
            self.elsewhere.add(generation);
        }
        Repeat { rows: self.repeated.length, is_other_network, is_other_country }
    }

    pub(super) fn elsewhere_rows(&self) -> u32 {
        self.elsewhere.length
    }

    pub(super) fn is_shared(&self, generation: u32) -> bool {
        self.repeated.length >= SHARED_ROWS && generation.saturating_sub(self.repeated.last) <= 1
    }
}

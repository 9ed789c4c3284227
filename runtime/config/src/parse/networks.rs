//! `[limits] hosted`: the networks that hosted clients ask from.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value as Json, json};

use super::kind::{KeyKind, ValueKind};
use super::schema::{pattern, shape};
use super::text::LONGEST_LABEL;
use super::value::{Entry, Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{HostedRange, List};

/// Bits of an IPv4 address before which an IPv6 address has its mapped prefix.
const MAPPED: u32 = 96;

/// The last IPv4 address, mapped.
const LAST_MAPPED: u128 = Ipv4Addr::BROADCAST.to_ipv6_mapped().to_bits();

/// The widest range, in leading bits: what a registry gives to a single company at most. A wider one
/// would lift the limit for strangers.
const WIDEST_V4: u32 = 16;
const WIDEST_V6: u32 = 29;

/// Ranges of all hosted clients, in the order of the file; none by default.
pub(super) struct Networks;

impl ValueKind for Networks {
    type Value = List<HostedRange>;

    fn of(&self, value: &Value<'_, '_>) -> Option<List<HostedRange>> {
        read(&value.open(value.span())?)
    }

    fn shape(&self) -> Json {
        json!({
            "type": "object",
            "propertyNames": { "pattern": pattern::label() },
            "additionalProperties": shape::list(shape::pattern(pattern::NETWORK)),
        })
    }
}

impl KeyKind for Networks {
    fn absent(&self, _: &Section<'_, '_>, _: &str) -> Option<List<HostedRange>> {
        Some(List::default())
    }
}

/// `None` if one of them has a fault.
fn read(table: &Section<'_, '_>) -> Option<List<HostedRange>> {
    let mut ranges: Vec<HostedRange> = Vec::new();
    let mut sound = true;
    for client in table.entries() {
        sound &= check_name(&client);
        let Some(items) = client.value.some_items() else {
            sound = false;
            continue;
        };
        for item in items {
            let range = item.text(|text| range(client.key, text));
            match range {
                Some(range) => sound &= add(&mut ranges, range, &item),
                None => sound = false,
            }
        }
    }
    sound.then(|| ranges.into())
}

/// Adds a range, unless it shares addresses with one that is there.
fn add(ranges: &mut Vec<HostedRange>, range: HostedRange, item: &Value<'_, '_>) -> bool {
    let overlaps = |known: &&HostedRange| known.first <= range.last && range.first <= known.last;
    if let Some(known) = ranges.iter().find(overlaps) {
        let message = format!("`{}` overlaps a range of `{}`", item.path, known.name);
        let help = "an address counts for one client; remove one of the two ranges";
        item.report(Fault::new(Code::DuplicateValue, message, help));
        return false;
    }
    ranges.push(range);
    true
}

fn check_name(client: &Entry<'_, '_>) -> bool {
    let name = client.key;
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let sound = (1..LONGEST_LABEL).contains(&name.len())
        && name.bytes().all(allowed)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if !sound {
        let message = format!("`{}` cannot name a hosted client", shown(name));
        let help = "use lower-case letters, digits and `-`, for example `anthropic`";
        client.report_key(Fault::new(Code::InvalidNetwork, message, help));
    }
    sound
}

/// A range in CIDR notation (RFC 4632, RFC 4291 section 2.3).
fn range(name: &str, text: &str) -> Result<HostedRange, Fault> {
    let fault = |message: String, help: String| Fault::new(Code::InvalidNetwork, message, help);
    let parsed = text.split_once('/').and_then(|(address, bits)| {
        let is_plain = !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
        Some((address.parse().ok()?, bits.parse().ok().filter(|_| is_plain)?))
    });
    let Some((address, bits)) = parsed.filter(|(address, bits)| *bits <= width(*address)) else {
        let message = format!("`{}` is not a network range", shown(text));
        let help = "write the first address and the number of fixed bits, for example \
                    `\"160.79.104.0/21\"`";
        return Err(fault(message, help.to_owned()));
    };
    let widest = if address.is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if bits < widest {
        let message = format!("`{}` is wider than one company's network", shown(text));
        return Err(fault(message, format!("list ranges of `/{widest}` and narrower")));
    }
    let (first, bits) = mapped(address, bits);
    let rest = u128::MAX.checked_shr(bits).unwrap_or(0);
    if first & rest != 0 {
        let message = format!("`{}` does not begin at the first address of its range", shown(text));
        let first = shortest((first & !rest).into());
        return Err(fault(message, format!("write `\"{first}/{}\"`", bits - offset(address))));
    }
    let last = first | rest;
    if address.is_ipv6() && first <= LAST_MAPPED && last >= LAST_MAPPED & !u128::from(u32::MAX) {
        let message = format!("`{}` has IPv4 addresses in the form of IPv6", shown(text));
        return Err(fault(message, "write them as `\"203.0.113.0/24\"`".to_owned()));
    }
    Ok(HostedRange { name: name.to_owned().into(), first, last })
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { Ipv4Addr::BITS } else { u128::BITS }
}

/// Bits that a mapped address has in front.
fn offset(address: IpAddr) -> u32 {
    if address.is_ipv4() { MAPPED } else { 0 }
}

fn mapped(address: IpAddr, bits: u32) -> (u128, u32) {
    let number = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    };
    (number, bits + offset(address))
}

/// The address as people write it: a mapped one as IPv4.
fn shortest(address: std::net::Ipv6Addr) -> IpAddr {
    IpAddr::V6(address).to_canonical()
}

//! `[limits] hosted`: the networks that hosted clients ask from.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value as Json, json};

use super::kind::{KeyKind, ValueKind};
use super::schema::{pattern, shape};
use super::text::is_label;
use super::value::{Entry, Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{HostedRange, List};

/// Bits of an IPv4 address before which an IPv6 address has its mapped prefix.
const MAPPED: u32 = 96;

/// The last IPv4 address, mapped.
const LAST_MAPPED: u128 = Ipv4Addr::BROADCAST.to_ipv6_mapped().to_bits();

/// The widest range, in leading bits. Clients ask from a few hundred or thousand addresses; a range for
/// much more would lift the limit for strangers who rent from the same provider.
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
    let sound = is_label(name);
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
    let Some((address, bits)) = parts(text) else {
        let message = format!("`{}` is not a network range", shown(text));
        let help = "write the first address and the number of fixed bits, for example \
                    `\"160.79.104.0/21\"`";
        return Err(fault(message, help.to_owned()));
    };
    let widest = if address.is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if bits < widest {
        let message = format!("`{}` is too wide a range", shown(text));
        return Err(fault(message, format!("list ranges of `/{widest}` and narrower")));
    }
    let (number, bits) = mapped(address, bits);
    let rest = u128::MAX.checked_shr(bits).unwrap_or(0);
    let (first, last) = (number & !rest, number | rest);
    if address.is_ipv6() && first <= LAST_MAPPED && last >= LAST_MAPPED & !u128::from(u32::MAX) {
        let message = format!("`{}` has IPv4 addresses in the form of IPv6", shown(text));
        return Err(fault(message, "write them as `\"203.0.113.0/24\"`".to_owned()));
    }
    if first != number {
        let message = format!("`{}` does not begin at the first address of its range", shown(text));
        let first = shortest(first.into());
        return Err(fault(message, format!("write `\"{first}/{}\"`", bits - offset(address))));
    }
    Ok(HostedRange { name: name.to_owned().into(), first, last })
}

/// The address and the number of fixed bits, which is written without a sign and without zeros in front.
fn parts(text: &str) -> Option<(IpAddr, u32)> {
    let (address, digits) = text.split_once('/')?;
    let (address, bits): (IpAddr, u32) = (address.parse().ok()?, digits.parse().ok()?);
    (bits <= width(address) && digits == bits.to_string()).then_some((address, bits))
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

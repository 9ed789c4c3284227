//! `[quotas.<name>]`: how many calls.

use super::keys;
use super::value::{Entry, Section, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{List, Quota, Str};
use crate::render::Position;

/// Longest name: it is part of the name of an object, and stands in messages.
const LONGEST_NAME: usize = 64;

/// The quotas, in the order of the file, and where their names stand; `None` when one of them has a fault.
pub(crate) fn read(root: &Section<'_, '_>, source: &str) -> Option<(List<Quota>, Vec<Position>)> {
    let mut quotas: Vec<(Quota, usize)> = Vec::new();
    let mut sound = true;
    for entry in root.section("quotas").entries() {
        match quota(&entry) {
            Some(quota) => quotas.push((quota, entry.key_span.start)),
            None => sound = false,
        }
    }
    quotas.sort_by_key(|(_, start)| *start);
    let places = quotas.iter().map(|(_, start)| Position::of(source, *start)).collect();
    let quotas = quotas.into_iter().map(|(quota, _)| quota).collect();
    sound.then_some((quotas, places))
}

fn quota(entry: &Entry<'_, '_>) -> Option<Quota> {
    let name = match name(entry.key) {
        Ok(name) => Some(name),
        Err(fault) => {
            entry.report_key(fault);
            None
        }
    };
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("quotas.*"));
    let (per_user, server) = (Quota::per_user(&table), Quota::server(&table));
    let on_failure = Quota::on_failure(&table);
    let (per_user, server) = (per_user?, server?);
    if per_user.is_none() && server.is_none() {
        let message = format!("quota `{}` limits nothing", shown(entry.key));
        let help = "add `per_user = \"20/h\"`, `server = \"1000/d\"`, or both";
        entry.report_key(Fault::new(Code::MissingKey, message, help));
        return None;
    }
    Some(Quota { name: name?, per_user, server, on_failure: on_failure? })
}

fn name(text: &str) -> Result<Str, Fault> {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
    {
        return Ok(super::text::owned(text));
    }
    let message = format!("`{}` is not a name of a quota", shown(text));
    let help = format!(
        "names are up to {LONGEST_NAME} lower-case letters, digits and `-`, for example \
         `[quotas.costly]`"
    );
    Err(Fault::new(Code::InvalidText, message, help))
}

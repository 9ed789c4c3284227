//! `[cron.<name>]`: functions that run at certain times.

use super::super::keys;
use super::super::value::{Entry, Section};
use super::declared::Cron;
use super::name;

/// By name, so that an environment that changes one keeps the order.
pub(super) fn read(section: &Section<'_, '_>) -> Option<Vec<Cron>> {
    let crons: Vec<_> = section.entries().map(|entry| cron(&entry)).collect();
    let mut crons = crons.into_iter().collect::<Option<Vec<_>>>()?;
    crons.sort_by(|one, other| one.name.cmp(&other.name));
    Some(crons)
}

fn cron(entry: &Entry<'_, '_>) -> Option<Cron> {
    let name = name(entry, "a cron", "cron.nightly");
    let table = entry.value.open(entry.key_span.clone())?;
    table.refuse_unknown(keys::of("cron.*"));
    let schedule = Cron::schedule(&table);
    Some(Cron { name: name?, schedule: schedule?.into_owned() })
}

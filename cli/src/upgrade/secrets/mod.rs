//! The server's own secrets: `required` of `[wrangler.secrets]` becomes `[secrets]`.

mod list;
mod place;

use std::iter;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};
use toolgate_config::deploy;

use list::List;
use place::Place;

/// The text with every list moved, also those of environments; `None` where there is none.
pub(super) fn moved(text: &str, document: &DeTable<'_>) -> Option<String> {
    let environments = document.get("env").and_then(|value| value.get_ref().as_table());
    let environments = environments.into_iter().flatten().map(|(name, _)| name.get_ref().as_ref());
    let mut changed = None;
    for environment in iter::once(None).chain(environments.map(Some)) {
        let current = changed.as_deref().unwrap_or(text);
        if let Some(new) = move_list(current, environment) {
            changed = Some(new);
        }
    }
    changed
}

/// Moves the list of an environment, or the one outside of all.
fn move_list(text: &str, environment: Option<&str>) -> Option<String> {
    let home = environment.map_or(Vec::new(), |name| vec!["env", name]);
    let document = DeTable::parse(text).ok()?;
    let place = Place::find(text, document.get_ref(), &home)?;
    let DeValue::Array(names) = place.names() else { return None };
    let mut list = List::of(text, names, place.brackets())?;
    let known = known(text, environment);
    list.drop_names(&known);
    let target = [&home[..], &["secrets"]].concat();
    let is_sound = |new: &String| says_the_same(text, new, &home, &list);
    // Where nothing is to be added, only an environment that is nothing else keeps the section.
    let apart = || place.moved(&target, &list).filter(is_sound);
    let renamed = || place.renamed(&target, &list).filter(is_sound);
    if list.names().next().is_some() { renamed().or_else(apart) } else { apart().or_else(renamed) }
}

/// The names that need no entry: the server reads them anyway, or has them as entries already.
fn known(text: &str, environment: Option<&str>) -> Vec<String> {
    let names = || {
        let mut file: Table = text.parse().ok()?;
        take_list(&mut file);
        let environments = file.get_mut("env").and_then(Value::as_table_mut);
        let environments = environments.into_iter().flatten();
        environments.filter_map(|(_, value)| value.as_table_mut()).for_each(take_list);
        let checked = toolgate_config::check(&toml::to_string(&file).ok()?).ok()?;
        let checked = match environment {
            Some(name) => checked.environment(name)?,
            None => &checked,
        };
        let names = deploy::variables(checked).into_iter().map(|variable| variable.name);
        Some(names.collect())
    };
    // A file with other faults is told of them afterwards.
    names().unwrap_or_default()
}

/// True if the new text says the same as the old one, but for the list and its new entries.
fn says_the_same(old: &str, new: &str, home: &[&str], list: &List) -> bool {
    let compare = || {
        let (mut old, mut new): (Table, Table) = (old.parse().ok()?, new.parse().ok()?);
        let (from, to) = (at(&mut old, home)?, at(&mut new, home)?);
        if to.get("wrangler").is_some_and(|wrangler| wrangler.get("secrets").is_some()) {
            return None;
        }
        take_list(from);
        take_list(to);
        let entries = list.entries().map(|(name, purpose)| (name.to_owned(), purpose.into()));
        section(from)?.extend(entries);
        section(to)?;
        Some(old == new)
    };
    compare().unwrap_or_default()
}

fn at<'a>(file: &'a mut Table, home: &[&str]) -> Option<&'a mut Table> {
    home.iter().try_fold(file, |table, key| table.get_mut(*key)?.as_table_mut())
}

fn section(home: &mut Table) -> Option<&mut Table> {
    home.entry("secrets").or_insert_with(|| Table::new().into()).as_table_mut()
}

/// Takes the list out of a file or an environment.
fn take_list(home: &mut Table) {
    let Some(Value::Table(wrangler)) = home.get_mut("wrangler") else { return };
    wrangler.remove("secrets");
    if wrangler.is_empty() {
        home.remove("wrangler");
    }
}

//! Bindings of an environment that lead to the data of another one. Two environments are two Workers: a
//! preview that writes into production's database is an accident.

use super::triggers;
use super::value::{Section, Value, names, shown};
use super::wrangler::{elements, open_table};
use crate::binding_lists::{self, BindingList};
use crate::diagnostic::{Code, Fault};

/// Keys outside of `[wrangler]` that name what keeps or carries data.
const SETTINGS: &[(&str, &str, &str)] =
    &[("storage", "id", "storage"), ("storage", "database_name", "D1 database")];

/// Reports every binding of `environment`, a whole file, that leads to where one of `top` leads.
pub(super) fn check(top: &Section<'_, '_>, environment: &Section<'_, '_>, name: &str) {
    for (section, key, kind) in SETTINGS {
        let of = |file: &Section<'_, '_>| {
            let value = file.get(section).and_then(|value| open_table(&value))?.get(key)?;
            Some((value.raw().as_str()?.to_owned(), value.span()))
        };
        let own = environment.get(section).and_then(|value| open_table(&value));
        if let (Some((one, _)), Some((own_text, _))) = (of(top), of(environment))
            && one == own_text
            && let Some(value) = own.and_then(|own| own.get(key))
        {
            let message = format!("the {kind} `{}` is that of production, too", shown(&one));
            let help =
                format!("write one of its own into `[env.{name}.{section}]`: `{key} = \"…\"`");
            value.report(Fault::new(Code::SharedBinding, message, help));
        }
    }
    let others = triggers::queue_names(top);
    for queue in triggers::queue_names(environment) {
        let text = queue.raw().as_str();
        if others.iter().any(|other| other.raw().as_str() == text) {
            let message = format!(
                "the queue `{}` is that of production, too",
                shown(text.unwrap_or_default())
            );
            let section = queue.path.trim_end_matches(".queue");
            let help =
                format!("write one of its own into `[env.{name}.{section}]`: `queue = \"…\"`");
            queue.report(Fault::new(Code::SharedBinding, message, help));
        }
    }
    for list in binding_lists::OF_DATA {
        let others = targets(top, list);
        for (key, target) in targets(environment, list) {
            let text = target.raw().as_str();
            if others.iter().any(|(other, value)| *other == key && value.raw().as_str() == text) {
                target.report(shared(list, text.unwrap_or_default(), name));
            }
        }
    }
}

/// The targets of the bindings of one kind, each with the key that says so.
fn targets<'a, 'i>(
    file: &Section<'a, 'i>,
    list: &BindingList,
) -> Vec<(&'static str, Value<'a, 'i>)> {
    let mut found = file.get("wrangler");
    for step in list.path {
        found = found.and_then(|value| open_table(&value)).and_then(|table| table.get(step));
    }
    let bindings = elements(found);
    let of = |binding: &Value<'a, 'i>| {
        let table = open_table(binding);
        let targets = list.targets().filter_map(|key| {
            let target = table.as_ref()?.get(key).filter(|value| value.raw().as_str().is_some())?;
            Some((key, target))
        });
        targets.collect::<Vec<_>>()
    };
    bindings.iter().flat_map(of).collect()
}

fn shared(list: &BindingList, target: &str, name: &str) -> Fault {
    let message = format!("the {} `{}` is that of production, too", list.title, shown(target));
    let list = list.path.join(".");
    let help = format!(
        "give the environment its own: `[[env.{name}.wrangler.{list}]]` with every binding of the list, \
         since an environment's list replaces {}",
        names(&[&format!("wrangler.{list}")])
    );
    Fault::new(Code::SharedBinding, message, help)
}

//! The conditions of a policy. Several keys in one table mean all of them.

use std::ops::Range;

use toml::de::DeValue;

use super::claims::ClaimName;
use super::comparison;
use super::form::Form;
use super::keys;
use super::schema::{pattern, shape};
use super::spot::Spot;
use super::text::{owned, variable_name};
use super::value::{Entry, Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, List, Str};
use crate::names::EVERYONE;

pub(super) const EMAILS_VARIABLE: Form =
    Form::new(emails_variable, || shape::pattern(&pattern::variable()));

/// A name in a condition of something else in the file.
pub(crate) struct Reference {
    pub(crate) name: Str,
    pub(crate) span: Range<usize>,
}

/// Names in conditions that are looked for elsewhere.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) policies: Vec<Reference>,
    pub(crate) workloads: Vec<Reference>,
    pub(crate) claims: Vec<ClaimName>,
}

/// A condition and where it stands.
type Placed = (Condition, Spot);

/// The condition that a table's keys make; keys that are not conditions are the caller's.
pub(crate) fn read(table: &Section<'_, '_>, named: &mut Named) -> Option<Placed> {
    let mut conditions = Vec::new();
    let mut sound = true;
    let mut present = false;
    for entry in table.entries().filter(|entry| Condition::KEYS.contains(&entry.key)) {
        present = true;
        match one(&entry, named) {
            Some(mut found) => conditions.append(&mut found),
            None => sound = false,
        }
    }
    let is_known = |entry: Entry<'_, '_>| keys::of("policies.*").contains(&entry.key);
    if !present && table.entries().all(is_known) {
        let message = format!("`{}` does not say who passes", table.path);
        let help = "add a condition such as `emails = [\"ada@example.com\"]`; \
                    `policy = \"everyone\"` lets every signed-in user pass";
        table.report(table.span.clone(), Fault::new(Code::EmptyPolicy, message, help));
        return None;
    }
    if !sound || !present {
        // Unknown keys in the place of conditions have been reported.
        return None;
    }
    Some(match <[Placed; 1]>::try_from(conditions) {
        Ok([only]) => only,
        Err(several) => {
            let (conditions, inner): (Vec<_>, Vec<_>) = several.into_iter().unzip();
            (Condition::All(conditions.into()), Spot { span: table.span.clone(), inner })
        }
    })
}

/// A condition that stands by itself, and not in a policy.
pub(crate) fn whole(value: &Value<'_, '_>, named: &mut Named) -> Option<Condition> {
    let DeValue::Table(_) = value.raw() else {
        return value.wrong_type("a table", "write one condition: `{ groups = [\"design\"] }`");
    };
    let table = value.open(value.span())?;
    inner(&table, named).map(|(condition, _)| condition)
}

/// The conditions of one key; `claims` and `args` may make several.
fn one(entry: &Entry<'_, '_>, named: &mut Named) -> Option<Vec<Placed>> {
    let value = &entry.value;
    let condition = match entry.key {
        "claims" => return comparison::claims(value, &mut named.claims),
        "args" => return comparison::arguments(value, &mut named.claims),
        "policy" => reference(value, named)?,
        "any" => return several(entry, Condition::Any, named),
        "all" => return several(entry, Condition::All, named),
        "not" => {
            let DeValue::Table(_) = value.raw() else {
                return value
                    .wrong_type("a table", "write one condition: `{ groups = [\"design\"] }`");
            };
            let table = value.open(value.span())?;
            let (condition, spot) = inner(&table, named)?;
            let spot = Spot { span: entry.key_span.clone(), inner: vec![spot] };
            return Some(vec![(Condition::Not(vec![condition].into()), spot)]);
        }
        key => {
            if key == "workloads" {
                named.workloads.extend(references(value));
            }
            Condition::of_row(key, value)?
        }
    };
    Some(vec![(condition, Spot::leaf(entry.key_span.clone()))])
}

/// `any` and `all`.
fn several(
    entry: &Entry<'_, '_>,
    make: fn(List<Condition>) -> Condition,
    named: &mut Named,
) -> Option<Vec<Placed>> {
    let mut conditions = Vec::new();
    let mut spots = Vec::new();
    let mut sound = true;
    for item in entry.value.some_items()? {
        let table = match item.raw() {
            DeValue::Table(_) => item.open(item.span()),
            _ => item.wrong_type(
                "a table",
                "write each condition as a table: `{ groups = [\"design\"] }`",
            ),
        };
        match table.and_then(|table| inner(&table, named)) {
            Some((condition, spot)) => {
                conditions.push(condition);
                spots.push(spot);
            }
            None => sound = false,
        }
    }
    let spot = Spot { span: entry.key_span.clone(), inner: spots };
    sound.then(|| vec![(make(conditions.into()), spot)])
}

fn inner(table: &Section<'_, '_>, named: &mut Named) -> Option<Placed> {
    table.refuse_unknown(Condition::KEYS);
    read(table, named)
}

/// The names in a list.
fn references(value: &Value<'_, '_>) -> Vec<Reference> {
    let items = value.raw().as_array().into_iter().flatten();
    let named = items.filter_map(|item| {
        let name = owned(item.get_ref().as_str()?);
        Some(Reference { name, span: item.span() })
    });
    named.collect()
}

fn emails_variable(text: &str) -> Result<Str, Fault> {
    if text.contains('@') {
        let message = format!("`{}` is not a name of a Worker variable", shown(text));
        let help =
            "`emails_from` names the variable that lists addresses; write addresses in `emails`";
        return Err(Fault::new(Code::InvalidVariableName, message, help));
    }
    variable_name(text)
}

fn reference(value: &Value<'_, '_>, named: &mut Named) -> Option<Condition> {
    let name = value.text(|text| Ok(owned(text)))?;
    if name == EVERYONE {
        return Some(Condition::Everyone);
    }
    named.policies.push(Reference { name: name.clone(), span: value.span() });
    Some(Condition::Policy(name))
}

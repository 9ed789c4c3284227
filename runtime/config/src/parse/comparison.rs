//! `claims` and `args`: what is at a path, and what it is compared with.

use toml::de::DeValue;

use super::claims::{self, ClaimName};
use super::keys::{ARGUMENT_COMPARISON, COMPARISON};
use super::spot::Spot;
use super::text::{exact, owned};
use super::value::{Entry, Section, Value, names};
use crate::diagnostic::{Code, Fault};
use crate::model::{Condition, List, Scalar, Str, Test};

/// The greatest number up to which 64-bit floats, in which `min` and `max` are compared, have every
/// whole number.
const GREATEST: f64 = 9_007_199_254_740_992.0;

/// Conditions and where they stand.
pub(crate) type Placed = Vec<(Condition, Spot)>;

/// The conditions of `claims = { … }`; the names of the claims are added to `names`.
pub(crate) fn claims(value: &Value<'_, '_>, names: &mut Vec<ClaimName>) -> Option<Placed> {
    let table = value.open(value.span())?;
    let mut sound = true;
    for entry in table.entries() {
        sound &= !claims::refuse_reserved(&entry);
        names.push(ClaimName { name: owned(entry.key), span: entry.key_span.clone() });
    }
    of_token(value).filter(|_| sound)
}

/// The same of a platform's own token, of which every claim may be looked at.
pub(crate) fn of_token(value: &Value<'_, '_>) -> Option<Placed> {
    let table = value.open(value.span())?;
    let make = |path: List<Str>, test| Condition::Claim { path, test };
    let help = "name a claim and the values that pass: `claims = { department = \"design\" }`";
    below(value, &table, help, make, None)
}

/// The conditions of `args = { … }`; the names of claims that arguments are compared with are added to `names`.
pub(crate) fn arguments(value: &Value<'_, '_>, names: &mut Vec<ClaimName>) -> Option<Placed> {
    let table = value.open(value.span())?;
    let make = |path: List<Str>, test| Condition::Argument { path, test };
    let help = "name an argument and what passes: `args = { amount = { max = 100 } }`";
    below(value, &table, help, make, Some(names))
}

fn below(
    value: &Value<'_, '_>,
    table: &Section<'_, '_>,
    help: &str,
    make: fn(List<Str>, Test) -> Condition,
    claims: Option<&mut Vec<ClaimName>>,
) -> Option<Placed> {
    let mut found = Found { tests: Vec::new(), claims };
    let sound = members(table, &[], &mut found);
    let found = found.tests;
    if sound && found.is_empty() {
        let message = format!("`{}` is empty", value.path);
        value.report(Fault::new(Code::EmptyValue, message, help));
        return None;
    }
    let placed = found.into_iter().map(|(path, test, spot)| (make(path.into(), test), spot));
    sound.then(|| placed.collect())
}

/// Tests at their paths.
struct Found<'a> {
    tests: Vec<(Vec<Str>, Test, Spot)>,
    /// The names of claims that arguments are compared with; `None` below `claims`, where there is nothing to
    /// compare a claim with.
    claims: Option<&'a mut Vec<ClaimName>>,
}

/// True where all members are sound.
fn members(table: &Section<'_, '_>, outer: &[Str], found: &mut Found<'_>) -> bool {
    let mut sound = true;
    for entry in table.entries() {
        let mut path = outer.to_vec();
        path.push(owned(entry.key));
        sound &= member(&entry, path, found);
    }
    sound
}

fn member(entry: &Entry<'_, '_>, path: Vec<Str>, found: &mut Found<'_>) -> bool {
    let value = &entry.value;
    let spot = || Spot::leaf(entry.key_span.clone());
    if !matches!(value.raw(), DeValue::Table(_)) {
        let Some(values) = scalars(value) else { return false };
        found.tests.push((path, Test::OneOf(values), spot()));
        return true;
    }
    let Some(table) = value.open(value.span()) else { return false };
    let count = table.entries().count();
    let known = if found.claims.is_some() { ARGUMENT_COMPARISON } else { COMPARISON };
    let comparisons = table.entries().filter(|entry| known.contains(&entry.key)).count();
    if count == 0 {
        let message = format!("`{}` is empty", value.path);
        let help = format!("name a member inside, or what passes: {}", names(known));
        value.report(Fault::new(Code::EmptyValue, message, help));
        return false;
    }
    if comparisons == 0 {
        return members(&table, &path, found);
    }
    if comparisons < count {
        // Some of both: which of them was meant, nobody knows.
        table.refuse_unknown(known);
        return false;
    }
    tests(&table, &path, found)
}

/// The tests of a table that has nothing else.
fn tests(table: &Section<'_, '_>, path: &[Str], found: &mut Found<'_>) -> bool {
    let mut sound = true;
    for entry in table.entries() {
        let value = &entry.value;
        let test = match entry.key {
            "exists" => value.boolean().map(Test::Exists),
            "contains" => scalars(value).map(Test::Contains),
            "min" => number(value).map(Test::Min),
            "claim" => claim(value, found),
            _ => number(value).map(Test::Max),
        };
        match test {
            Some(test) => {
                found.tests.push((path.to_vec(), test, Spot::leaf(entry.key_span.clone())))
            }
            None => sound = false,
        }
    }
    sound
}

/// The claim that an argument has to equal: its name, or a list of the members on the way to it.
fn claim(value: &Value<'_, '_>, found: &mut Found<'_>) -> Option<Test> {
    let mut path = Vec::new();
    match value.raw() {
        DeValue::Array(_) => {
            for item in value.some_items()? {
                path.push(item.text(exact)?);
            }
        }
        _ => path.push(value.text(exact)?),
    }
    let name = path.first()?.clone();
    if let Some(fault) = claims::reserved(&name) {
        value.report(fault);
        return None;
    }
    if let Some(names) = &mut found.claims {
        names.push(ClaimName { name, span: value.span() });
    }
    Some(Test::Claim(path.into()))
}

fn number(value: &Value<'_, '_>) -> Option<f64> {
    let number = match value.raw() {
        DeValue::Integer(_) => value.integer()? as f64,
        DeValue::Float(float) => float.as_str().replace('_', "").parse().unwrap_or(f64::NAN),
        _ => return value.wrong_type("a number", "write it without quotes"),
    };
    if number.is_finite() && number.abs() <= GREATEST {
        return Some(number);
    }
    let message = format!("`{}` is too large to be compared exactly", value.path);
    let help = format!("write a number between -{GREATEST} and {GREATEST}");
    value.report(Fault::new(Code::OutOfRange, message, help));
    None
}

/// One value, or a list of different ones.
fn scalars(value: &Value<'_, '_>) -> Option<List<Scalar>> {
    if !matches!(value.raw(), DeValue::Array(_)) {
        return scalar(value).map(|value| vec![value].into());
    }
    let mut values = Vec::new();
    let mut sound = true;
    for item in value.some_items()? {
        match scalar(&item) {
            Some(known) if values.contains(&known) => {
                let message = format!("`{}` lists a value twice", value.path);
                item.report(Fault::new(Code::DuplicateValue, message, "remove one of them"));
            }
            Some(value) => values.push(value),
            None => sound = false,
        }
    }
    sound.then(|| values.into())
}

fn scalar(value: &Value<'_, '_>) -> Option<Scalar> {
    match value.raw() {
        DeValue::String(_) => value.text(|text| Ok(Scalar::Str(owned(text)))),
        DeValue::Integer(_) => value.integer().map(Scalar::Int),
        DeValue::Boolean(boolean) => Some(Scalar::Bool(*boolean)),
        _ => value.wrong_type(
            "a string, a whole number, a boolean, or a list of them",
            &format!(
                "these are the values that it can be compared with, besides {}",
                names(COMPARISON)
            ),
        ),
    }
}

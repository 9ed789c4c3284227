//! The conditions of a policy. Several keys in one table mean all of them.

use std::ops::Range;

use toml::de::DeValue;

use super::EVERYONE;
use super::keys::CONDITION;
use super::text::{domain, email, exact, owned, variable_name};
use super::value::{Section, Value, shown};
use crate::diagnostic::{Code, Fault};
use crate::model::{ClaimValue, Condition, List, Str};

/// A condition that names another policy.
pub(crate) struct Reference {
    pub(crate) name: Str,
    pub(crate) span: Range<usize>,
}

/// Claims that have a condition key of their own, and that key.
const RESERVED_CLAIMS: &[(&str, &str)] = &[("email", "emails"), ("email_verified", "emails")];

/// The condition that a table's keys make; keys that are not conditions are the caller's.
pub(crate) fn read(table: &Section<'_, '_>, references: &mut Vec<Reference>) -> Option<Condition> {
    let mut conditions = Vec::new();
    let mut sound = true;
    let mut present = false;
    for entry in table.entries().filter(|entry| CONDITION.contains(&entry.key)) {
        present = true;
        match one(entry.key, &entry.value, references) {
            Some(mut found) => conditions.append(&mut found),
            None => sound = false,
        }
    }
    if !present && table.entries().all(|entry| entry.key == "description") {
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
    Some(match <[Condition; 1]>::try_from(conditions) {
        Ok([only]) => only,
        Err(several) => Condition::All(several.into()),
    })
}

/// The conditions of one key; `claims` may make several.
fn one(
    key: &str,
    value: &Value<'_, '_>,
    references: &mut Vec<Reference>,
) -> Option<Vec<Condition>> {
    let condition = match key {
        "emails" => Condition::Emails(value.texts(email)?),
        "domains" => Condition::Domains(value.texts(domain)?),
        "groups" => Condition::Groups(value.texts(exact)?),
        "claims" => return claims(value),
        "emails_from" => Condition::EmailsFrom(value.text(emails_variable)?),
        "policy" => reference(value, references)?,
        "any" => Condition::Any(nested(value, references)?),
        "all" => Condition::All(nested(value, references)?),
        _ => {
            let DeValue::Table(_) = value.raw() else {
                return value
                    .wrong_type("a table", "write one condition: `{ groups = [\"design\"] }`");
            };
            let table = value.open(value.span())?;
            Condition::Not(vec![inner(&table, references)?].into())
        }
    };
    Some(vec![condition])
}

fn nested(value: &Value<'_, '_>, references: &mut Vec<Reference>) -> Option<List<Condition>> {
    let mut conditions = Vec::new();
    let mut sound = true;
    for item in value.some_items()? {
        let table = match item.raw() {
            DeValue::Table(_) => item.open(item.span()),
            _ => item.wrong_type(
                "a table",
                "write each condition as a table: `{ groups = [\"design\"] }`",
            ),
        };
        match table.and_then(|table| inner(&table, references)) {
            Some(condition) => conditions.push(condition),
            None => sound = false,
        }
    }
    sound.then(|| conditions.into())
}

fn inner(table: &Section<'_, '_>, references: &mut Vec<Reference>) -> Option<Condition> {
    table.refuse_unknown(CONDITION);
    read(table, references)
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

fn reference(value: &Value<'_, '_>, references: &mut Vec<Reference>) -> Option<Condition> {
    let name = value.text(|text| Ok(owned(text)))?;
    if name == EVERYONE {
        return Some(Condition::Everyone);
    }
    references.push(Reference { name: name.clone(), span: value.span() });
    Some(Condition::Policy(name))
}

fn claims(value: &Value<'_, '_>) -> Option<Vec<Condition>> {
    let table = value.open(value.span())?;
    let mut conditions = Vec::new();
    let mut sound = true;
    for entry in table.entries() {
        if let Some((_, key)) = RESERVED_CLAIMS.iter().find(|(claim, _)| *claim == entry.key) {
            let message =
                format!("claim `{}` does not say whether the address is verified", entry.key);
            let help = format!("use `{key}`, which checks that, too");
            entry.report_key(Fault::new(Code::ReservedClaim, message, help));
            sound = false;
        }
        match claim_values(&entry.value) {
            Some(values) => conditions.push(Condition::Claim { name: owned(entry.key), values }),
            None => sound = false,
        }
    }
    if sound && conditions.is_empty() {
        let message = format!("`{}` is empty", value.path);
        let help = "name a claim and the values that pass: `claims = { department = \"design\" }`";
        value.report(Fault::new(Code::EmptyValue, message, help));
        return None;
    }
    sound.then_some(conditions)
}

fn claim_values(value: &Value<'_, '_>) -> Option<List<ClaimValue>> {
    if !matches!(value.raw(), DeValue::Array(_)) {
        return claim_value(value).map(|value| vec![value].into());
    }
    let mut values = Vec::new();
    let mut sound = true;
    for item in value.some_items()? {
        match claim_value(&item) {
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

fn claim_value(value: &Value<'_, '_>) -> Option<ClaimValue> {
    match value.raw() {
        DeValue::String(_) => value.text(|text| Ok(ClaimValue::Str(owned(text)))),
        DeValue::Integer(_) => value.integer().map(ClaimValue::Int),
        DeValue::Boolean(boolean) => Some(ClaimValue::Bool(*boolean)),
        _ => value.wrong_type(
            "a string, a whole number, a boolean, or a list of them",
            "these are the values that a claim can be compared with",
        ),
    }
}

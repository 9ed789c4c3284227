//! Forms as a revision can show them, and what a person filled in.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::form::{Object, choices};
use super::revision::Revision;
use crate::json::number;

/// True if the forms of the revision can show it: a choice of several came with 2025-11-25.
pub(super) fn fits(schema: &Value, revision: Revision) -> bool {
    revision.has_full_forms()
        || properties(schema).is_some_and(|properties| {
            properties.values().all(|property| !is_kind(property, "array"))
        })
}

/// The schema as the revision writes it. 2025-06-18 has defaults for booleans only, and no titled
/// choices but `enumNames`.
pub(super) fn shape(schema: &Value, revision: Revision) -> Value {
    let mut schema = schema.clone();
    if revision.has_full_forms() {
        return schema;
    }
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return schema };
    for property in properties.values_mut() {
        let is_boolean = is_kind(property, "boolean");
        let Value::Object(property) = property else { continue };
        if !is_boolean {
            property.remove("default");
        }
        if let Some(Value::Array(choices)) = property.remove("oneOf") {
            let list = |key: &str| choices.iter().map(|choice| choice[key].clone()).collect();
            let (values, names) = (list("const"), list("title"));
            property.insert("enum".to_owned(), values);
            property.insert("enumNames".to_owned(), names);
        }
    }
    schema
}

/// The properties that a person filled in: those that were asked for, of the types that were asked
/// for. Others are left out. `None` where one is missing or of another type.
pub(super) fn read(schema: &Value, content: &Object) -> Option<Object> {
    let required = schema.get("required").and_then(Value::as_array);
    let mut read = Map::new();
    for (name, property) in properties(schema)? {
        match content.get(name) {
            Some(value) if !value.is_null() => {
                read.insert(name.clone(), filled_in(property, value)?);
            }
            // Not filled in.
            _ if required.is_some_and(|names| names.iter().any(|entry| entry == name)) => {
                return None;
            }
            _ => {}
        }
    }
    Some(read)
}

fn properties(schema: &Value) -> Option<&Object> {
    schema.get("properties").and_then(Value::as_object)
}

fn is_kind(property: &Value, kind: &str) -> bool {
    property.get("type").is_some_and(|stated| stated == kind)
}

fn filled_in(property: &Value, value: &Value) -> Option<Value> {
    let schema = property.as_object()?;
    let fits = match property.get("type")?.as_str()? {
        "string" => {
            let text = value.as_str()?;
            match choices(schema) {
                Some(choices) => choices.iter().any(|(choice, _)| choice == text),
                None => is_within(schema, "minLength", "maxLength", text.chars().count()),
            }
        }
        "boolean" => value.is_boolean(),
        "integer" => return whole(value).filter(|value| is_in_range(schema, value)),
        "number" => value.is_number() && is_in_range(schema, value),
        "array" => {
            let values = value.as_array()?;
            let choices = choices(schema.get("items")?.as_object()?)?;
            let is_choice = |value: &Value| choices.iter().any(|(choice, _)| value == choice);
            values.iter().all(is_choice) && is_within(schema, "minItems", "maxItems", values.len())
        }
        _ => false,
    };
    fits.then(|| value.clone())
}

/// A whole number, also one that was written with a fraction of zero.
fn whole(value: &Value) -> Option<Value> {
    if value.is_i64() || value.is_u64() {
        return Some(value.clone());
    }
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (number.abs() < number::FIRST_INEXACT).then(|| Value::from(number as i64))
}

fn is_in_range(schema: &Object, value: &Value) -> bool {
    let Value::Number(number) = value else { return false };
    let order = |key: &str| {
        let bound = schema.get(key).and_then(Value::as_f64)?;
        number::order(number, bound)
    };
    order("minimum").is_none_or(Ordering::is_ge) && order("maximum").is_none_or(Ordering::is_le)
}

fn is_within(schema: &Object, least: &str, most: &str, count: usize) -> bool {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let count = count as u64;
    bound(least).is_none_or(|least| count >= least) && bound(most).is_none_or(|most| count <= most)
}

//! The JSON Schema of `mcp.toml`, for completion and hover texts in editors.
//!
//! Which keys there are and what each takes follows from its row in `model/sections.rs`; what it means
//! and its default, from the reference `mcp.toml`.
//!
//! It says less than [`check`](fn@crate::check): keys that exclude each other, names that nothing
//! has and the like are not matters of shape. It refuses nothing that `check` accepts.

pub(super) mod condition;
pub(super) mod pattern;
mod reference;
mod sections;
pub(super) mod shape;

use serde_json::{Map, Value, json};

use super::keys;
use crate::model::Condition;
use reference::Reference;

/// Draft 7 is what both Taplo (which Even Better TOML is made of) and Tombi read. Taplo knows no
/// later one, and stops at a `$ref` or an `allOf`: texts beside them are not shown, so they stand
/// in what is referred to, or beside an `anyOf`.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The JSON Schema (draft 7) of `mcp.toml`.
pub fn json_schema() -> Value {
    let schema = Schema { reference: Reference::read() };
    let mut root = json!({
        "$schema": DRAFT,
        "title": "mcp.toml",
        "description": "Configuration of a Toolgate server",
    });
    extend(&mut root, schema.section("", &["server"]));
    let condition = schema.table("policies.*", Condition::KEYS, &[]);
    root["definitions"] = json!({
        "condition": shape::with(condition, "minProperties", 1),
        "members": condition::all_members(),
    });
    root
}

/// [`json_schema`] as the text of a file.
pub fn json_schema_text() -> String {
    format!("{:#}\n", json_schema())
}

/// The maker of all parts of the schema.
pub(super) struct Schema {
    reference: Reference,
}

impl Schema {
    /// A table with the keys of a section of [`SECTIONS`](super::SECTIONS).
    pub(super) fn section(&self, name: &str, required: &[&str]) -> Value {
        self.table(name, keys::of(name), required)
    }

    /// A table with some keys of a section.
    fn table(&self, section: &str, keys: &[&str], required: &[&str]) -> Value {
        let properties: Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), self.property(section, key))).collect();
        let mut table = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            table["required"] = required.into();
        }
        table["additionalProperties"] = false.into();
        table
    }

    /// The meaning, shape and default of a key. A test finds keys without a text or a shape.
    fn property(&self, section: &str, key: &str) -> Value {
        let mut property = json!({});
        if let Some(text) = self.reference.text(section, key) {
            property["description"] = text.into();
        }
        extend(&mut property, self.shape(section, key).unwrap_or_default());
        describe_values(&mut property);
        if let Some(default) = self.reference.default(section, key) {
            property["default"] = default;
        }
        property
    }
}

/// Gives each value of a choice its own text: a paragraph of the description that begins with it.
fn describe_values(property: &mut Value) {
    let text = property["description"].as_str().unwrap_or_default().to_owned();
    let Some(choice) = property.get("enum").and_then(Value::as_array) else { return };
    let told = |value: &Value| {
        let paragraph = text.lines().find_map(|line| line.strip_prefix(&format!("{value}: ")));
        paragraph.map_or(Value::Null, Value::from)
    };
    let texts: Vec<Value> = choice.iter().map(told).collect();
    if texts.iter().all(Value::is_string) {
        property["x-taplo"] = json!({ "docs": { "enumValues": texts } });
    }
}

fn extend(object: &mut Value, with: Value) {
    if let (Value::Object(object), Value::Object(with)) = (object, with) {
        object.extend(with);
    }
}

#[cfg(test)]
mod tests;

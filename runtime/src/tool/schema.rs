//! JSON Schemas of types that the macro cannot describe by itself.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::parameter::Argument;
use super::portable::portable;

/// MCP clients are simple readers of schemas: everything stands where it is used, unless a type
/// contains itself.
fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    })
}

/// The schema of a structured result: of how the type is written, which need not be how it is read.
pub(crate) fn output<T: JsonSchema>() -> Value {
    let mut schema =
        settings().for_serialize().into_generator().into_root_schema_for::<T>().to_value();
    portable(&mut schema);
    schema
}

/// The schema of what is read as the type, as schemars writes it.
pub(crate) fn input<T: JsonSchema>() -> Value {
    settings().into_generator().into_root_schema_for::<T>().to_value()
}

/// An input schema that the author wrote in a constant. The test that `serve!()` adds reports text
/// that is not one.
#[must_use]
pub fn constant(text: &str) -> Value {
    toolgate_core::json::from_str(text).unwrap_or_default()
}

/// A description that the macro could not read: a constant, or what `include_str!` and `concat!` come
/// to.
///
/// # Panics
///
/// When the crate is compiled: the text is empty.
#[must_use]
pub const fn description(text: &'static str) -> &'static str {
    let text = text.trim_ascii();
    assert!(!text.is_empty(), "this description says nothing");
    text
}

/// Puts the schema of a tool's arguments together.
#[derive(Debug)]
pub struct InputSchema {
    generator: SchemaGenerator,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl InputSchema {
    /// A schema without arguments.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only expanded code makes one")]
    pub fn new() -> Self {
        Self {
            generator: settings().into_generator(),
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    /// Adds an argument whose schema the macro wrote, all but a description that it could not read.
    #[must_use]
    pub fn written(
        mut self,
        name: &str,
        schema: &str,
        description: Option<&str>,
        required: bool,
    ) -> Self {
        // The text is made by the macro; were it not JSON, any value would be described.
        let mut schema = toolgate_core::json::from_str(schema).unwrap_or_else(|_| json!({}));
        if let Some(description) = description {
            schema["description"] = description.into();
        }
        self.add(name, schema, required);
        self
    }

    /// Adds an argument of a type that describes itself.
    #[must_use]
    pub fn described<T: Argument>(
        mut self,
        name: &str,
        description: Option<&str>,
        default: Option<Value>,
        example: Option<Value>,
        required: bool,
    ) -> Self {
        let mut schema = self.generator.subschema_for::<T>();
        if let Some(description) = description {
            schema.insert("description".to_owned(), description.into());
        }
        if let Some(default) = default {
            schema.insert("default".to_owned(), default);
        }
        if let Some(example) = example {
            schema.insert("examples".to_owned(), json!([example]));
        }
        self.add(name, schema.to_value(), required);
        self
    }

    /// The finished schema.
    #[must_use]
    pub fn finish(mut self) -> Value {
        let mut root = json!({
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            root["required"] = Value::Array(self.required);
        }
        let definitions = self.generator.take_definitions(true);
        if !definitions.is_empty() {
            root["$defs"] = Value::Object(definitions);
        }
        portable(&mut root);
        root
    }

    fn add(&mut self, name: &str, schema: Value, required: bool) {
        self.properties.insert(name.to_owned(), schema);
        if required {
            self.required.push(name.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// How to sort.
    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Order {
        /// Column
        by: String,
    }

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Tree {
        children: Vec<Tree>,
    }

    #[test]
    fn arguments_of_both_kinds_stand_side_by_side() {
        let schema = InputSchema::new()
            .written("query", r#"{"type":"string"}"#, None, true)
            .described::<Order>(
                "order",
                Some("Sort order"),
                Some(json!({ "by": "id" })),
                Some(json!({ "by": "name" })),
                false,
            )
            .finish();
        assert_eq!(
            schema,
            json!({
                "type": "object",
                "properties": {
                    "query": { "type": "string" },
                    "order": {
                        "type": "object",
                        "description": "Sort order",
                        "default": { "by": "id" },
                        "examples": [{ "by": "name" }],
                        "properties": { "by": { "type": "string", "description": "Column" } },
                        "required": ["by"],
                    },
                },
                "required": ["query"],
                "additionalProperties": false,
            })
        );
    }

    #[test]
    fn a_type_that_contains_itself_is_defined_at_the_root() {
        let schema = InputSchema::new().described::<Tree>("tree", None, None, None, true).finish();
        let inner = &schema["properties"]["tree"]["properties"]["children"]["items"];
        assert_eq!(inner, &json!({ "$ref": "#/$defs/Tree" }));
        assert_eq!(schema["$defs"]["Tree"]["type"], "object");
    }
}

//! Forms: from the schema of a Rust type to what a person fills in, and back.

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};
use toolgate_core::mcp::Revision;
use toolgate_core::mcp::ask::{Ask, ElicitationReply, InputRequest, elicitation_schema};
use toolgate_core::mcp::peer::{ClientCapabilities, Peer};

use crate::schema::assert_valid;

fn schema_of<T: JsonSchema>() -> Result<Value, String> {
    elicitation_schema(schema_for!(T).to_value())
}

fn ask(schema: Value) -> Ask {
    let question = InputRequest::Form { message: "Please".to_owned(), schema };
    Ask { key: "form".to_owned(), question }
}

/// Fails unless the form is valid as a request of 2025-11-25 and as one of 2026-07-28.
fn assert_valid_form(schema: &Value) {
    let ask = ask(schema.clone());
    let request: Value =
        serde_json::from_str(&ask.request("1", Revision::V2025_11_25)).expect("JSON");
    assert_valid("2025-11-25", "ElicitRequest", &request);
    assert_valid("2026-07-28", "InputRequest", &ask.input_request());
    let params = &request["params"];
    for (_, property) in params["requestedSchema"]["properties"].as_object().expect("properties") {
        assert_valid("2025-11-25", "PrimitiveSchemaDefinition", property);
    }
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
enum Color {
    #[serde(rename = "red")]
    Red,
    #[serde(rename = "green")]
    Green,
}

/// How sure.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
enum Sure {
    /// I know
    Yes,
    /// I guess
    Maybe,
}

fn thirty() -> u8 {
    30
}

fn half() -> f64 {
    95.5
}

fn name() -> String {
    "John Doe".to_owned()
}

fn yes() -> bool {
    true
}

fn red() -> Color {
    Color::Red
}

impl serde::Serialize for Color {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if matches!(self, Self::Red) { "red" } else { "green" })
    }
}

/// Everything that fits.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Everything {
    /// Who
    #[schemars(length(min = 1, max = 40))]
    name: String,
    #[schemars(email)]
    email: Option<String>,
    #[schemars(title = "Age", range(min = 18, max = 120))]
    age: u8,
    score: f64,
    agree: bool,
    color: Color,
    sure: Option<Sure>,
    colors: Vec<Color>,
    #[schemars(length(min = 1, max = 2))]
    sures: Vec<Sure>,
}

#[test]
fn a_struct_becomes_a_flat_form() {
    let schema = schema_of::<Everything>().expect("it fits");
    assert_valid_form(&schema);
    let expected = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "description": "Who", "minLength": 1, "maxLength": 40 },
            "email": { "type": "string", "format": "email" },
            "age": { "type": "integer", "title": "Age", "minimum": 18, "maximum": 120 },
            "score": { "type": "number" },
            "agree": { "type": "boolean" },
            "color": { "type": "string", "enum": ["red", "green"] },
            "sure": { "type": "string", "description": "How sure.", "oneOf": [
                { "const": "Yes", "title": "I know" },
                { "const": "Maybe", "title": "I guess" },
            ] },
            "colors": { "type": "array", "items": { "type": "string", "enum": ["red", "green"] } },
            "sures": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "anyOf": [
                { "const": "Yes", "title": "I know" },
                { "const": "Maybe", "title": "I guess" },
            ] } },
        },
        "required": ["name", "age", "score", "agree", "color", "colors", "sures"],
    });
    assert_eq!(schema, expected);
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Defaults {
    #[serde(default = "name")]
    name: String,
    #[serde(default = "thirty")]
    age: u8,
    #[serde(default = "half")]
    score: f64,
    #[serde(default = "red")]
    color: Color,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    note: Option<String>,
}

#[test]
fn defaults_of_every_kind_are_kept_and_their_fields_may_be_left_out() {
    let schema = schema_of::<Defaults>().expect("it fits");
    assert_valid_form(&schema);
    let default = |name: &str| schema["properties"][name].get("default");
    assert_eq!(default("name"), Some(&json!("John Doe")));
    assert_eq!(default("age"), Some(&json!(30)));
    assert_eq!(default("score"), Some(&json!(95.5)));
    assert_eq!(default("color"), Some(&json!("red")));
    assert_eq!(default("verified"), Some(&json!(true)));
    assert_eq!(default("note"), None);
    assert_eq!(schema.get("required"), None);
}

#[test]
fn every_way_to_write_a_choice_is_understood() {
    let titled = json!([{ "const": "a", "title": "A" }, { "const": "b", "title": "B" }]);
    let properties = json!({
        "untitled": { "type": "string", "enum": ["a", "b"] },
        "titled": { "type": "string", "oneOf": titled },
        "legacy": { "type": "string", "enum": ["a", "b"], "enumNames": ["A", "B"] },
        "several": { "type": "array", "items": { "type": "string", "enum": ["a", "b"] } },
        "several_titled": { "type": "array", "items": { "anyOf": titled } },
    });
    let schema = json!({ "type": "object", "properties": properties });
    let form = elicitation_schema(schema).expect("it fits");
    assert_valid_form(&form);
    assert_eq!(form["properties"], properties);
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Inner {
    a: u8,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
enum WithData {
    One,
    Two(u8),
}

#[test]
fn what_is_not_flat_is_named() {
    macro_rules! assert_guilty {
        ($($field:ident: $type:ty),* $(,)?) => {$({
            #[derive(JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            struct Form {
                fine: String,
                $field: $type,
            }
            let error = schema_of::<Form>().expect_err("it does not fit");
            assert!(error.contains(concat!("`", stringify!($field), "`")), "{error}");
        })*};
    }
    assert_guilty! {
        inner: Inner,
        maybe: Option<Inner>,
        texts: Vec<String>,
        numbers: Vec<u8>,
        map: std::collections::BTreeMap<String, String>,
        anything: Value,
        data: WithData,
        pair: (u8, u8),
    }
    for not_a_struct in [schema_of::<String>(), schema_of::<Vec<Inner>>(), schema_of::<WithData>()]
    {
        assert!(not_a_struct.expect_err("no struct").contains("struct"));
    }
}

#[test]
fn references_in_circles_end() {
    let schema = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#/$defs/A" } },
        "$defs": { "A": { "$ref": "#/$defs/A" } },
    });
    assert!(elicitation_schema(schema).expect_err("it goes nowhere").contains("`a`"));
    assert!(elicitation_schema(json!({ "$ref": "#/$defs/A" })).is_err());
    assert!(elicitation_schema(json!(true)).is_err());
}

#[test]
fn clients_of_2025_06_18_get_a_form_that_they_know() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Form {
        #[serde(default = "name")]
        name: String,
        #[serde(default = "yes")]
        verified: bool,
        sure: Sure,
    }
    let ask = ask(schema_of::<Form>().expect("it fits"));
    let request: Value =
        serde_json::from_str(&ask.request("1", Revision::V2025_06_18)).expect("JSON");
    assert_valid("2025-06-18", "ElicitRequest", &request);
    let params = &request["params"];
    assert!(params.get("mode").is_none());
    let properties = &params["requestedSchema"]["properties"];
    assert!(properties["name"].get("default").is_none());
    assert_eq!(properties["verified"]["default"], true);
    assert_valid("2025-06-18", "EnumSchema", &properties["sure"]);
    assert_eq!(properties["sure"]["enum"], json!(["Yes", "Maybe"]));
    assert_eq!(properties["sure"]["enumNames"], json!(["I know", "I guess"]));
}

#[test]
fn a_choice_of_several_needs_2025_11_25() {
    let capabilities = ClientCapabilities { elicitation: true, ..ClientCapabilities::default() };
    let several = ask(schema_of::<Everything>().expect("it fits"));
    let flat = ask(schema_of::<Defaults>().expect("it fits"));
    for (revision, expected) in [
        (Revision::V2025_06_18, false),
        (Revision::V2025_11_25, true),
        (Revision::V2026_07_28, true),
    ] {
        let peer = Peer { revision, capabilities, ..Peer::default() };
        assert_eq!(several.is_supported_by(&peer), expected);
        assert!(flat.is_supported_by(&peer));
    }
}

/// What a person filled in, as the function gets it.
fn filled_in(content: Value) -> Option<ElicitationReply> {
    let ask = ask(schema_of::<Everything>().expect("it fits"));
    ask.read(&json!({ "action": "accept", "content": content }))
}

fn good() -> Value {
    json!({
        "name": "Ada", "age": 36, "score": 1, "agree": true, "color": "red", "colors": [],
        "sures": ["Yes"],
    })
}

#[test]
fn what_was_filled_in_comes_back() {
    assert_eq!(filled_in(good()), Some(ElicitationReply::Accepted(good())));
    let mut more = good();
    more["email"] = Value::Null;
    more["age"] = json!(36.0);
    more["unasked"] = json!({ "a": 1 });
    assert_eq!(filled_in(more), Some(ElicitationReply::Accepted(good())));
}

#[test]
fn what_was_not_asked_for_is_no_answer() {
    for (field, wrong) in [
        ("name", json!(7)),
        ("name", json!("")),
        ("name", json!("x".repeat(41))),
        ("name", Value::Null),
        ("email", json!(["a@example.com"])),
        ("age", json!("36")),
        ("age", json!(36.5)),
        ("age", json!(17)),
        ("age", json!(121)),
        ("score", json!(true)),
        ("agree", json!("true")),
        ("color", json!("blue")),
        ("sure", json!("yes")),
        ("colors", json!("red")),
        ("colors", json!(["blue"])),
        ("sures", json!([])),
        ("sures", json!(["Yes", "Yes", "Maybe"])),
    ] {
        let mut content = good();
        content[field] = wrong.clone();
        assert_eq!(filled_in(content), None, "{field}: {wrong}");
    }
    let mut missing = good();
    missing.as_object_mut().unwrap().remove("agree");
    assert_eq!(filled_in(missing), None);
    for wrong in [json!(7), json!([]), Value::Null] {
        assert_eq!(filled_in(wrong), None);
    }
}

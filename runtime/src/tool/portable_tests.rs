//! Tests of the schemas that schemars writes.

use std::collections::HashMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::tool::schema::{InputSchema, output};

fn input<T: JsonSchema + for<'a> Deserialize<'a>>() -> Value {
    let schema = InputSchema::new().described::<T>("it", None, None, None, true).finish();
    schema["properties"]["it"].clone()
}

/// How to sort.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    /// Smallest first
    Ascending,
    Random,
    /// Largest first
    Descending,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Search {
    /// Sort order
    order: Option<Order>,
    limit: Option<u32>,
    #[serde(default)]
    offset: usize,
    place: (f64, f64),
    pair: Option<(String, u8)>,
    anything: Vec<Value>,
    more: HashMap<String, Value>,
    host: IpAddr,
    sparse: Vec<Option<i64>>,
    deep: Option<Vec<Option<Order>>>,
}

/// Schemas of a schema, each with its place.
fn all<'a>(place: String, schema: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    found.push((place.clone(), schema));
    let Value::Object(members) = schema else { return };
    for (key, value) in members {
        match (key.as_str(), value) {
            ("properties" | "$defs" | "patternProperties", Value::Object(named)) => {
                named
                    .iter()
                    .for_each(|(name, one)| all(format!("{place}/{key}/{name}"), one, found));
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                list.iter().for_each(|one| all(format!("{place}/{key}"), one, found));
            }
            ("items" | "not", one) => all(format!("{place}/{key}"), one, found),
            ("additionalProperties", one @ Value::Object(_)) => {
                all(format!("{place}/{key}"), one, found);
            }
            _ => {}
        }
    }
}

#[test]
fn every_schema_is_an_object_lists_say_what_is_in_them_and_formats_are_known() {
    for schema in [input::<Search>(), output::<Search>()] {
        let mut found = Vec::new();
        all(String::new(), &schema, &mut found);
        assert!(found.len() > 20, "{schema:#}");
        for (place, one) in found {
            assert!(one.is_object(), "{place}: {one}");
            assert!(one["type"].is_string() || one["type"].is_null(), "{place}: {one}");
            assert!(one["type"] != "array" || one["items"].is_object(), "{place}: {one}");
            assert!(one.get("format").is_none(), "{place}: {one}");
            assert_ne!(one.get("additionalProperties"), Some(&Value::Bool(true)), "{place}");
        }
    }
}

#[test]
fn a_member_that_may_be_left_out_is_not_required_and_has_no_null() {
    let schema = input::<Search>();
    assert_eq!(
        schema["required"],
        json!(["place", "anything", "more", "host", "sparse"]),
        "{schema:#}"
    );
    assert_eq!(
        schema["properties"]["limit"],
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    );
    assert_eq!(schema["properties"]["offset"]["maximum"], json!(u32::MAX));
    assert_eq!(
        schema["properties"]["deep"]["items"],
        json!({
            "anyOf": [
                {
                    "type": "string",
                    "enum": ["random", "ascending", "descending"],
                    "description": "How to sort.\n- ascending: Smallest first\n- descending: Largest first",
                },
                { "type": "null" },
            ],
        })
    );
}

#[test]
fn a_result_says_that_its_optional_member_is_there_and_may_be_null() {
    let schema = output::<Search>();
    let required = schema["required"].as_array().expect("names");
    assert!(required.iter().any(|name| name == "limit"), "{schema:#}");
    assert_eq!(
        schema["properties"]["limit"],
        json!({
            "anyOf": [{ "type": "integer", "minimum": 0, "maximum": u32::MAX }, { "type": "null" }],
        })
    );
}

#[test]
fn what_is_said_of_each_value_of_an_enum_is_in_its_description() {
    let schema = input::<Search>();
    assert_eq!(
        schema["properties"]["order"],
        json!({
            "type": "string",
            "enum": ["random", "ascending", "descending"],
            "description": "Sort order\n- ascending: Smallest first\n- descending: Largest first",
        })
    );
}

#[test]
fn a_tuple_says_what_its_items_are_for_those_who_do_not_know_of_places() {
    let schema = input::<Search>();
    let number = json!({ "type": "number" });
    assert_eq!(
        schema["properties"]["place"],
        json!({
            "type": "array", "prefixItems": [number, number], "items": number,
            "minItems": 2, "maxItems": 2,
        })
    );
    let (text, byte) =
        (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0, "maximum": 255 }));
    assert_eq!(schema["properties"]["pair"]["items"], json!({ "anyOf": [text, byte] }));
}

#[test]
fn an_argument_whose_type_is_an_option_by_another_name_has_no_null() {
    type Maybe = Option<Order>;
    let schema =
        InputSchema::new().described::<Maybe>("order", Some("Sorts"), None, None, false).finish();
    let order = &schema["properties"]["order"];
    assert_eq!(order["type"], "string", "{order}");
    assert!(schema.get("required").is_none());
}

/// The fields as they are written differ from the fields as they are read.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
struct Row {
    row_number: u8,
    #[serde(rename(serialize = "id"))]
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    secret: Option<String>,
}

#[test]
fn a_result_is_described_as_it_is_written() {
    let schema = output::<Row>();
    assert_eq!(names(&schema), ["id", "note", "rowNumber"]);
    assert_eq!(schema["required"], json!(["rowNumber", "id"]));
    assert_eq!(schema["properties"]["note"], json!({ "type": "string" }));
    assert_eq!(names(&input::<Row>()), ["key", "note", "row_number", "secret"]);
}

/// The members of an object, sorted.
fn names(schema: &Value) -> Vec<&str> {
    let properties = schema["properties"].as_object().expect("members");
    let mut names: Vec<_> = properties.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn results_are_valid_by_their_own_schemas() {
    let row = |note| Row { row_number: 7, key: "a".to_owned(), note, secret: Some("b".to_owned()) };
    let search = Search {
        order: Some(Order::Descending),
        limit: None,
        offset: 0,
        place: (1.5, 2.0),
        pair: Some(("x".to_owned(), 4)),
        anything: vec![json!(null), json!({ "a": [1] })],
        more: HashMap::from([("m".to_owned(), json!(true))]),
        host: IpAddr::from([127, 0, 0, 1]),
        sparse: vec![None, Some(-3)],
        deep: Some(vec![None, Some(Order::Ascending)]),
    };
    check(&row(None));
    check(&row(Some("n".to_owned())));
    check(&search);
    check(&vec![Some(Order::Random), None]);
}

fn check<T: Serialize + JsonSchema>(value: &T) {
    let value = serde_json::to_value(value).expect("JSON");
    let schema = output::<T>();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}\n{schema:#}");
}

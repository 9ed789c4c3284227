//! Tools as a client meets them: through the registry, with JSON in and content out.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use toolgate::prelude::*;
use toolgate::tool::{Arguments, registry};
use toolgate_core::mcp::content::ToolResult;
use toolgate_core::mcp::tool::{Schema, ToolInfo};
use worker::wasm_bindgen::JsValue;

static ROLLED: AtomicBool = AtomicBool::new(false);

/// Rolls dice
///
/// Fair ones.
#[mcp_tool(allow = "everyone", title = "Roll", read_only, open_world = false)]
fn roll(
    /// How many
    #[arg(range = 1..=6, default = 2)]
    count: u8,
    /// Repeated in the result
    label: Option<String>,
) -> String {
    ROLLED.store(true, Ordering::Relaxed);
    format!("{count} {}", label.unwrap_or_default())
}

/// Adds two numbers
#[mcp_tool(allow = "everyone")]
fn add(
    /// First addend
    a: f64,
    /// Second addend
    b: f64,
) -> f64 {
    a + b
}

/// Orders paint
#[mcp_tool(allow = "everyone")]
fn paint(
    /// Colour
    #[arg(values = ["red", "blue"], default = "red")]
    color: String,
    /// What it is for
    #[arg(values = ["wood", "metal"], example = ["wood"])]
    surfaces: Vec<String>,
    /// Litres in a can
    #[arg(values = [1, 5])]
    litres: Option<u8>,
    /// Number of the customer
    #[arg(pattern = r"^[A-Z]\d+$", example = "A17")]
    customer: String,
) -> String {
    format!("{color} {surfaces:?} {litres:?} {customer}")
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Words to look for
    words: Vec<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    Newest,
    Oldest,
}

#[derive(Serialize, JsonSchema)]
struct Found {
    words: usize,
}

/// Looks for words
#[mcp_tool(allow = "everyone", name = "search.words")]
async fn search(
    user: &Caller,
    filter: Filter,
    #[arg(default = Order::Newest)] order: Order,
    ctx: &Context,
) -> Result<Json<Found>> {
    if matches!(order, Order::Oldest) {
        return Err(Error::new(format!("{} may not look back", user.subject)));
    }
    assert_eq!(ctx.request_id(), "7");
    Ok(Json(Found { words: filter.words.len() }))
}

fn info(name: &str) -> ToolInfo {
    let infos = registry().expect("no clash").infos();
    *infos.iter().find(|info| info.name == name).expect("a tool")
}

fn input_schema(name: &str) -> Value {
    match info(name).input_schema {
        Schema::Static(text) => serde_json::from_str(text).expect("JSON"),
        Schema::Build(build) => build(),
    }
}

fn call(name: &str, arguments: Value) -> ToolResult {
    let Value::Object(arguments) = arguments else { panic!("not an object: {arguments}") };
    let caller = Caller { subject: "ada".to_owned(), ..Caller::default() };
    // No bindings outside of a Worker; the tools here use none.
    let context = Context::new(caller, JsValue::UNDEFINED.into(), "7".to_owned());
    let tools = registry().expect("no clash").tools();
    let tool = tools.iter().find(|tool| tool.info.name == name).expect("a tool");
    let result = (tool.call)(&context, Arguments::new(arguments)).now_or_never();
    result.expect("nothing to wait for")
}

fn text(result: &ToolResult) -> &str {
    match &result.content[..] {
        [Content::Text(text)] => text,
        other => panic!("not one text block: {other:?}"),
    }
}

#[test]
fn tools_are_listed_by_name() {
    let names: Vec<_> =
        registry().expect("no clash").infos().iter().map(|info| info.name).collect();
    assert_eq!(names, ["add", "paint", "roll", "search.words"]);
}

#[test]
fn what_the_author_wrote_is_what_clients_see() {
    let roll = info("roll");
    assert_eq!(roll.description, Some("Rolls dice\n\nFair ones."));
    assert_eq!(roll.title, Some("Roll"));
    assert_eq!(roll.policy, "everyone");
    assert_eq!(roll.annotations.read_only, Some(true));
    assert_eq!(roll.annotations.open_world, Some(false));
    assert_eq!(roll.annotations.destructive, None);
    assert_eq!(
        input_schema("roll"),
        json!({
            "type": "object",
            "properties": {
                "count": {
                    "type": "integer", "description": "How many",
                    "minimum": 1, "maximum": 6, "default": 2,
                },
                "label": { "type": "string", "description": "Repeated in the result" },
            },
            "additionalProperties": false,
        })
    );
}

#[test]
fn values_patterns_and_examples_are_in_the_schema() {
    let schema = input_schema("paint");
    let properties = &schema["properties"];
    assert_eq!(properties["color"]["enum"], json!(["red", "blue"]));
    assert_eq!(properties["surfaces"]["items"]["enum"], json!(["wood", "metal"]));
    assert_eq!(properties["surfaces"]["examples"], json!([["wood"]]));
    assert_eq!(properties["litres"]["enum"], json!([1, 5]));
    assert_eq!(properties["customer"]["pattern"], r"^[A-Z]\d+$");
    assert_eq!(properties["customer"]["examples"], json!(["A17"]));
}

#[test]
fn values_and_patterns_are_enforced_and_reported_together() {
    let refused = call(
        "paint",
        json!({ "color": "green", "surfaces": ["wood", "glass"], "litres": 2, "customer": "a17" }),
    );
    assert!(refused.is_error);
    assert_eq!(
        text(&refused),
        "invalid arguments\n\
         - color: must be one of \"red\", \"blue\"\n\
         - surfaces: each item must be one of \"wood\", \"metal\"\n\
         - litres: must be one of 1, 5\n\
         - customer: must match the pattern ^[A-Z]\\d+$"
    );
    let accepted = call("paint", json!({ "surfaces": ["metal"], "customer": "A17" }));
    assert_eq!(text(&accepted), "red [\"metal\"] None A17");
    let accepted = call("paint", json!({ "surfaces": [], "litres": 5, "customer": "Z0" }));
    assert_eq!(text(&accepted), "red [] Some(5) Z0");
}

#[test]
fn types_of_the_author_describe_themselves() {
    let schema = input_schema("search.words");
    assert_eq!(schema["required"], json!(["filter"]));
    let words = &schema["properties"]["filter"]["properties"]["words"];
    assert_eq!(words["description"], "Words to look for");
    assert_eq!(schema["properties"]["order"]["default"], "newest");
    assert_eq!(schema["properties"]["order"]["enum"], json!(["newest", "oldest"]));
    let output = info("search.words").output_schema.expect("an output schema")();
    assert_eq!(output["properties"]["words"]["type"], "integer");
}

#[test]
fn numbers_come_and_go_as_in_javascript() {
    assert_eq!(text(&call("add", json!({ "a": 23, "b": 19 }))), "42");
    assert_eq!(text(&call("add", json!({ "a": 0.1, "b": 0.2 }))), "0.30000000000000004");
}

#[test]
fn a_refused_call_does_not_reach_the_function() {
    let refused = call("roll", json!({ "count": 7, "sides": 20 }));
    assert!(refused.is_error);
    assert_eq!(
        text(&refused),
        "invalid arguments\n\
         - count: must be between 1 and 6\n\
         - sides: unknown argument; this tool takes count, label"
    );
    assert!(!ROLLED.load(Ordering::Relaxed));
    assert_eq!(text(&call("roll", json!({}))), "2 ");
    assert_eq!(text(&call("roll", json!({ "count": null, "label": "dice" }))), "2 dice");
    assert!(ROLLED.load(Ordering::Relaxed));
}

#[test]
fn a_structured_result_comes_with_its_text() {
    let found = call("search.words", json!({ "filter": { "words": ["a", "b"] } }));
    assert_eq!(found.structured, Some(json!({ "words": 2 })));
    assert_eq!(text(&found), r#"{"words":2}"#);
}

#[test]
fn an_error_of_the_tool_is_its_message() {
    let failed = call("search.words", json!({ "filter": { "words": [] }, "order": "oldest" }));
    assert_eq!(failed, ToolResult::error("ada may not look back"));
}

#[test]
fn faults_inside_an_argument_have_a_path() {
    let refused = call("search.words", json!({ "filter": { "words": ["a", 1] } }));
    assert_eq!(
        text(&refused),
        "invalid arguments\n- filter.words[1]: invalid type: integer `1`, expected a string"
    );
}

//! What clients see of the types of the tools, and what becomes of what they send.

use gate::testing::{TestClient, TestServer, json};
use renamed::server;
use serde_json::Value;

const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const TIME: &str = "2026-12-01T00:00:00Z";

fn client() -> TestClient {
    TestServer::new(server()).as_user("ada@example.com")
}

/// A member of a tool's description.
fn described(tool: &str, member: &str) -> Value {
    client().list_tools().get(tool).expect("the tool")[member].clone()
}

#[test]
fn every_macro_works_where_the_dependency_has_another_name() {
    client().call("greet", json!({})).assert_text("None None None None");
    assert!(client().prompt("review", json!({ "whom": "Ada" })).raw().to_string().contains("Ada"));
    client().resource("renamed://truth").assert_ok();
}

#[test]
fn an_option_is_optional_whatever_it_is_called() {
    let schema = described("greet", "inputSchema");
    assert_eq!(schema.get("required"), None, "{schema:#}");
    assert!(!schema.to_string().contains("null"), "{schema:#}");
    let given = json!({ "name": "a", "words": "b", "times": 3.0, "tone": "warm" });
    let expected = r#"Some("a") Some("b") Some(3) Some(Warm)"#;
    client().call("greet", given).assert_text(expected);
    let nothing = json!({ "name": null, "words": null, "times": null, "tone": null });
    client().call("greet", nothing).assert_text("None None None None");
    client().call("greet", json!({ "words": 1, "x": 2 })).assert_error(
        "invalid arguments\n\
         - words: invalid type: integer `1`, expected a string\n\
         - x: unknown argument; this tool takes name, words, times, tone",
    );
}

#[test]
fn a_description_may_be_a_constant_or_what_a_macro_comes_to() {
    assert_eq!(
        described("greet", "description"),
        "Greets somebody, in words that stand in a file."
    );
    let schema = described("greet", "inputSchema");
    let of = |name: &str| schema["properties"][name]["description"].clone();
    assert_eq!(of("name"), "Whom to greet");
    assert_eq!(of("words"), "The words,\nsuch as hello");
    assert_eq!(of("tone"), "How it sounds\n- warm: As among friends\n- formal: As in a letter");
    let prompts = client().list_prompts();
    let whom = &prompts.get("review").expect("the prompt")["arguments"][0];
    assert_eq!(whom["description"], "Whom to greet");
}

#[test]
fn types_of_other_crates_are_arguments_and_results() {
    let plan = json!({
        "id": ID,
        "begins": TIME,
        "on": "2026-12-01",
        "page": "https://example.com/",
        "made": "2026-12-01T01:00:00+01:00",
        "due": ["2026-12-24"],
        "by_name": { "a": TIME },
    });
    client().call("plan", json!({ "plan": plan })).assert_structured(plan);
    let given = json!({ "id": ID, "at": TIME, "day": "2026-12-01" });
    client().call("times", given).assert_text(&format!("{ID} 1796083200 Some(2461376)"));
    let schema = described("times", "inputSchema");
    let formats = ["id", "at", "day"].map(|name| schema["properties"][name]["format"].clone());
    assert_eq!(formats, ["uuid", "date-time", "date"], "{schema:#}");
}

#[test]
fn text_of_a_format_is_asked_for_with_an_example() {
    let plan = json!({
        "id": "1",
        "begins": "2026-12-01",
        "on": "tomorrow",
        "page": "example",
        "made": "now",
        "due": ["2026-12-24", "soon"],
        "by_name": {},
    });
    let answer = |changes: &[(&str, Value)]| {
        let mut plan = json!({
            "id": ID, "begins": TIME, "on": null, "page": "https://a.b/", "made": TIME, "due": [],
            "by_name": {},
        });
        for (name, value) in changes {
            plan[*name] = value.clone();
        }
        client().call("plan", json!({ "plan": plan })).error().expect("an error")
    };
    for (member, place, what) in [
        ("id", "id", "a UUID such as "),
        ("begins", "begins", "a date-time such as 2026-12-01T00:00:00Z"),
        ("on", "on", "a date such as 2026-12-01"),
        ("page", "page", "a URL such as https://"),
        ("made", "made", "a date-time such as 2026-12-01T00:00:00Z"),
        ("due", "due[1]", "a date such as 2026-12-01"),
    ] {
        let error = answer(&[(member, plan[member].clone())]);
        assert!(error.contains(&format!("- plan.{place}: must be {what}")), "{error}");
    }
    let error = answer(&[("by_name", json!({ "b": "x" }))]);
    assert!(error.contains("- plan.by_name.b: must be a date-time such as "), "{error}");
    let given = json!({ "id": ID, "at": "2026-12-01T", "day": 5 });
    client().call("times", given).assert_error(
        "invalid arguments\n\
         - at: must be a date-time such as 2026-12-01T00:00:00Z\n\
         - day: must be a date such as 2026-12-01",
    );
}

#[test]
fn results_are_valid_by_the_schema_that_clients_see() {
    let plan = json!({
        "id": ID, "begins": TIME, "on": null, "page": "https://a.b/", "made": TIME, "due": [],
        "by_name": {},
    });
    for (tool, arguments) in [("report", json!({ "parts": 4 })), ("plan", json!({ "plan": plan }))]
    {
        let schema = described(tool, "outputSchema");
        let result: Value = client().call(tool, arguments).structured();
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<_> = validator.iter_errors(&result).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{result:#}\n{schema:#}");
    }
    let row = &described("report", "outputSchema")["items"];
    assert_eq!(row["required"], json!(["rowNumber", "is", "place", "share"]), "{row:#}");
    assert_eq!(row["properties"]["note"], json!({ "type": "string" }));
    assert_eq!(row["properties"]["place"]["anyOf"][1], json!({ "type": "null" }));
}

#[test]
fn a_number_that_json_does_not_have_is_an_error_that_says_so() {
    client().call("report", json!({ "parts": 0 })).assert_error(
        "the result cannot be sent as JSON: [0].share is Infinity, and JSON has no such number",
    );
}

#[test]
fn an_error_of_the_authors_is_shown_where_its_type_says_so() {
    for tool in ["order", "order_passed_on"] {
        client().call(tool, json!({ "number": 7 })).assert_error("there is no order 7");
        let database = client().call(tool, json!({ "number": 0 }));
        database.assert_internal_error("the database failed: no route to db1");
        let lost = client().call(tool, json!({ "number": 1 }));
        lost.assert_internal_error("the order was lost");
    }
    let hidden = client().call("order_passed_on", json!({ "number": 2 }));
    hidden.assert_internal_error("table orders is gone");
}
